//! `preflight`: whether browsers are told that they may send a comment.

use isso_actions::Language;
use reqwest::Method;

use crate::checks::Check;
use crate::checks::cors::Allowed;
use crate::looks::Looks;
use crate::looks::exchange::{Answer, Request};
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "preflight",
    run: |looks| Box::pin(run(looks)),
};

async fn run(looks: &Looks) -> Vec<Finding> {
    let language = looks.language();
    let reached = match looks.isso().await {
        Ok(reached) => reached,
        Err(absent) => return vec![absent.skip(&CHECK, language)],
    };
    let Some(origin) = looks.listed().into_iter().find_map(|website| website.origin) else {
        return vec![CHECK.skip(tr!(language, "absent.no-website"))];
    };
    let url = reached.address.url("/new?uri=%2F");
    let exchange = looks
        .answer(Request::preflight(url, &Method::POST).origin(origin.as_str()))
        .await;
    let finding = match &exchange.answer {
        Ok(answer) => judge(answer, origin.as_str(), language),
        Err(reason) => CHECK.fail(
            tr!(language, "preflight.silent", reason = reason.text(language)),
            tr!(language, "preflight.fix"),
        ),
    };
    vec![finding.evidence([exchange.evidence()])]
}

fn judge(answer: &Answer, origin: &str, language: Language) -> Finding {
    let fix = || tr!(language, "preflight.fix");
    if !answer.is_success() {
        return CHECK.fail(tr!(language, "preflight.blocked", status = answer.status), fix());
    }
    if Allowed::read(answer, origin) != Allowed::Asker {
        return CHECK.fail(tr!(language, "preflight.origin", site = origin), fix());
    }
    // A `*` counts for requests without cookies alone.
    match names(answer, "access-control-allow-headers", "content-type") {
        true => CHECK.pass(tr!(language, "preflight.passes")),
        false => CHECK.fail(tr!(language, "preflight.headers"), fix()),
    }
}

/// Whether a header lists a name.
pub fn names(answer: &Answer, header: &str, name: &str) -> bool {
    let lists = answer.all(header);
    lists
        .iter()
        .flat_map(|list| list.split(','))
        .any(|item| item.trim().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::looks::exchange::tests::answer;
    use crate::report::Status::{Fail, Pass};

    #[test]
    fn a_preflight_that_the_proxy_answers_itself_is_found() {
        let site = "https://a.test";
        let isso = [
            ("access-control-allow-origin", site),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "Origin, Referer, Content-Type"),
        ];
        for (answer, status, words) in [
            (answer(200, &isso, ""), Pass, "send"),
            (answer(204, &isso, ""), Pass, "send"),
            (answer(405, &[], ""), Fail, "405"),
            (answer(403, &isso, ""), Fail, "403"),
            (answer(401, &[], ""), Fail, "401"),
            (answer(204, &[], ""), Fail, site),
            (answer(200, &isso[..2], ""), Fail, "Content-Type"),
        ] {
            let finding = judge(&answer, site, Language::English);
            assert_eq!(finding.status, status, "{finding:?}");
            assert!(finding.cause.contains(words), "{words}: {finding:?}");
        }
    }
}
