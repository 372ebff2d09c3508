//! The HTML that Isso leaves in a rendered comment.
//!
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/html/__init__.py>

use super::context::{Context, FailsAt};
use crate::diagnostic::Code;
use crate::keys::{self, Key};
use crate::markup_items::ELEMENTS;
use crate::typed::items;

pub(super) fn check(context: &mut Context<'_>) {
    removed(context);
    for key in [&keys::ALLOWED_ELEMENTS, &keys::ALLOWED_ATTRIBUTES] {
        allowed(context, key);
    }
}

/// Plugins whose elements Isso takes out again: a table then has all its cells in one row.
fn removed(context: &mut Context<'_>) {
    let key = &keys::MISTUNE_PLUGINS;
    if context.value_if_fine(key).is_none() || context.fails_at(key) == FailsAt::Never {
        return;
    }
    let mut plugins = context.list(key);
    plugins.retain(|plugin| !missing(context, &[plugin.text]).is_empty());
    let names: Vec<&str> = plugins.iter().map(|plugin| plugin.text).collect();
    if let Some(first) = plugins.first() {
        let message = format!(
            "Isso removes what {} makes of a comment, because it does not allow the HTML for it",
            names.join(", ")
        );
        let fix = context.steps(&allowances(context, &names));
        context.at_item(key, first).misread(Code::NoEffect, message).fix(fix);
    }
}

/// The values of keys that keep Isso from removing what some plugins make.
pub(super) fn allowances(context: &Context<'_>, plugins: &[&str]) -> Vec<(&'static Key, String)> {
    let missing = missing(context, plugins).into_iter();
    missing
        .map(|(key, words)| (key, context.list_with(key, &words)))
        .collect()
}

/// The names of HTML that some plugins need and Isso removes, by the key that would allow them.
fn missing(context: &Context<'_>, plugins: &[&str]) -> Vec<(&'static Key, Vec<&'static str>)> {
    let mut missing = Vec::new();
    for (key, needed) in [
        (&keys::ALLOWED_ELEMENTS, elements as fn(&str) -> &'static [&'static str]),
        (&keys::ALLOWED_ATTRIBUTES, attributes),
    ] {
        let allowed = items(context.effective(key).unwrap_or_default(), ',');
        let mut words: Vec<&str> = plugins.iter().flat_map(|plugin| needed(plugin)).copied().collect();
        words.retain(|word| !allowed.iter().any(|item| item == word));
        if !words.is_empty() {
            missing.push((key, words));
        }
    }
    missing
}

/// The names of HTML that Isso has to allow for a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PluginHtml {
    /// Elements.
    pub elements: &'static [&'static str],
    /// Attributes.
    pub attributes: &'static [&'static str],
}

/// The names of HTML without which a plugin of mistune does not do what its name says, beyond those that Isso always
/// allows.
pub fn html_of_plugin(plugin: &str) -> PluginHtml {
    PluginHtml {
        elements: elements(plugin),
        attributes: attributes(plugin),
    }
}

/// The elements without which a plugin does not do what its name says, beyond those that Isso always allows.
fn elements(plugin: &str) -> &'static [&'static str] {
    match plugin {
        "table" => &["tr"],
        "mark" => &["mark"],
        "abbr" => &["abbr"],
        "def_list" => &["dl", "dt", "dd"],
        "ruby" => &["ruby", "rt"],
        "task_lists" => &["input"],
        "spoiler" => &["div", "span"],
        _ => &[],
    }
}

/// The attributes without which these elements do nothing.
fn attributes(plugin: &str) -> &'static [&'static str] {
    match plugin {
        "abbr" => &["title"],
        "task_lists" => &["type", "checked", "disabled"],
        "spoiler" => &["class"],
        _ => &[],
    }
}

/// Names are compared as they are, and mistune makes few elements: it shows HTML tags of a comment as text.
fn allowed(context: &mut Context<'_>, key: &'static Key) {
    if context.value_if_fine(key).is_none() {
        return;
    }
    for item in context.list(key) {
        let name: String = item
            .text
            .to_lowercase()
            .chars()
            .filter(|c| !"<>/\"' ".contains(*c))
            .collect();
        let simple = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if name != item.text && simple && !name.is_empty() {
            let message =
                format!("Isso compares this with names of HTML, character by character, and {name} is not it");
            let at = context.at_item(key, &item);
            at.misread(Code::NoEffect, message).fix(format!("Write {name}."));
        } else if *key == keys::ALLOWED_ELEMENTS
            && context.effective(&keys::RENDERER) == Some("mistune")
            && !ELEMENTS.contains(&item.text)
        {
            let message = format!(
                "mistune shows HTML tags in comments as text and never makes {}, so this allows nothing",
                item.text
            );
            let at = context.at_item(key, &item);
            at.warning(Code::NoEffect, message).fix("Delete it.");
        }
    }
}
