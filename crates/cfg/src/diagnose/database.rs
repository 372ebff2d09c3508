//! `[general] dbpath`: a path that no database can be kept under, though Python reads it.
//!
//! Isso gives it to SQLite as it stands, `~` aside, and opens it anew for each statement:
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/db/__init__.py>

use super::context::Context;
use super::improve::unquoted;
use crate::diagnostic::{Code, Severity};
use crate::keys;

pub(super) fn check(context: &mut Context<'_>) {
    let key = &keys::DBPATH;
    let Some(path) = context.value(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    let refused = "and Isso does not start with it";
    let (severity, message, fix) = if matches!(path, "" | ":memory:") {
        (
            Severity::Refused,
            format!("no file is named that keeps the comments, {refused}"),
            "Write the path of a file, such as /var/lib/isso/comments.db.".to_owned(),
        )
    } else if let Some(rest) = path.strip_prefix("file:") {
        (
            Severity::Misread,
            "whether this is the address of a file or its name depends on how SQLite was built".to_owned(),
            format!("Write /{}.", rest.trim_start_matches('/')),
        )
    } else if let Some((_, rest)) = path.split_once("://") {
        (
            Severity::Refused,
            format!("this is the address of a database, where Isso wants the path of a file, {refused}"),
            format!("Write /{}.", rest.trim_start_matches('/')),
        )
    } else if let Some(inner) = unquoted(path) {
        (
            Severity::Misread,
            "the quotation marks are a part of the path, and Isso keeps them".to_owned(),
            format!("Write {inner}."),
        )
    } else if path.ends_with('/') {
        (
            Severity::Refused,
            format!("this is a folder, where Isso wants the path of a file, {refused}"),
            format!("Write {path}comments.db."),
        )
    } else {
        return;
    };
    context.note(key, severity, Code::DatabasePath, message, fix);
}
