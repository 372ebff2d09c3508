//! `script` and `style`: whether browsers get the files of the installed Isso.

use isso_actions::Language;
use url::Url;

use crate::checks::Check;
use crate::checks::same_site::is_same_site;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, NoAnswer, Request};
use crate::report::{Finding, Status};
use crate::tr;

pub const SCRIPT: Check = Check {
    id: "script",
    run: |looks| Box::pin(run(looks, &SCRIPT, "/js/embed.min.js", script)),
};

pub const STYLE: Check = Check {
    id: "style",
    run: |looks| Box::pin(run(looks, &STYLE, "/css/isso.css", style)),
};

/// What is judged: the answer through the public address, and that of Isso past every proxy, if it runs.
type Judge = fn(Result<&Answer, &NoAnswer>, Option<&Answer>, Language) -> Finding;

async fn run(looks: &Looks, check: &Check, path: &str, judge: Judge) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(check, language)],
    };
    let own = async { Some(looks.answer(Request::get(looks.own_url(path)?)).await) };
    // Browsers follow redirects of scripts and styles.
    let (journey, own) = tokio::join!(looks.follow(reached.address.url(path)), own);
    let own = own.as_ref().and_then(|exchange| exchange.answer.as_ref().ok());
    let mut finding = judge(journey.answer(), own.filter(|answer| answer.status == 200), language);
    let origins = looks.websites().into_iter().filter_map(|website| website.origin);
    if let Ok(answer) = journey.answer()
        && finding.status < Status::Fail
        && let Some(site) = origins
            .map(|it| it.to_string())
            .find(|site| is_kept_from(site, journey.end(), answer))
    {
        let policy = answer.header(RESOURCE_POLICY).unwrap_or_default();
        let cause = tr!(language, "script.policy", file = path, policy = policy, site = site);
        let fix = tr!(language, "script.policy-fix");
        finding = if check.id == SCRIPT.id {
            check.fail(cause, fix)
        } else {
            check.warn(cause, fix)
        };
    }
    vec![finding.evidence(journey.steps().iter().map(|step| step.evidence()))]
}

const RESOURCE_POLICY: &str = "cross-origin-resource-policy";

/// Whether the header keeps browsers from loading a file into pages of a website.
///
/// <https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header>
fn is_kept_from(site: &str, file: &Url, answer: &Answer) -> bool {
    let origin = file.origin().ascii_serialization();
    match answer.header(RESOURCE_POLICY) {
        Some("same-origin") => site != origin,
        Some("same-site") => !is_same_site(site, &origin),
        _ => false,
    }
}

fn script(answer: Result<&Answer, &NoAnswer>, own: Option<&Answer>, language: Language) -> Finding {
    let answer = match answer {
        Ok(answer) => answer,
        Err(reason) => {
            let cause = tr!(language, "script.silent", reason = reason.text(language));
            return SCRIPT.fail(cause, tr!(language, "script.fix"));
        }
    };
    let media_type = answer.media_type();
    if answer.status != 200 {
        return SCRIPT.fail(
            tr!(language, "script.status", status = answer.status),
            tr!(language, "script.fix"),
        );
    }
    if answer.text().trim_start().starts_with('<') {
        return SCRIPT.fail(tr!(language, "script.html"), tr!(language, "script.fix"));
    }
    let is_script = media_type.ends_with("javascript") || media_type.ends_with("ecmascript");
    if !is_script {
        let cause = tr!(language, "script.type", media = media_type);
        let fix = tr!(language, "script.type-fix");
        return match is_refused_script(&media_type, answer) {
            true => SCRIPT.fail(cause, fix),
            false => SCRIPT.warn(cause, fix),
        };
    }
    match own {
        Some(own) if own.body != answer.body => {
            let cause = tr!(language, "script.stale", size = answer.body.len(), own = own.body.len());
            SCRIPT.warn(cause, tr!(language, "script.stale-fix"))
        }
        Some(_) => SCRIPT.pass(tr!(language, "script.same")),
        None => SCRIPT.pass(tr!(language, "script.there")),
    }
}

/// Whether browsers refuse a script of this type.
///
/// <https://fetch.spec.whatwg.org/#should-response-to-request-be-blocked-due-to-mime-type>
fn is_refused_script(media_type: &str, answer: &Answer) -> bool {
    let family = media_type.split('/').next().unwrap_or_default();
    let is_nosniff = answer
        .header("x-content-type-options")
        .is_some_and(|it| it.eq_ignore_ascii_case("nosniff"));
    is_nosniff || matches!(family, "image" | "audio" | "video") || media_type == "text/csv"
}

/// Comments without a style can be read and written, so nothing fails here.
fn style(answer: Result<&Answer, &NoAnswer>, own: Option<&Answer>, language: Language) -> Finding {
    let answer = match answer {
        Ok(answer) => answer,
        Err(reason) => {
            let cause = tr!(language, "style.silent", reason = reason.text(language));
            return STYLE.warn(cause, tr!(language, "style.fix"));
        }
    };
    let media_type = answer.media_type();
    if answer.status != 200 {
        return STYLE.warn(
            tr!(language, "style.status", status = answer.status),
            tr!(language, "style.fix"),
        );
    }
    if media_type != "text/css" {
        return STYLE.warn(
            tr!(language, "style.type", media = media_type),
            tr!(language, "style.type-fix"),
        );
    }
    match own {
        Some(own) if own.body != answer.body => {
            STYLE.warn(tr!(language, "style.stale"), tr!(language, "script.stale-fix"))
        }
        _ => STYLE.pass(tr!(language, "style.there")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{Fail, Pass, Warn};

    const JS: (&str, &str) = ("content-type", "text/javascript; charset=utf-8");

    fn check(finding: &Finding, status: Status, words: &str) {
        assert_eq!(finding.status, status, "{finding:?}");
        assert!(finding.cause.contains(words), "{words}: {finding:?}");
    }

    #[test]
    fn a_script_that_browsers_do_not_run_is_found() {
        let own = answer(200, &[JS], "isso()");
        let nosniff = ("x-content-type-options", "nosniff");
        for (answer, status, words) in [
            (answer(200, &[JS], "isso()"), Pass, "installed"),
            (
                answer(200, &[("content-type", "application/x-javascript")], "isso()"),
                Pass,
                "installed",
            ),
            (answer(200, &[JS], "old()"), Warn, "5 bytes"),
            (answer(404, &[JS], ""), Fail, "404"),
            (
                answer(200, &[("content-type", "text/html")], "<!doctype html>"),
                Fail,
                "web page",
            ),
            (
                answer(200, &[("content-type", "text/plain")], "isso()"),
                Warn,
                "text/plain",
            ),
            (
                answer(200, &[("content-type", "text/plain"), nosniff], "isso()"),
                Fail,
                "text/plain",
            ),
            (
                answer(200, &[("content-type", "image/png")], "isso()"),
                Fail,
                "image/png",
            ),
        ] {
            check(&script(Ok(&answer), Some(&own), Language::English), status, words);
        }
        let other = answer(200, &[JS], "other()");
        check(&script(Ok(&other), None, Language::English), Pass, "");
        check(
            &script(Err(&NoAnswer::Timeout), None, Language::English),
            Fail,
            "in time",
        );
    }

    #[test]
    fn a_style_that_browsers_do_not_use_is_found() {
        let css = ("content-type", "text/css");
        let own = answer(200, &[css], "a {}");
        for (answer, status, words) in [
            (answer(200, &[css], "a {}"), Pass, ""),
            (answer(200, &[css], "b {}"), Warn, "other"),
            (answer(404, &[css], ""), Warn, "404"),
            (answer(200, &[("content-type", "text/html")], "<p>"), Warn, "text/html"),
        ] {
            check(&style(Ok(&answer), Some(&own), Language::English), status, words);
        }
    }

    #[test]
    fn a_policy_keeps_a_file_from_other_websites() {
        let file = Url::parse("https://c.example.org/js/embed.min.js").unwrap();
        for (policy, site, expected) in [
            ("cross-origin", "https://elsewhere.test", false),
            ("same-origin", "https://blog.example.org", true),
            ("same-origin", "https://c.example.org", false),
            ("same-site", "https://blog.example.org", false),
            ("same-site", "https://elsewhere.test", true),
        ] {
            let answer = answer(200, &[(RESOURCE_POLICY, policy)], "");
            assert_eq!(is_kept_from(site, &file, &answer), expected, "{policy} {site}");
        }
    }
}
