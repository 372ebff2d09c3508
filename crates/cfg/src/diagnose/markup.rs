//! `[markup]` and `[hash]`: how comments are rendered and their authors told apart.

use strsim::damerau_levenshtein;

use super::context::Context;
use crate::diagnostic::{Code, Severity};
use crate::keys;
use crate::number;
use crate::python::strip;

pub(super) fn check(context: &mut Context<'_>) {
    renderer(context);
    plugins(context);
    algorithm(context);
}

/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/html/__init__.py>
fn renderer(context: &mut Context<'_>) {
    let key = &keys::RENDERER;
    match context.value(key) {
        None | Some("mistune") => {}
        Some("misaka") => {
            let message = "misaka is deprecated, and the next version of Isso comes without it";
            context.note(
                key,
                Severity::Warning,
                Code::Deprecated,
                message,
                "Write mistune.",
            );
        }
        Some(_) => {
            let message = "there is no such renderer, and Isso does not start with it";
            context.note(
                key,
                Severity::Refused,
                Code::UnknownRenderer,
                message,
                "Write mistune.",
            );
        }
    }
}

/// The names mistune 3 knows; any other must be a Python path, which it imports.
/// <https://github.com/lepture/mistune/blob/v3.1.4/src/mistune/plugins/__init__.py>
const PLUGINS: [&str; 15] = [
    "abbr",
    "def_list",
    "footnotes",
    "insert",
    "mark",
    "math",
    "ruby",
    "speedup",
    "spoiler",
    "strikethrough",
    "subscript",
    "superscript",
    "table",
    "task_lists",
    "url",
];

fn plugins(context: &mut Context<'_>) {
    let key = &keys::MISTUNE_PLUGINS;
    let Some(value) = context.value(key).filter(|value| !value.is_empty()) else {
        return;
    };
    let names: Vec<&str> = value.split(',').map(strip).collect();
    if names[0].is_empty() {
        let message = "Isso takes a list that begins with a comma for an empty one";
        return context.note(
            key,
            Severity::Misread,
            Code::UnknownPlugin,
            message,
            "Delete the first comma.",
        );
    }
    if names.contains(&"") {
        let message = format!(
            "there is a comma too many, and {}",
            context.consequence(key)
        );
        return context.note(
            key,
            context.severity(key),
            Code::UnknownPlugin,
            message,
            "Delete the comma at the end, or the second of two.",
        );
    }
    if names.iter().any(|name| name.contains('\n')) {
        let message = format!(
            "there is no comma where a line ends, and {}",
            context.consequence(key)
        );
        return context.note(
            key,
            context.severity(key),
            Code::UnknownPlugin,
            message,
            "Separate the plugins by commas.",
        );
    }
    for item in context.list(key) {
        if PLUGINS.contains(&item.text) {
            continue;
        }
        if is_python_path(item.text) {
            // Whether it can be imported only Python can tell.
            let message =
                "Isso imports this when it starts, and does not start when it cannot be found";
            context.note_item(
                key,
                &item,
                Severity::Warning,
                Code::UnknownPlugin,
                message,
                "Keep it if the module is there.",
            );
        } else {
            let message = format!(
                "mistune has no such plugin, and {}",
                context.consequence(key)
            );
            let nearest = PLUGINS
                .iter()
                .min_by_key(|name| damerau_levenshtein(name, item.text));
            let fix =
                nearest.map_or_else(String::new, |name| format!("Write {name}, or delete it."));
            context.note_item(
                key,
                &item,
                context.severity(key),
                Code::UnknownPlugin,
                message,
                fix,
            );
        }
    }
}

/// Says whether a text is a name in a Python module, as `package.module.name`.
fn is_python_path(text: &str) -> bool {
    let identifier = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
            && chars.all(|c| c.is_alphanumeric() || c == '_')
    };
    text.contains('.') && text.split('.').all(identifier)
}

/// What Python's hashlib has everywhere. <https://docs.python.org/3/library/hashlib.html#hashlib.algorithms_guaranteed>
const ALGORITHMS: [&str; 12] = [
    "blake2b", "blake2s", "md5", "sha1", "sha224", "sha256", "sha384", "sha3_224", "sha3_256",
    "sha3_384", "sha3_512", "sha512",
];

/// What OpenSSL adds, depending on its version and build.
const SOMETIMES: [&str; 10] = [
    "md4",
    "md5-sha1",
    "mdc2",
    "ripemd",
    "ripemd160",
    "rmd160",
    "sha512_224",
    "sha512_256",
    "sm3",
    "whirlpool",
];

/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/utils/hash.py>
fn algorithm(context: &mut Context<'_>) {
    let key = &keys::ALGORITHM;
    let Some(value) = context.value(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    if let Some(rest) = value.strip_prefix("pbkdf2") {
        return pbkdf2(context, rest);
    }
    if value == "none" || ALGORITHMS.contains(&value) {
        return;
    }
    let lower = value.to_lowercase();
    let (severity, message) = if matches!(value, "shake_128" | "shake_256") {
        (
            Severity::Refused,
            "this algorithm gives no hash of one length, and Isso answers every new comment with an error",
        )
    } else if SOMETIMES.contains(&lower.as_str())
        || ALGORITHMS.contains(&lower.as_str())
        || lower.starts_with("sha")
    {
        (
            Severity::Warning,
            "not every Python has this algorithm, and without it Isso does not start",
        )
    } else {
        (
            Severity::Refused,
            "there is no such algorithm, and Isso does not start with it",
        )
    };
    context.note(
        key,
        severity,
        Code::UnknownAlgorithm,
        message,
        "Write pbkdf2, or sha256 for example.",
    );
}

/// Checks `pbkdf2:iterations:length:algorithm`, of which everything may be left out from the end.
fn pbkdf2(context: &mut Context<'_>, rest: &str) {
    let key = &keys::ALGORITHM;
    let Some(arguments) = rest.strip_prefix(':') else {
        // Isso looks at the first six letters and then for a colon.
        if !rest.is_empty() && !rest.contains(':') {
            let message = "Isso reads pbkdf2 and ignores the rest";
            context.note(
                key,
                Severity::Misread,
                Code::UnknownAlgorithm,
                message,
                "Write pbkdf2, or pbkdf2:1000:6:sha1.",
            );
        }
        return;
    };
    let mut arguments = arguments
        .splitn(3, ':')
        .take_while(|argument| !argument.is_empty());
    let fix = "Write pbkdf2:1000:6:sha1, or pbkdf2 alone.";
    for argument in arguments.by_ref().take(2) {
        match number::int(argument) {
            None => {
                let message =
                    "iterations and length must be numbers, and Isso does not start with this";
                return context.note(key, Severity::Refused, Code::UnknownAlgorithm, message, fix);
            }
            Some(number) if !(1..=i128::from(i32::MAX)).contains(&number) => {
                let message = "iterations and length must be above zero: Isso answers every new comment with an error";
                return context.note(key, Severity::Refused, Code::UnknownAlgorithm, message, fix);
            }
            Some(_) => {}
        }
    }
    if let Some(name) = arguments.next()
        && !ALGORITHMS.contains(&name)
    {
        let message = "there may be no such algorithm, and without it Isso answers every new comment with an error";
        let known = SOMETIMES.contains(&name)
            || ALGORITHMS.contains(&name.to_lowercase().as_str())
            || name.starts_with("sha");
        let severity = if known {
            Severity::Warning
        } else {
            Severity::Refused
        };
        context.note(key, severity, Code::UnknownAlgorithm, message, fix);
    }
}
