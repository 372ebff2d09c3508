//! `cors` and `cors-foreign`: whether browsers let the scripts of each website read Isso's answers, and no others.

use futures_util::future::join_all;
use isso_actions::Language;

use crate::checks::Check;
use crate::checks::websites::mend;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, Request};
use crate::looks::info::Reached;
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "cors",
    run: |looks| Box::pin(run(looks)),
};

pub const FOREIGN: Check = Check {
    id: "cors-foreign",
    run: |looks| Box::pin(run_foreign(looks)),
};

/// A website that nobody has: names below `.invalid` do not exist.
const STRANGER: &str = "https://not-listed.invalid";

/// What an answer allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// The origin that asked, once, and with cookies.
    Asker,
    /// The origin that asked, but without cookies.
    WithoutCookies,
    /// Nothing.
    Nothing,
    /// Two or more values, which browsers refuse.
    Twice(String),
    /// `*`, which browsers refuse for requests with cookies.
    Any,
    /// One other origin.
    Other(String),
}

impl Allowed {
    /// Reads the answer to a request of this origin.
    pub fn read(answer: &Answer, origin: &str) -> Self {
        let values = answer.all("access-control-allow-origin");
        match &values[..] {
            [] => Self::Nothing,
            [one] if one.contains(',') => Self::Twice((*one).to_owned()),
            ["*"] => Self::Any,
            [one] if *one == origin => match answer.all("access-control-allow-credentials")[..] {
                ["true"] => Self::Asker,
                _ => Self::WithoutCookies,
            },
            [one] => Self::Other((*one).to_owned()),
            several => Self::Twice(several.join(", ")),
        }
    }
}

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(&CHECK, language)],
    };
    let origins: Vec<String> = looks
        .websites()
        .into_iter()
        .filter_map(|it| it.origin)
        .map(|it| it.to_string())
        .collect();
    if origins.is_empty() {
        return vec![CHECK.skip(tr!(language, "absent.no-website"))];
    }
    let listed: Vec<String> = looks
        .listed()
        .into_iter()
        .filter_map(|it| it.origin)
        .map(|it| it.to_string())
        .collect();
    join_all(origins.iter().map(|origin| look(looks, &reached, origin, &listed))).await
}

async fn look(looks: &Looks, reached: &Reached, origin: &str, listed: &[String]) -> Finding {
    let request = Request::get(reached.address.url("/info")).origin(origin);
    let exchange = looks.answer(request).await;
    let finding = match &exchange.answer {
        Ok(answer) => judge(origin, &Allowed::read(answer, origin), listed, looks.language()),
        Err(reason) => CHECK.unknown(reason.text(looks.language())),
    };
    let finding = finding.subject(origin).evidence([exchange.evidence()]);
    match finding.status == Status::Fail && !listed.iter().any(|it| it == origin) {
        true => mend(finding, &looks.patient.contents, None, origin),
        false => finding,
    }
}

fn judge(site: &str, allowed: &Allowed, listed: &[String], language: Language) -> Finding {
    let is_listed = |origin: &str| listed.iter().any(|it| it == origin);
    let pass_on = || tr!(language, "cors.pass-on-fix");
    match allowed {
        Allowed::Asker => CHECK.pass(tr!(language, "cors.allowed", site = site)),
        Allowed::WithoutCookies => CHECK.fail(tr!(language, "cors.credentials", site = site), pass_on()),
        Allowed::Nothing => CHECK.fail(tr!(language, "cors.nothing", site = site), pass_on()),
        Allowed::Twice(values) => CHECK.fail(
            tr!(language, "cors.twice", site = site, values = values),
            tr!(language, "cors.twice-fix"),
        ),
        Allowed::Any => CHECK.fail(tr!(language, "cors.any", site = site), tr!(language, "cors.twice-fix")),
        Allowed::Other(_) if !is_listed(site) => CHECK.fail(
            tr!(language, "cors.unlisted", site = site),
            tr!(language, "cors.unlisted-fix", site = site),
        ),
        Allowed::Other(value) if is_listed(value) || value == "http://localhost" => CHECK.fail(
            tr!(language, "cors.older", site = site, value = value),
            tr!(language, "cors.older-fix"),
        ),
        Allowed::Other(value) => CHECK.fail(
            tr!(language, "cors.fixed", site = site, value = value),
            tr!(language, "cors.twice-fix"),
        ),
    }
}

async fn run_foreign(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(&FOREIGN, language)],
    };
    let request = Request::get(reached.address.url("/info")).origin(STRANGER);
    let exchange = looks.answer(request).await;
    let finding = match &exchange.answer {
        Ok(answer) => judge_foreign(answer, language),
        Err(reason) => FOREIGN.unknown(reason.text(language)),
    };
    vec![finding.evidence([exchange.evidence()])]
}

fn judge_foreign(answer: &Answer, language: Language) -> Finding {
    let values = answer.all("access-control-allow-origin");
    match values
        .iter()
        .find(|value| value.contains(STRANGER) || value.contains('*'))
    {
        // Where it is `*` for websites of the list, too, `cors` fails.
        Some(value) => FOREIGN.warn(
            tr!(language, "cors-foreign.allowed", value = value),
            tr!(language, "cors.twice-fix"),
        ),
        None => FOREIGN.pass(tr!(language, "cors-foreign.refused")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{Fail, Pass, Warn};

    fn allowing(values: &[&str], credentials: &str) -> Answer {
        let mut headers = vec![("access-control-allow-credentials", credentials)];
        headers.extend(values.iter().map(|value| ("access-control-allow-origin", *value)));
        answer(200, &headers, "")
    }

    #[test]
    fn each_website_is_to_be_allowed_once() {
        let (a, b) = ("https://a.test", "https://b.test");
        let listed = [a.to_owned(), b.to_owned()];
        for (site, values, credentials, status, words) in [
            (b, &[b][..], "true", Pass, b),
            (b, &[b], "false", Fail, "Credentials"),
            (b, &[], "true", Fail, "no Access-Control-Allow-Origin"),
            (b, &[b, b], "true", Fail, "more than one"),
            (b, &["*", b], "true", Fail, "*"),
            (b, &["https://a.test, https://b.test"], "true", Fail, "more than one"),
            (b, &["*"], "true", Fail, "every website"),
            (b, &[a], "true", Fail, "older settings"),
            (b, &["https://fixed.test"], "true", Fail, "https://fixed.test"),
            ("https://c.test", &[a], "true", Fail, "not in the list"),
        ] {
            let allowed = Allowed::read(&allowing(values, credentials), site);
            let finding = judge(site, &allowed, &listed, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains(words), "{words}: {finding:?}");
        }
    }

    #[test]
    fn a_stranger_is_not_to_be_allowed() {
        for (values, status) in [
            (&["https://a.test"][..], Pass),
            (&[], Pass),
            (&[STRANGER], Warn),
            (&["*"], Warn),
        ] {
            let finding = judge_foreign(&allowing(values, "true"), Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
        }
    }
}
