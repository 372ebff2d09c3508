//! `dead-attributes`: whether attributes of a page do what they say, or stop Isso's client.
//!
//! The client reads `data-isso-…` of every script element, and then puts the server's settings in their place:
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/js/app/config.js>, `default_config.js` and `embed.js` there.

use isso_actions::{Language, closest};
use isso_cfg::{Document, keys};
use serde_json::Value;

use crate::checks::Check;
use crate::page::{Pages, Seen};
use crate::report::{Finding, Status};
use crate::tr;

pub const CHECK: Check = Check {
    id: "dead-attributes",
    run: |looks| {
        Box::pin(async {
            let pages = Pages::with_client(looks, &CHECK).await;
            pages.judge(|seen| judge(seen, &looks.patient.contents.cfg, looks.language()))
        })
    },
};

/// Attributes that count in the browser.
const OF_CLIENT: &[&str] = &[
    "avatar",
    "avatar-bg",
    "avatar-fg",
    "css",
    "css-url",
    "default-lang",
    "lang",
    "max-comments-nested",
    "max-comments-top",
    "page-author-hashes",
    "reply-notifications-default-enabled",
    "reveal-on-click",
    "sorting",
    "vote",
    "vote-levels",
];
const SWITCHES: &[&str] = &["avatar", "css", "reply-notifications-default-enabled", "vote"];
/// What the client splits into words, which it cannot with a number.
const WORDS: &[&str] = &["avatar-fg", "default-lang", "lang", "page-author-hashes"];
const COUNTS: &[&str] = &["max-comments-nested", "max-comments-top"];
const SORTINGS: &[&str] = &["newest", "oldest", "upvotes"];
/// The server's settings that take the place of an attribute.
const OF_SERVER: &[&str] = &[
    "feed",
    "gravatar",
    "reply-notifications",
    "reply-to-self",
    "require-author",
    "require-email",
];
/// Texts of the client: each can be given for a language, as in `data-isso-postbox-text-text-en`.
const TEXTS: &[&str] = &[
    "atom-feed",
    "comment-anonymous",
    "comment-cancel",
    "comment-close",
    "comment-confirm",
    "comment-delete",
    "comment-deleted",
    "comment-edit",
    "comment-hidden",
    "comment-page-author-suffix",
    "comment-queued",
    "comment-reply",
    "comment-save",
    "date-day",
    "date-hour",
    "date-minute",
    "date-month",
    "date-now",
    "date-week",
    "date-year",
    "no-comments",
    "num-comments",
    "postbox-author",
    "postbox-author-placeholder",
    "postbox-edit",
    "postbox-email",
    "postbox-email-placeholder",
    "postbox-notification",
    "postbox-preview",
    "postbox-submit",
    "postbox-text",
    "postbox-website",
    "postbox-website-placeholder",
];

fn judge(seen: &Seen, cfg: &Document, language: Language) -> Finding {
    let mut problems: Vec<Problem> = Vec::new();
    for script in seen.html.scripts.iter() {
        for (attribute, value) in &script.attributes {
            if let Some(name) = attribute.strip_prefix("data-isso-") {
                problems.extend(problem(attribute, &name.replace('_', "-"), value, cfg, language));
            }
        }
    }
    for (element, attribute) in &seen.html.misplaced {
        problems.push(Problem {
            status: Status::Warn,
            cause: tr!(
                language,
                "dead-attributes.misplaced",
                attribute = attribute,
                element = element
            ),
            fix: tr!(language, "dead-attributes.misplaced-fix", attribute = attribute),
        });
    }
    // What stops the client comes first.
    problems.sort_by_key(|problem| std::cmp::Reverse(problem.status));
    let Some(first) = problems.first() else {
        return seen.finding(&CHECK, Status::Pass, tr!(language, "dead-attributes.fine"));
    };
    let join = |text: fn(&Problem) -> &String| problems.iter().map(text).cloned().collect::<Vec<_>>().join(" ");
    seen.finding(&CHECK, first.status, join(|problem| &problem.cause))
        .fix(join(|problem| &problem.fix))
}

struct Problem {
    status: Status,
    cause: String,
    fix: String,
}

fn problem(attribute: &str, name: &str, value: &str, cfg: &Document, language: Language) -> Option<Problem> {
    let problem = |status, cause, fix| Some(Problem { status, cause, fix });
    // The client takes a value for JSON if it is that, and for text if not.
    let read: Option<Value> = serde_json::from_str(value).ok();
    if WORDS.contains(&name) && read.as_ref().is_some_and(|read| !is_fine_word(name, read)) {
        let cause = tr!(language, "dead-attributes.stops", attribute = attribute, value = value);
        return problem(
            Status::Fail,
            cause,
            tr!(language, "dead-attributes.stops-fix", attribute = attribute),
        );
    }
    if COUNTS.contains(&name) && !is_count(value, read.as_ref()) {
        let cause = tr!(language, "dead-attributes.count", attribute = attribute, value = value);
        return problem(
            Status::Fail,
            cause,
            tr!(language, "dead-attributes.count-fix", attribute = attribute),
        );
    }
    if name == "sorting" && !is_sorting(value, read.as_ref()) {
        let cause = tr!(language, "dead-attributes.sorting", value = value);
        return problem(Status::Fail, cause, tr!(language, "dead-attributes.sorting-fix"));
    }
    if SWITCHES.contains(&name) && means_off(value) {
        let cause = tr!(language, "dead-attributes.switch", attribute = attribute, value = value);
        return problem(
            Status::Warn,
            cause,
            tr!(language, "dead-attributes.switch-fix", attribute = attribute),
        );
    }
    if let Some(server) = of_server(name, cfg) {
        let is_same = read == Some(Value::Bool(server));
        let cause = tr!(
            language,
            "dead-attributes.server",
            attribute = attribute,
            value = server
        );
        let fix = tr!(language, "dead-attributes.server-fix", attribute = attribute);
        return if is_same {
            None
        } else {
            problem(Status::Warn, cause, fix)
        };
    }
    if OF_CLIENT.contains(&name) || OF_SERVER.contains(&name) || is_text(name) {
        return None;
    }
    if name == "id" {
        let cause = tr!(language, "dead-attributes.id");
        return problem(Status::Warn, cause, tr!(language, "dead-attributes.id-fix"));
    }
    let cause = tr!(language, "dead-attributes.unknown", attribute = attribute);
    let fix = match nearest(name) {
        Some(nearest) => {
            let nearest = format!("data-isso-{nearest}");
            tr!(
                language,
                "dead-attributes.unknown-near",
                attribute = attribute,
                nearest = nearest
            )
        }
        None => tr!(language, "dead-attributes.unknown-fix", attribute = attribute),
    };
    problem(Status::Warn, cause, fix)
}

/// What the server puts in the place of an attribute, whatever it says.
fn of_server(name: &str, cfg: &Document) -> Option<bool> {
    let gravatar = cfg.read_bool(&keys::GRAVATAR);
    match name {
        "gravatar" => gravatar,
        "avatar" => gravatar.filter(|on| *on).map(|_| false),
        "feed" => Some(!cfg.read_text(&keys::RSS_BASE).is_empty()),
        "reply-notifications" => cfg.read_bool(&keys::REPLY_NOTIFICATIONS),
        "reply-to-self" => cfg.read_bool(&keys::REPLY_TO_SELF),
        "require-author" => cfg.read_bool(&keys::REQUIRE_AUTHOR),
        "require-email" => cfg.read_bool(&keys::REQUIRE_EMAIL),
        _ => None,
    }
}

/// A language that is nothing is one that was not given.
fn is_fine_word(name: &str, read: &Value) -> bool {
    let is_nothing = matches!(read, Value::Null | Value::Bool(false)) || read.as_f64() == Some(0.0);
    read.is_string() || (name.ends_with("lang") && is_nothing)
}

fn is_count(value: &str, read: Option<&Value>) -> bool {
    let is_whole = |text: &str| text == "inf" || text.trim().parse::<i64>().is_ok();
    match read {
        Some(Value::Null) => true,
        Some(Value::Number(number)) => number.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some(Value::String(text)) => is_whole(text),
        Some(_) => false,
        None => is_whole(value),
    }
}

fn is_sorting(value: &str, read: Option<&Value>) -> bool {
    match read {
        Some(Value::Null) => true,
        Some(Value::String(text)) => SORTINGS.contains(&text.as_str()),
        Some(_) => false,
        None => SORTINGS.contains(&value),
    }
}

/// Whether a text was meant to switch something off, but is a text, and so switches it on.
fn means_off(value: &str) -> bool {
    let is_json = serde_json::from_str::<Value>(value).is_ok();
    let words = ["false", "no", "off", "none", "disabled"];
    !is_json && words.contains(&value.trim_matches('"').trim().to_ascii_lowercase().as_str())
}

fn is_text(name: &str) -> bool {
    TEXTS.iter().any(|text| {
        let language = name.strip_prefix(text).and_then(|rest| rest.strip_prefix("-text-"));
        language.is_some_and(|language| !language.is_empty())
    })
}

fn nearest(name: &str) -> Option<String> {
    if let Some((text, language)) = name.rsplit_once("-text-") {
        return closest(text, TEXTS.iter().copied()).map(|text| format!("{text}-text-{language}"));
    }
    closest(name, OF_CLIENT.iter().copied()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::seen;

    fn found(attributes: &str, cfg: &str) -> Finding {
        let script = r#"<script data-isso="//c.example.org" src="//c.example.org/js/embed.min.js""#;
        let seen = seen(&format!("<!doctype html>{script} {attributes}></script>"));
        judge(&seen, &Document::parse(cfg).unwrap(), Language::English)
    }

    fn check(attributes: &str, status: Status, fix: &str) {
        let found = found(attributes, "");
        assert_eq!(found.status, status, "{attributes}: {found:?}");
        assert!(
            found.fix.clone().unwrap_or_default().contains(fix),
            "{attributes}: {found:?}"
        );
    }

    #[test]
    fn attributes_that_count_pass() {
        for attributes in [
            "",
            "data-isso-css=false data-isso-lang=de data-isso-max-comments-top=inf data-isso-vote-levels='[1,5]'",
            "data-isso-Max_Comments_Top=10 data-isso-sorting=newest data-isso-avatar-fg='#fff #000'",
            "data-isso-postbox-text-text-pt_BR=Olá data-isso-page-author-hashes='abc, def'",
            "data-isso-max-comments-nested=null data-isso-require-email=false",
        ] {
            check(attributes, Status::Pass, "");
        }
    }

    #[test]
    fn values_that_stop_the_client_fail() {
        for attributes in [
            "data-isso-avatar-fg='[\"#fff\"]'",
            "data-isso-page-author-hashes=12345",
            "data-isso-lang=1",
            "data-isso-sorting=date",
            "data-isso-sorting",
            "data-isso-max-comments-top=all",
            "data-isso-max_comments_top=1.5",
            "data-isso-max-comments-nested=''",
        ] {
            check(attributes, Status::Fail, "");
        }
    }

    #[test]
    fn the_server_overrides_what_it_sets() {
        check("data-isso-require-email=true", Status::Warn, "data-isso-require-email");
        let on = "[guard]\nrequire-email = true\n[general]\ngravatar = true\n";
        assert_eq!(
            found("data-isso-require-email=true data-isso-gravatar=true", on).status,
            Status::Pass
        );
        assert_eq!(found("data-isso-avatar=true", on).status, Status::Warn);
    }

    #[test]
    fn a_wrong_name_is_answered_with_the_nearest() {
        check("data-isso-vote-level=1", Status::Warn, "data-isso-vote-levels");
        check(
            "data-isso-postbox-txt-text-de=x",
            Status::Warn,
            "data-isso-postbox-text-text-de",
        );
        check("data-isso-quux=1", Status::Warn, "data-isso-quux");
        check("data-isso-id=/a", Status::Warn, "isso-thread");
        check("data-isso-vote=False", Status::Warn, "data-isso-vote=\"false\"");
        check(
            "></script><section id=isso-thread data-isso-lang=de",
            Status::Warn,
            "data-isso-lang",
        );
    }
}
