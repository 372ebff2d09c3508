//! `[markup]`: how comments are rendered, and what is left of them after that.

use strsim::damerau_levenshtein;

use super::context::{Context, FailsAt};
use super::misaka;
use crate::diagnostic::Code;
use crate::keys;
use crate::markup_items::{PLUGINS, Successor, successor};
use crate::python::strip;

pub(super) fn check(context: &mut Context<'_>) {
    renderer(context);
    plugins(context);
    parameters(context);
    misaka::check(context);
}

/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/html/__init__.py>
fn renderer(context: &mut Context<'_>) {
    let key = &keys::RENDERER;
    match context.value(key) {
        None | Some("mistune") => {}
        Some("misaka") => {
            let message = "misaka is deprecated, and the next version of Isso comes without it";
            let fix = format!("Write mistune. {}", misaka::steps_to_mistune(context));
            context.at(key).warning(Code::Deprecated, message).fix(fix);
        }
        Some(_) => {
            let (reason, fix) = ("there is no such renderer", "Write mistune.");
            context.at(key).unusable(Code::UnknownRenderer, reason).fix(fix);
        }
    }
}

fn plugins(context: &mut Context<'_>) {
    let key = &keys::MISTUNE_PLUGINS;
    let Some(value) = context.value(key).filter(|value| !value.is_empty()) else {
        return;
    };
    let names: Vec<&str> = value.split(',').map(strip).collect();
    let code = Code::UnknownPlugin;
    if names[0].is_empty() {
        let message = "Isso takes a list that begins with a comma for an empty one";
        return context.at(key).misread(code, message).fix("Delete the first comma.");
    }
    if names.contains(&"") {
        let fix = "Delete the comma at the end, or the second of two.";
        return context.at(key).unusable(code, "there is a comma too many").fix(fix);
    }
    if names.iter().any(|name| name.contains('\n')) {
        let (reason, fix) = ("there is no comma where a line ends", "Separate the plugins by commas.");
        return context.at(key).unusable(code, reason).fix(fix);
    }
    for item in context.list(key) {
        if PLUGINS.contains(&item.text) {
            continue;
        }
        let at = context.at_item(key, &item);
        if is_python_path(item.text) {
            // Only Python knows whether it can be imported.
            let message = "Isso imports this when it starts, and does not start when it cannot be found";
            at.warning(code, message).fix("Keep it if the module is there.");
        } else {
            at.unusable(code, "mistune has no such plugin").fix(instead(item.text));
        }
    }
}

/// What to write for a plugin that mistune does not have: misaka's names for the same are common.
fn instead(name: &str) -> String {
    match successor(name) {
        Some(Successor::Plugin(plugin, _)) => format!("Write {plugin}."),
        Some(Successor::Always) => "Delete it: mistune does it by itself.".to_owned(),
        Some(Successor::Nothing(_)) => "Delete it: mistune has nothing like it.".to_owned(),
        None => {
            let name = name.to_lowercase().replace('-', "_");
            let near = |known: &&&str| damerau_levenshtein(known, &name) <= 2;
            match PLUGINS
                .iter()
                .filter(near)
                .min_by_key(|known| damerau_levenshtein(known, &name))
            {
                Some(known) => format!("Write {known}."),
                None => format!("Delete it, or write one of {}.", PLUGINS.join(", ")),
            }
        }
    }
}

/// Says whether a text is a name in a Python module, as `package.module.name`.
fn is_python_path(text: &str) -> bool {
    let identifier = |part: &str| {
        let mut chars = part.chars();
        chars.next().is_some_and(|c| c.is_alphabetic() || c == '_') && chars.all(|c| c.is_alphanumeric() || c == '_')
    };
    text.contains('.') && text.split('.').all(identifier)
}

/// Isso looks for `hard_wrap` alone, and goes on without what it does not find.
fn parameters(context: &mut Context<'_>) {
    let key = &keys::MISTUNE_PARAMETERS;
    if context.value_if_fine(key).is_none() || context.fails_at(key) == FailsAt::Never {
        return;
    }
    for item in context.list(key) {
        if matches!(item.text, "escape" | "hard_wrap") {
            continue;
        }
        let plain: String = item
            .text
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect();
        let (message, fix) = match plain.as_str() {
            "hardwrap" => (
                "Isso knows this as hard_wrap and ignores it so: line breaks in comments are lost",
                "Write hard_wrap.",
            ),
            "noescape" => (
                "Isso always escapes HTML in comments, and no parameter changes that",
                "Delete it.",
            ),
            _ => (
                "Isso knows the parameters escape and hard_wrap, and ignores this",
                "Delete it.",
            ),
        };
        context.at_item(key, &item).misread(Code::NoEffect, message).fix(fix);
    }
}
