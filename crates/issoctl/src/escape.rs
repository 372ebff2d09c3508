//! Escapes foreign text for a terminal, so that no text moves the cursor, changes the window's title or turns a line
//! around.
//!
//! Names of files, settings, comments, versions in a backup and the lines that Isso logs may hold any character. A
//! terminal takes some of them as commands. Where [`crate::output`] prints to a terminal, these are written as `\x1b`
//! or `\u{202e}`; colours, which our own texts have, are let through. What goes into a pipe or file stays as it is,
//! byte for byte.

use std::borrow::Cow;
use std::fmt::Write;

/// How to write a character that a terminal must not get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// `\x1b`, for a person.
    Text,
    /// `\u001b`, which a parser of JSON takes for the same character.
    Json,
}

/// Escapes every character that a terminal would obey, except line ends, tabs and the colours of our own texts.
pub fn escape(text: &str, form: Escape) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(length) = colour(rest) {
            clean.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        let code = u32::from(next);
        let written = match (is_obeyed(next), form) {
            (false, _) => write!(clean, "{next}"),
            (true, Escape::Json) => write!(clean, "\\u{code:04x}"),
            (true, Escape::Text) if code <= 0xff => write!(clean, "\\x{code:02x}"),
            (true, Escape::Text) => write!(clean, "\\u{{{code:x}}}"),
        };
        written.expect("a string takes everything");
        rest = &rest[next.len_utf8()..];
    }
    Cow::Owned(clean)
}

/// Removes the colours, and keeps every other byte.
pub fn strip_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = colour(rest).unwrap_or_else(|| {
            plain.push('\x1b');
            1
        });
        rest = &rest[length..];
    }
    plain + rest
}

/// Control characters, and those that change the direction of what is written
/// (<https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>) or begin a new line.
fn is_obeyed(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

/// The length of the sequence at the beginning that only sets a colour or weight which our own texts have. A foreign
/// text with one becomes red or bold; it can hide nothing.
fn colour(text: &str) -> Option<usize> {
    let codes = text.strip_prefix("\x1b[")?;
    let end = codes.find(|it: char| !it.is_ascii_digit() && it != ';')?;
    let is_ours = |code: &str| {
        let code = code.parse().unwrap_or(u8::MAX);
        matches!(code, 0..=4 | 31..=37 | 91..=97)
    };
    let is_colour = codes[end..].starts_with('m') && codes[..end].split(';').all(is_ours);
    is_colour.then_some("\x1b[".len() + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{BAD, BOLD, DIM, GOOD, WARN};

    #[test]
    fn characters_that_a_terminal_would_obey_are_escaped() {
        for (text, shown) in [
            ("caf\u{e9} \u{1f600}\n\tdone", "caf\u{e9} \u{1f600}\n\tdone"),
            ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
            ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
            ("over\rwritten\x08", r"over\x0dwritten\x08"),
            ("\u{9b}31m\u{7f}", r"\x9b31m\x7f"),
            ("gpj.\u{202e}exe", r"gpj.\u{202e}exe"),
            ("\u{2066}a\u{2069}\u{2028}", r"\u{2066}a\u{2069}\u{2028}"),
            // Hidden, blinking, of a background, cut off.
            ("\x1b[8m", r"\x1b[8m"),
            ("\x1b[1;8m", r"\x1b[1;8m"),
            ("\x1b[40m", r"\x1b[40m"),
            ("\x1b[m", r"\x1b[m"),
            ("\x1b[31", r"\x1b[31"),
            ("\x1b", r"\x1b"),
        ] {
            assert_eq!(escape(text, Escape::Text), shown);
        }
    }

    #[test]
    fn our_own_colours_stay() {
        for style in [BOLD, DIM, GOOD, WARN, BAD] {
            let text = format!("{style}a\x1b[2K{style:#}");
            let shown = format!(r"{style}a\x1b[2K{style:#}");
            assert_eq!(escape(&text, Escape::Text), shown);
        }
    }

    #[test]
    fn strip_colours_keeps_every_other_byte() {
        for (text, plain) in [
            ("a\u{202e}\x7f\r\u{9b}", "a\u{202e}\x7f\r\u{9b}"),
            ("\x1b[1;31ma\x1b[0m\x1b[2Jb\x1b", "a\x1b[2Jb\x1b"),
        ] {
            assert_eq!(strip_colours(text), plain);
        }
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({ "path\u{7f}": "a\x1b[8m\u{202e}\u{9b}\n" });
        let text = value.to_string();
        let shown = escape(&text, Escape::Json);
        assert!(!shown.contains(is_obeyed), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
