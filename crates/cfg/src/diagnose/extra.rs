//! Texts and passwords that carry more than was meant: quotation marks, comments, invisible characters. Python keeps
//! all of that.

use super::context::Context;
use super::values::{COMMENT_ELSEWHERE, without_comment};
use crate::diagnostic::{Code, Severity};
use crate::keys::{self, Kind};
use crate::python::{is_comment, strip};
use crate::unindented::is_invisible;

pub(super) fn check(context: &mut Context<'_>) {
    for key in keys::ALL {
        let Some(value) = context.value_if_fine(key) else {
            continue;
        };
        let severity = match key.kind {
            // Any salt is as good as another; path and sender have checks of their own.
            _ if matches!(*key, keys::DBPATH | keys::SALT | keys::SMTP_FROM) => continue,
            Kind::Text => Severity::Misread,
            // A password may have been made so.
            Kind::Secret => Severity::Warning,
            _ => continue,
        };
        let name = key.name;
        let at = context.at(key);
        if is_comment(value) && (key.kind == Kind::Text || value[1..].starts_with(' ')) {
            let message = format!("what looks like a comment is the value of {name}");
            let fix = "Write the value here, and the comment on a line of its own.";
            at.problem(severity, Code::InlineComment, message).fix(fix);
        } else if value.contains(is_invisible) {
            let message = format!("an invisible character is a part of the value of {name}, and Isso keeps it");
            let fix = "Delete the value and type it anew.";
            at.problem(severity, Code::ExtraCharacters, message).fix(fix);
        } else if unquoted(value).is_some() {
            let message = format!("the quotation marks are a part of the value of {name}, and Isso keeps them");
            let fix = "Delete the quotation marks.";
            at.problem(severity, Code::ExtraCharacters, message).fix(fix);
        } else if key.kind == Kind::Secret && without_comment(value).is_some() {
            let message = format!("what looks like a comment is a part of the value of {name}, and Isso keeps it");
            at.problem(severity, Code::InlineComment, message)
                .fix(COMMENT_ELSEWHERE);
        }
    }
}

/// A text without the quotation marks that enclose it.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    const PAIRS: [(char, char); 11] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('„', '“'),
        ('„', '”'),
        ('‘', '’'),
        ('‚', '‘'),
        ('«', '»'),
        ('»', '«'),
        ('”', '”'),
    ];
    let inner = PAIRS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))?;
    (!inner.is_empty()).then(|| strip(inner))
}
