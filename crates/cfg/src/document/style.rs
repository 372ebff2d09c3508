//! How new text is to look beside the present one.

use super::Document;
use super::reading::{Entry, Section};

/// The indentation of a continuation line, beyond that of its key, where a value has none to copy.
pub(super) const INDENT: &str = "    ";

/// Returns the line end of the line that ends last before a place, or else of the first line.
pub(super) fn line_end_before(text: &str, at: usize) -> &'static str {
    match text[..at].rfind(['\n', '\r']) {
        Some(end) if text[..=end].ends_with("\r\n") => "\r\n",
        Some(end) => line_end_at(text, end),
        None => first_line_end(text),
    }
}

/// Returns the line end of the line in which a place lies, or else of the line before.
pub(super) fn line_end_of(text: &str, at: usize) -> &'static str {
    match text[at..].find(['\n', '\r']) {
        Some(end) => line_end_at(text, at + end),
        None => line_end_before(text, at),
    }
}

fn first_line_end(text: &str) -> &'static str {
    text.find(['\n', '\r']).map_or("\n", |end| line_end_at(text, end))
}

fn line_end_at(text: &str, at: usize) -> &'static str {
    match text.as_bytes()[at..] {
        [b'\r', b'\n', ..] => "\r\n",
        [b'\r', ..] => "\r",
        _ => "\n",
    }
}

/// What stands between a key and its value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spacing {
    before: bool,
    delimiter: char,
    after: bool,
}

impl Spacing {
    /// Reads the spacing of a key, guessing the part after the delimiter when the first line of the value is empty.
    pub fn of(text: &str, entry: &Entry) -> Option<Spacing> {
        let between = &text[entry.key.end..entry.value.start];
        let at = between.find(['=', ':'])?;
        let (before, after) = (at > 0, at + 1 < between.len());
        let delimiter = if between[at..].starts_with(':') { ':' } else { '=' };
        let empty = text[entry.value.clone()].is_empty() || text[entry.value.start..].starts_with(['\n', '\r']);
        Some(Spacing {
            before,
            delimiter,
            after: after || empty && (before || delimiter == ':'),
        })
    }

    /// Takes the spacing of the last key of a section, or else of the last one of the document.
    pub fn for_new_key(document: &Document, section: Option<&Section>) -> Spacing {
        section
            .into_iter()
            .chain(document.reading.sections.values().rev())
            .flat_map(|section| section.entries.values().rev())
            .find_map(|entry| Spacing::of(&document.text, entry))
            .unwrap_or(Spacing {
                before: true,
                delimiter: '=',
                after: true,
            })
    }

    /// Writes the delimiter as it stands before the first line of a value.
    pub fn before(self, first: &str) -> String {
        let (before, after) = (
            if self.before { " " } else { "" },
            if self.after && !first.is_empty() { " " } else { "" },
        );
        format!("{before}{}{after}", self.delimiter)
    }
}
