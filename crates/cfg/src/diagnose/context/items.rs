//! The parts of a value and where each of them stands.

use super::Context;
use crate::document::Span;
use crate::keys::Key;
use crate::python::{indent, strip};
use crate::typed::items;

/// One item of a value: its text and where it stands.
pub(crate) struct Item<'d> {
    pub text: &'d str,
    pub span: Span,
    /// Whether the text is what Isso makes of a value that names a variable. The place is then that of the whole value.
    pub expanded: bool,
}

impl<'d> Item<'d> {
    /// A part of an item that stands on one line, by its bytes.
    pub fn part(&self, start: usize, length: usize) -> Item<'d> {
        let mut span = self.span.clone();
        if !self.expanded {
            span.column += self.text[..start].chars().count();
            span.bytes.start += start;
            span.bytes.end = span.bytes.start + length;
        }
        Item {
            text: &self.text[start..start + length],
            span,
            expanded: self.expanded,
        }
    }
}

impl<'d> Context<'d> {
    /// The non-empty lines of a value, as Isso sees it.
    pub fn lines(&self, key: &Key) -> Vec<Item<'d>> {
        let Some(seen) = self.doc.expanded().value(key) else {
            return self.written_lines(key);
        };
        let Some(span) = self.doc.span(key.section, key.name) else {
            return Vec::new();
        };
        let texts = seen.split('\n').map(strip).filter(|text| !text.is_empty());
        let item = |text| Item {
            text,
            span: span.clone(),
            expanded: true,
        };
        texts.map(item).collect()
    }

    /// The non-empty lines of a value, as they are written.
    pub fn written_lines(&self, key: &Key) -> Vec<Item<'d>> {
        if self.doc.own(key).is_none() {
            return Vec::new();
        }
        let item = |span: Span| Item {
            text: &self.doc.as_str()[span.bytes.clone()],
            span,
            expanded: false,
        };
        let items = self.doc.line_spans(key.section, key.name).into_iter().map(item);
        items.filter(|item| !item.text.is_empty()).collect()
    }

    /// The non-empty items of a value that are separated by commas or line breaks.
    pub fn list(&self, key: &Key) -> Vec<Item<'d>> {
        let mut items = Vec::new();
        for line in self.lines(key) {
            let mut start = 0;
            for part in line.text.split(',') {
                let text = strip(part);
                if !text.is_empty() {
                    items.push(line.part(start + indent(part).len(), text.len()));
                }
                start += part.len() + 1;
            }
        }
        items
    }

    /// What a list separated by commas would say with more items at its end.
    pub fn list_with(&self, key: &Key, more: &[&str]) -> String {
        // As it is written: what a variable holds is not shown.
        let written = self.doc.written(key).unwrap_or(Some(key.default));
        let mut list = items(written.unwrap_or_default(), ',');
        list.extend(more.iter().map(|&item| item.to_owned()));
        list.join(", ")
    }
}
