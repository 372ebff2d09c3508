//! `coep`: whether a page's Cross-Origin-Embedder-Policy keeps browsers from loading Isso's script and style sheet.
//!
//! With `credentialless` they are loaded without cookies, which they need not. The requests of the client are of the
//! kind that no policy is about.

use isso_actions::Language;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::exchange::Answer;
use crate::page::{Pages, Seen, is_loopback};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "coep",
    run: |looks| {
        Box::pin(async {
            let mut findings = Vec::new();
            for page in Pages::with_client(looks, &CHECK).await {
                findings.push(match page {
                    Ok(seen) => look(looks, &seen).await,
                    Err(finding) => *finding,
                });
            }
            findings
        })
    },
};

async fn look(looks: &Looks, seen: &Seen) -> Finding {
    let Some((_, _, src)) = seen.client().filter(|_| is_required(seen)) else {
        return judge(seen, None, looks.language());
    };
    let script = looks.follow(src).await;
    let permission = |answer: &Answer| answer.header("cross-origin-resource-policy").map(str::to_owned);
    let resource_policy = script.answer().ok().and_then(permission);
    judge(seen, resource_policy.as_deref(), looks.language())
        .evidence(script.steps().iter().map(|step| step.evidence()))
}

/// Two headers, or one with a value that browsers do not know, count as none.
fn is_required(seen: &Seen) -> bool {
    let is_secure = seen.is_https() || is_loopback(&seen.url);
    let required = match &seen.embedder_policies[..] {
        [one] => one
            .split(';')
            .next()
            .is_some_and(|value| value.trim() == "require-corp"),
        _ => false,
    };
    is_secure && required
}

fn judge(seen: &Seen, resource_policy: Option<&str>, language: Language) -> Finding {
    let Some((_, script, src)) = seen.client().filter(|_| is_required(seen)) else {
        return seen.finding(&CHECK, Status::Pass, tr!(language, "coep.none"));
    };
    let is_permitted = src.origin() == seen.url.origin() || resource_policy == Some("cross-origin");
    let is_cors = script.attribute("crossorigin").is_some() || script.is_module();
    let (status, cause) = match (is_permitted, is_cors) {
        (true, _) => return seen.finding(&CHECK, Status::Pass, tr!(language, "coep.permitted")),
        (false, true) => (Status::Warn, tr!(language, "coep.style")),
        (false, false) => (Status::Fail, tr!(language, "coep.blocked")),
    };
    seen.finding(&CHECK, status, cause).fix(tr!(language, "coep.fix"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::seen_at;

    fn status(url: &str, policies: &[&str], attributes: &str, resource_policy: Option<&str>) -> Status {
        let headers: Vec<_> = policies
            .iter()
            .map(|value| ("cross-origin-embedder-policy", *value))
            .collect();
        let script = "src=https://c.example.org/js/embed.min.js";
        let html = format!("<!doctype html><script {attributes} {script}></script>");
        judge(&seen_at(url, &html, &headers), resource_policy, Language::English).status
    }

    #[test]
    fn only_what_requires_permission_blocks() {
        let page = "https://blog.example.org/";
        for (url, policies, attributes, resource_policy, expected) in [
            (page, &[][..], "", None, Status::Pass),
            (page, &["require-corp"], "", None, Status::Fail),
            (page, &["require-corp; report-to=\"x\""], "", None, Status::Fail),
            (page, &["require-corp"], "crossorigin", None, Status::Warn),
            (page, &["require-corp"], "", Some("cross-origin"), Status::Pass),
            (page, &["require-corp"], "", Some("same-origin"), Status::Fail),
            (page, &["credentialless"], "", None, Status::Pass),
            (page, &["unsafe-none"], "", None, Status::Pass),
            (page, &["require-corp", "require-corp"], "", None, Status::Pass),
            ("http://blog.example.org/", &["require-corp"], "", None, Status::Pass),
            ("https://c.example.org/", &["require-corp"], "", None, Status::Pass),
        ] {
            assert_eq!(
                status(url, policies, attributes, resource_policy),
                expected,
                "{url} {policies:?} {attributes}"
            );
        }
    }
}
