//! `page-embed`: whether a page has one element for the comments, and one script that fills it.

use isso_actions::Language;

use crate::checks::Check;
use crate::page::{Hidden, Pages, Seen};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "page-embed",
    run: |looks| {
        Box::pin(async {
            let pages = Pages::look(looks, &CHECK).await;
            pages.judge(|seen| judge(seen, looks.language()))
        })
    },
};

fn judge(seen: &Seen, language: Language) -> Finding {
    let html = &seen.html;
    let found = |status, cause| seen.finding(&CHECK, status, cause);
    let running = html.clients().iter().filter(|(_, script)| script.is_run()).count();
    let threads = html.threads.len();
    // What the page's own scripts add cannot be seen in its HTML.
    let status = if html.may_change() {
        Status::Unknown
    } else {
        Status::Fail
    };
    let unless = |cause: String| match status {
        Status::Unknown => format!("{cause} {}", tr!(language, "page-embed.unless")),
        _ => cause,
    };
    match (running, threads) {
        (1, 1) => found(Status::Pass, tr!(language, "page-embed.embedded")),
        (_, 2..) => found(Status::Fail, tr!(language, "page-embed.threads", count = threads))
            .fix(tr!(language, "page-embed.threads-fix")),
        (2.., 1) => found(Status::Fail, tr!(language, "page-embed.scripts", count = running))
            .fix(tr!(language, "page-embed.scripts-fix")),
        (1.., 0) => found(status, unless(no_thread(seen, language))).fix(match html.hidden {
            Some(Hidden::Script) => tr!(language, "page-embed.in-script-fix"),
            _ => tr!(language, "page-embed.no-thread-fix"),
        }),
        _ if !html.clients().is_empty() => not_run(seen, language),
        _ if threads == 0 && !seen.is_named && (html.has_counter() || !html.has_trace()) => {
            found(Status::Skip, tr!(language, "page-embed.no-comments")).fix(tr!(language, "page.name-one"))
        }
        (_, 0) => {
            found(status, unless(tr!(language, "page-embed.nothing"))).fix(tr!(language, "page-embed.nothing-fix"))
        }
        (_, _) => {
            found(status, unless(tr!(language, "page-embed.no-script"))).fix(tr!(language, "page-embed.no-script-fix"))
        }
    }
}

fn no_thread(seen: &Seen, language: Language) -> String {
    if let Some(element) = seen.html.near_threads.first() {
        return tr!(language, "page-embed.near-thread", element = element);
    }
    match seen.html.hidden {
        Some(Hidden::Comment) => tr!(language, "page-embed.in-comment"),
        Some(Hidden::Template) => tr!(language, "page-embed.in-template"),
        Some(Hidden::Noscript) => tr!(language, "page-embed.in-noscript"),
        Some(Hidden::Script) => tr!(language, "page-embed.in-script"),
        Some(Hidden::Text) | None => tr!(language, "page-embed.no-thread"),
    }
}

/// A script that no browser runs by itself: those that ask for consent first hold it back with a type of their own.
fn not_run(seen: &Seen, language: Language) -> Finding {
    let script = seen.html.clients()[0].1;
    match script.attribute("nomodule") {
        Some(_) => seen
            .finding(&CHECK, Status::Fail, tr!(language, "page-embed.nomodule"))
            .fix(tr!(language, "page-embed.nomodule-fix")),
        None => seen
            .finding(
                &CHECK,
                Status::Warn,
                tr!(language, "page-embed.held", kind = script.kind()),
            )
            .fix(tr!(language, "page-embed.held-fix")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::seen;

    const SCRIPT: &str = r#"<script data-isso="//c.example.org/" src="//c.example.org/js/embed.min.js"></script>"#;
    const THREAD: &str = r#"<section id="isso-thread"></section>"#;

    fn check(html: &str, is_named: bool, status: Status, word: &str) {
        let seen = Seen {
            is_named,
            ..seen(&format!("<!doctype html>{html}"))
        };
        let found = judge(&seen, Language::English);
        assert!(
            found.status == status && found.cause.contains(word),
            "{html}: {found:?}"
        );
        assert_eq!(found.fix.is_none(), status == Status::Pass, "{html}");
    }

    #[test]
    fn one_element_and_one_script_pass() {
        check(&format!("{SCRIPT}{THREAD}"), false, Status::Pass, "");
        check(
            &format!("{THREAD}<script src=jquery.js></script>{SCRIPT}"),
            true,
            Status::Pass,
            "",
        );
    }

    #[test]
    fn two_of_either_fail() {
        check(&format!("{SCRIPT}{THREAD}{THREAD}"), false, Status::Fail, "2 elements");
        check(&format!("{SCRIPT}{THREAD}{SCRIPT}"), false, Status::Fail, "2 scripts");
    }

    #[test]
    fn a_missing_element_is_looked_for_where_it_may_be_hidden() {
        for (html, word) in [
            ("", "no element"),
            (r#"<p class="isso-thread">"#, r#"<p class="isso-thread">"#),
            (&format!("<!--{THREAD}-->"), "comment"),
            (&format!("<template>{THREAD}</template>"), "<template>"),
            (&format!("<noscript>{THREAD}</noscript>"), "<noscript>"),
        ] {
            check(&format!("{SCRIPT}{html}"), false, Status::Fail, word);
        }
        let open = SCRIPT.replace("></script>", "/>");
        check(&format!("{open}{THREAD}"), false, Status::Fail, "</script>");
        let seen = seen(&format!("<!doctype html>{open}{THREAD}"));
        assert!(judge(&seen, Language::English).fix.unwrap().contains("slash"));
    }

    #[test]
    fn what_a_script_may_add_is_unknown() {
        check(
            &format!("{SCRIPT}<script src=app.js></script>"),
            false,
            Status::Unknown,
            "scripts",
        );
        check(
            &format!("{THREAD}<script>s.src = '/js/embed.min.js'</script>"),
            false,
            Status::Unknown,
            "scripts",
        );
        check("<script src=app.js></script>", true, Status::Unknown, "scripts");
    }

    #[test]
    fn a_page_without_a_trace_of_isso_fails_if_it_was_named() {
        check("<p>text", false, Status::Skip, "no comments");
        check("<p>text", true, Status::Fail, "neither");
        check(
            "<script src=/js/count.min.js></script>",
            false,
            Status::Skip,
            "no comments",
        );
        check(THREAD, false, Status::Fail, "no script");
    }

    #[test]
    fn a_script_that_is_not_run_is_noticed() {
        let script = |attribute: &str| SCRIPT.replace("<script", &format!("<script {attribute}"));
        check(
            &format!("{}{THREAD}", script("type=text/plain")),
            false,
            Status::Warn,
            "text/plain",
        );
        check(
            &format!("{}{THREAD}", script("nomodule")),
            false,
            Status::Fail,
            "nomodule",
        );
    }
}
