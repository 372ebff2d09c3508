//! Where the parts of a document stand.

use std::ops::Range;

use serde::Serialize;

use super::Document;
use crate::diagnostic::{Diagnostic, Place};

/// A place in a [`Document`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1 in characters.
    pub column: usize,
    /// The bytes, as a range of [`Document::as_str`].
    pub bytes: Range<usize>,
}

impl Span {
    /// Begins a diagnostic of this place, where `text` is shown of it.
    pub(crate) fn shown(&self, text: impl Into<String>) -> Place {
        Diagnostic::at((self.line, self.column), text)
    }
}

impl Document {
    /// Returns where a value stands, from its first character to its last, or where it would stand if it were not
    /// empty.
    pub fn span(&self, section: &str, key: &str) -> Option<Span> {
        let (entry, _) = self.find_inherited(section, key)?;
        let (line, start) = entry
            .lines(&self.text)
            .find(|(_, bytes)| !bytes.is_empty())
            .map_or((entry.line, entry.value.start), |(line, bytes)| (line, bytes.start));
        Some(self.span_at(line, start..entry.value.end))
    }

    /// Returns where each line of a value stands, one span for each line of what [`get`](Document::get) returns.
    pub fn line_spans(&self, section: &str, key: &str) -> Vec<Span> {
        let Some((entry, Some(_))) = self.find_inherited(section, key) else {
            return Vec::new();
        };
        if entry.value.is_empty() {
            return vec![self.span_at(entry.line, entry.value.clone())];
        }
        entry
            .lines(&self.text)
            .map(|(line, bytes)| self.span_at(line, bytes))
            .collect()
    }

    /// Returns where a key itself stands.
    pub fn key_span(&self, section: &str, key: &str) -> Option<Span> {
        let (entry, _) = self.find_inherited(section, key)?;
        Some(self.span_at(entry.line, entry.key.clone()))
    }

    /// Returns where the header of a section stands.
    pub(crate) fn header_span(&self, section: &str) -> Option<Span> {
        let section = self.section(section)?;
        Some(self.span_at(section.line, section.header.clone()))
    }

    fn span_at(&self, line: usize, bytes: Range<usize>) -> Span {
        let line_start = self.text[..bytes.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let column = 1 + self.text[line_start..bytes.start].chars().count();
        Span { line, column, bytes }
    }
}
