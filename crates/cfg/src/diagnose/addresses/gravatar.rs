//! `[general] gravatar-url`: the address of a commenter's picture.

use crate::diagnose::context::{Context, FailsAt};
use crate::diagnostic::Code;
use crate::{format, keys};

/// Isso passes the address to Python's `str.format` with the hash as its only argument.
/// <https://docs.python.org/3/library/string.html#format-string-syntax>
pub(super) fn check(context: &mut Context<'_>) {
    const HASH: &str = "d41d8cd98f00b204e9800998ecf8427e";
    let key = &keys::GRAVATAR_URL;
    let Some(url) = context.value_if_fine(key) else {
        return;
    };
    let Some(filled) = format::fill(url, HASH) else {
        let reason = "Isso has the hash alone to fill in here, by the rules of Python's str.format";
        let with_one =
            with_one_field(url).filter(|url| format::fill(url, HASH).is_some_and(|filled| filled.whole == 1));
        let fix = match with_one {
            Some(url) => format!("Write {url}."),
            None => "Write {} once, where the hash belongs, and no other braces; where it belongs twice, write {0} both times.".to_owned(),
        };
        return context.at(key).unusable(Code::GravatarUrl, reason).fix(fix);
    };
    if context.fails_at(key) == FailsAt::Never {
        return;
    }
    let fix = if url.contains("%s") {
        format!("Write {}.", url.replacen("%s", "{}", 1))
    } else {
        "Write {} where the hash belongs, and no other braces.".to_owned()
    };
    let (message, fix) = if filled.fields == 0 {
        (
            "there is no {} for the hash, so everybody has the same picture".to_owned(),
            fix,
        )
    } else if filled.whole != filled.fields {
        let altered = filled.text;
        (
            format!("what is in the braces alters the hash, so no picture is found: {altered}"),
            fix,
        )
    } else if !super::has_scheme(url) && !url.starts_with('/') {
        let message =
            "the address begins with neither https:// nor http://, so browsers look for the pictures below the page";
        (message.to_owned(), format!("Write https://{url}."))
    } else {
        return;
    };
    context.at(key).misread(Code::GravatarUrl, message).fix(fix);
}

/// The address with `{}` for the one thing in braces, or for the `%s` of other languages.
fn with_one_field(url: &str) -> Option<String> {
    if !url.contains(['{', '}']) {
        return None;
    }
    let (before, rest) = url.split_once('{')?;
    let (_, after) = rest.split_once('}').unwrap_or(("", ""));
    let after = after.trim_start_matches('}');
    let before = before.trim_end_matches('{');
    (!after.contains(['{', '}']) && !before.contains('}')).then(|| format!("{before}{{}}{after}"))
}
