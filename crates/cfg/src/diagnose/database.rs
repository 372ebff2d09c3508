//! `[general] dbpath`: a path that no database can be kept under, though Python reads it.
//!
//! Isso gives it to SQLite as it stands, `~` aside, and opens it anew for each statement:
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/db/__init__.py>

use super::context::Context;
use super::extra::unquoted;
use crate::diagnostic::Code;
use crate::keys;

pub(super) fn check(context: &mut Context<'_>) {
    let key = &keys::DBPATH;
    let Some(path) = context.value_if_fine(key) else {
        return;
    };
    let code = Code::DatabasePath;
    if matches!(path, "" | ":memory:") {
        let reason = "no file is named that keeps the comments";
        let fix = "Write the path of a file, such as /var/lib/isso/comments.db.";
        context.at(key).unusable(code, reason).fix(fix);
    } else if let Some(rest) = path.strip_prefix("file:") {
        let message = "whether this is the address of a file or its name depends on how SQLite was built";
        let fix = format!("Write /{}.", rest.trim_start_matches('/'));
        context.at(key).misread(code, message).fix(fix);
    } else if let Some((_, rest)) = path.split_once("://") {
        let reason = "this is the address of a database, where Isso wants the path of a file";
        let fix = format!("Write /{}.", rest.trim_start_matches('/'));
        context.at(key).unusable(code, reason).fix(fix);
    } else if let Some(inner) = unquoted(path) {
        let message = "the quotation marks are a part of the path, and Isso keeps them";
        context.at(key).misread(code, message).fix(format!("Write {inner}."));
    } else if path.ends_with('/') {
        let reason = "this is a folder, where Isso wants the path of a file";
        context
            .at(key)
            .unusable(code, reason)
            .fix(format!("Write {path}comments.db."));
    }
}
