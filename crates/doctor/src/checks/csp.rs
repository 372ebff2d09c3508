//! `csp`: whether a page's Content Security Policy lets browsers load Isso.

use isso_actions::Language;
use isso_cfg::{Document, keys};
use url::Url;

use crate::checks::Check;
use crate::looks::address::Address;
use crate::page::{Block, Endpoint, Load, Pages, Seen};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "csp",
    run: |looks| {
        Box::pin(async {
            let pages = Pages::with_client(looks, &CHECK).await;
            pages.judge(|seen| {
                judge(
                    seen,
                    looks.address().as_ref(),
                    &looks.patient.contents.cfg,
                    looks.language(),
                )
            })
        })
    },
};

fn judge(seen: &Seen, public: Option<&Address>, cfg: &Document, language: Language) -> Finding {
    let found = |status, cause| seen.finding(&CHECK, status, cause);
    if seen.policies.is_empty() {
        return found(Status::Pass, tr!(language, "csp.none"));
    }
    if let Some(allowed) = seen.policies.sandbox() {
        let is_open = ["allow-scripts", "allow-same-origin"]
            .iter()
            .all(|word| allowed.iter().any(|it| it == word));
        if !is_open {
            return found(Status::Fail, tr!(language, "csp.sandbox")).fix(tr!(language, "csp.sandbox-fix"));
        }
    }
    let blocked: Vec<(Load<'_>, Block)> = loads(seen, public, cfg)
        .into_iter()
        .flat_map(|(load, url)| {
            let blocks = seen.policies.blocks(&seen.url, &url, load);
            blocks.into_iter().map(move |block| (load, block))
        })
        .collect();
    if blocked.is_empty() {
        return found(Status::Pass, tr!(language, "csp.allowed"));
    }
    let is_needed = |load: &Load<'_>| matches!(load, Load::Script(_) | Load::Requests);
    let status = match blocked.iter().any(|(load, _)| is_needed(load)) {
        true => Status::Fail,
        false => Status::Warn,
    };
    let mut what: Vec<String> = blocked.iter().map(|(load, _)| name(*load, language)).collect();
    what.dedup();
    let cause = tr!(language, "csp.blocked", what = what.join(", "));
    // A script without a nonce may stand beside other directives that lack the address.
    let (strict, plain): (Vec<_>, Vec<_>) = blocked
        .iter()
        .map(|(_, block)| block)
        .partition(|block| block.is_strict);
    let mut fixes = Vec::new();
    for is_in_page in [false, true] {
        let mut directives: Vec<&str> = Vec::new();
        for block in plain.iter().filter(|block| block.is_in_page == is_in_page) {
            if !directives.contains(&block.directive.as_str()) {
                directives.push(&block.directive);
            }
        }
        let directives = directives.join("; ");
        match (directives.is_empty(), is_in_page) {
            (true, _) => {}
            (false, false) => fixes.push(tr!(language, "csp.header-fix", directives = directives)),
            (false, true) => fixes.push(tr!(language, "csp.meta-fix", directives = directives)),
        }
    }
    if !strict.is_empty() {
        fixes.push(tr!(language, "csp.nonce-fix"));
    }
    found(status, cause).fix(fixes.join(" "))
}

/// What the page loads for Isso, and from where.
fn loads<'s>(seen: &'s Seen, public: Option<&Address>, cfg: &Document) -> Vec<(Load<'s>, Url)> {
    let Some((place, script, src)) = seen.client() else {
        return Vec::new();
    };
    let endpoint = match seen.html.endpoint(place) {
        Endpoint::Known(url) => Address::parse(seen.upgraded(&url).as_str()),
        _ => public.cloned(),
    };
    let mut loads = vec![(Load::Script(script), src)];
    let option = |name: &str| seen.html.scripts.iter().find_map(|script| script.attribute(name));
    if let Some(address) = endpoint {
        let style = match option("data-isso-css-url").filter(|url| !url.is_empty()) {
            Some(url) => seen.html.base.join(url).ok(),
            None => Some(address.url("/css/isso.css")),
        };
        let is_off = matches!(option("data-isso-css"), Some("false" | "" | "0" | "null"));
        loads.push((Load::Requests, address.url("/config")));
        loads.extend(style.filter(|_| !is_off).map(|url| (Load::Style, seen.upgraded(&url))));
    }
    if cfg.read_bool(&keys::GRAVATAR) == Some(true) {
        let picture = Url::parse(&cfg.read_text(&keys::GRAVATAR_URL).replace("{}", "0")).ok();
        loads.extend(picture.map(|url| (Load::Image, seen.upgraded(&url))));
    }
    loads
}

fn name(load: Load<'_>, language: Language) -> String {
    match load {
        Load::Script(_) => tr!(language, "csp.script"),
        Load::Requests => tr!(language, "csp.requests"),
        Load::Style => tr!(language, "csp.style"),
        Load::Image => tr!(language, "csp.image"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::seen_at;

    const C: &str = "https://c.example.org";

    fn found(headers: &[(&str, &str)], head: &str, attributes: &str, cfg: &str) -> Finding {
        let script = format!("<script {attributes} data-isso={C} src={C}/js/embed.min.js></script>");
        let seen = seen_at(
            "https://blog.example.org/",
            &format!("<!doctype html>{head}{script}"),
            headers,
        );
        judge(&seen, None, &Document::parse(cfg).unwrap(), Language::English)
    }

    fn check(policy: &str, attributes: &str, status: Status, fix: &str) {
        let found = found(&[("content-security-policy", policy)], "", attributes, "");
        assert_eq!(found.status, status, "{policy}: {found:?}");
        let given = found.fix.clone().unwrap_or_default();
        assert!(
            given.contains(fix) && given.is_empty() == (status == Status::Pass),
            "{policy}: {found:?}"
        );
    }

    #[test]
    fn what_a_policy_blocks_is_named_with_the_directive_that_allows_it() {
        for (policy, attributes, status, fix) in [
            ("default-src 'self' https://c.example.org", "", Status::Pass, ""),
            ("default-src https:", "", Status::Pass, ""),
            ("img-src 'none'", "", Status::Pass, ""),
            (
                "script-src 'self'",
                "",
                Status::Fail,
                "`script-src 'self' https://c.example.org`",
            ),
            (
                "script-src-elem 'self'; script-src https:",
                "",
                Status::Fail,
                "`script-src-elem 'self' https://c.example.org`",
            ),
            (
                "connect-src 'none'",
                "",
                Status::Fail,
                "`connect-src https://c.example.org`",
            ),
            (
                "style-src 'self'",
                "",
                Status::Warn,
                "`style-src 'self' https://c.example.org`",
            ),
            ("style-src 'self'", "data-isso-css=false", Status::Pass, ""),
            ("style-src 'self'", "data-isso-css-url=/own.css", Status::Pass, ""),
            (
                "default-src 'self'",
                "",
                Status::Fail,
                "`script-src 'self' https://c.example.org; connect-src 'self' https://c.example.org; \
                 style-src 'self' https://c.example.org`",
            ),
            ("script-src 'nonce-abc' 'strict-dynamic'", "nonce=abc", Status::Pass, ""),
            (
                "script-src 'nonce-abc' 'strict-dynamic' https:",
                "",
                Status::Fail,
                "nonce",
            ),
            ("sandbox allow-scripts", "", Status::Fail, "allow-same-origin"),
            ("sandbox allow-scripts allow-same-origin", "", Status::Pass, ""),
            // Two policies: both have to allow it.
            (
                "script-src https:, script-src 'self'",
                "",
                Status::Fail,
                "`script-src 'self' https://c.example.org`",
            ),
        ] {
            check(policy, attributes, status, fix);
        }
    }

    #[test]
    fn a_policy_that_reports_blocks_nothing() {
        let header = [("content-security-policy-report-only", "script-src 'self'")];
        assert_eq!(found(&header, "", "", "").status, Status::Pass);
    }

    #[test]
    fn a_policy_in_the_page_counts_from_where_it_stands() {
        let meta = |policy: &str| format!(r#"<meta http-equiv=Content-Security-Policy content="{policy}">"#);
        let found = |head: &str| found(&[], head, "", "");
        let blocked = found(&meta("script-src 'self'"));
        assert_eq!(blocked.status, Status::Fail);
        assert!(blocked.fix.unwrap().contains("<meta http-equiv"));
        assert_eq!(found(&meta("sandbox")).status, Status::Pass);
        let seen = |policy: &str| {
            let script = format!("<script data-isso={C} src={C}/js/embed.min.js></script>");
            let seen = seen_at(
                "https://blog.example.org/",
                &format!("<!doctype html>{script}{}", meta(policy)),
                &[],
            );
            judge(&seen, None, &Document::parse("").unwrap(), Language::English).status
        };
        assert_eq!(seen("script-src 'self'"), Status::Pass);
        assert_eq!(seen("connect-src 'self'"), Status::Fail);
    }

    #[test]
    fn pictures_count_if_comments_have_them() {
        let header = [("content-security-policy", "img-src 'self'")];
        assert_eq!(found(&header, "", "", "").status, Status::Pass);
        let found = found(&header, "", "", "[general]\ngravatar = true\n");
        assert_eq!(found.status, Status::Warn);
        assert!(found.fix.unwrap().contains("`img-src 'self' https://www.gravatar.com`"));
    }
}
