//! The words that the lists of `[markup]` may hold: plugins of mistune, options of misaka, and elements of HTML.

use crate::keys::{self, Key};

/// Whether a word is an item of this list, and hardly anything else.
pub(crate) fn is_item(key: &Key, word: &str) -> bool {
    match *key {
        keys::MISTUNE_PLUGINS => PLUGINS.contains(&word) || successor(word).is_some(),
        keys::MISAKA_OPTIONS | keys::MISAKA_FLAGS => successor(word).is_some(),
        keys::ALLOWED_ELEMENTS => ELEMENTS.contains(&word),
        _ => false,
    }
}

/// The names mistune 3 knows; any other must be a Python path, which it imports.
/// <https://github.com/lepture/mistune/blob/v3.1.4/src/mistune/plugins/__init__.py>
pub(crate) const PLUGINS: [&str; 15] = [
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

/// What does in mistune what an option did in misaka.
/// <https://misaka.61924.nl/#extensions>
pub(crate) enum Successor {
    /// A plugin does, and this is lost without it.
    Plugin(&'static str, &'static str),
    /// Mistune always does it.
    Always,
    /// Nothing does, and this is lost.
    Nothing(&'static str),
}

/// Names are those of misaka 2; misaka 1 wrote `_` for `-` and a prefix that Isso cut off.
pub(crate) fn successor(option: &str) -> Option<Successor> {
    use Successor::{Always, Nothing, Plugin};
    let name = option.to_lowercase().replace('_', "-");
    let name = name.strip_prefix("ext-").unwrap_or(&name);
    Some(match name.strip_prefix("html-").unwrap_or(name) {
        "autolink" | "url" => Plugin("url", "links"),
        "tables" | "table" => Plugin("table", "tables"),
        "footnotes" => Plugin("footnotes", "footnotes"),
        "strikethrough" => Plugin("strikethrough", "struck-out words"),
        "highlight" | "mark" => Plugin("mark", "highlighted words"),
        "superscript" => Plugin("superscript", "superscripts"),
        "math" | "math-explicit" => Plugin("math", "formulas"),
        "fenced-code" | "no-intra-emphasis" | "space-headers" | "lax-spacing" => Always,
        "escape" | "skip-html" | "use-xhtml" | "safelink" => Always,
        "underline" => Nothing("underlined words"),
        "quote" => Nothing("quotations"),
        "disable-indented-code" => Nothing("indented text"),
        _ => return None,
    })
}

/// The elements that Isso allows anyway, and those that mistune makes with one plugin or another.
pub(crate) const ELEMENTS: [&str; 40] = [
    "a",
    "abbr",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "input",
    "ins",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "rt",
    "ruby",
    "section",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
