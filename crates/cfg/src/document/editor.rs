//! Plans a change as one replaced range of the text, and puts it in place only when it reads back as meant.

use std::ops::Range;

use configparser::ini::Ini;

use super::error::{EditError, ValueFault};
use super::reading::{Entry, Section};
use super::style::{self, Spacing};
use super::{Document, rewrite};
use crate::python;

pub(super) fn set(document: &mut Document, section: &str, key: &str, value: &str) -> Result<bool, EditError> {
    let present = document.find(section, key);
    if present.is_some_and(|(_, present)| present.as_deref() == Some(value)) {
        return Ok(false);
    }
    if let Some(fault) = fault(key, value) {
        return Err(EditError::Value {
            section: section.to_owned(),
            key: key.to_owned(),
            fault,
        });
    }
    let splice = match present {
        Some((entry, _)) => rewrite::value(document, entry, value),
        None => addition(document, section, key, value)?,
    };
    splice.perform(document, section, key, Some(value))
}

pub(super) fn remove(document: &mut Document, section: &str, key: &str) -> Result<bool, EditError> {
    match document.find(section, key) {
        Some((entry, _)) => removal(&document.text, entry).perform(document, section, key, None),
        None => Ok(false),
    }
}

/// A range of the text and what is to stand there instead.
pub(super) struct Splice {
    pub range: Range<usize>,
    pub text: String,
}

impl Splice {
    /// Replaces the text if what Python reads then differs from the present in nothing but the one value.
    fn perform(
        self,
        document: &mut Document,
        section: &str,
        key: &str,
        value: Option<&str>,
    ) -> Result<bool, EditError> {
        let text = [
            &document.text[..self.range.start],
            &self.text,
            &document.text[self.range.end..],
        ]
        .concat();
        let mut meant = document.reading.ini.clone();
        let keys = meant.get_mut_map().entry(section.to_owned()).or_default();
        let name = python::lower(key);
        match value {
            Some(value) => keys.insert(name.into_owned(), Some(value.to_owned())),
            None => keys.shift_remove(&*name),
        };
        match Document::parse(text) {
            Ok(edited) if says_the_same(edited.ini(), &meant) => {
                *document = edited.with_environment(document.environment());
                Ok(true)
            }
            _ => Err(EditError::ReadBack {
                section: section.to_owned(),
                key: key.to_owned(),
            }),
        }
    }
}

/// Compares the order too, which equality of the maps does not.
fn says_the_same(one: &Ini, other: &Ini) -> bool {
    let (one, other) = (one.get_map_ref(), other.get_map_ref());
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|((name, keys), (other_name, other_keys))| name == other_name && keys.iter().eq(other_keys))
}

/// Finds what would keep Python from reading a value back.
fn fault(key: &str, value: &str) -> Option<ValueFault> {
    // Neither the spacing nor the kind of the delimiter makes a header of what is none.
    if python::header(&format!("{key}={}", value.split('\n').next().unwrap_or_default())).is_some() {
        return Some(ValueFault::Header);
    }
    for (line, text) in (1..).zip(value.split('\n')) {
        if text.contains('\r') {
            return Some(ValueFault::CarriageReturn { line });
        }
        if python::strip(text) != text {
            return Some(ValueFault::OuterWhiteSpace { line });
        }
        if line > 1 && python::is_comment(text) {
            return Some(ValueFault::Comment { line });
        }
    }
    value.ends_with('\n').then_some(ValueFault::EmptyLastLine)
}

/// Plans the lines of a new key at the end of its section, or of a new section at the end of the text.
fn addition(document: &Document, name: &str, key: &str, value: &str) -> Result<Splice, EditError> {
    if name.is_empty() || name.contains(['\n', '\r']) {
        return Err(EditError::Section { name: name.to_owned() });
    }
    let unspeakable = key.contains(['\n', '\r', '=', ':']) || python::is_comment(key);
    if key.is_empty() || unspeakable || python::strip(key) != key {
        return Err(EditError::Key { key: key.to_owned() });
    }
    let text = &document.text;
    let section = document.section(name);
    let at = section.map_or(text.len(), |section| section.end);
    let line_end = style::line_end_before(text, at);

    let mut added = String::new();
    if at > 0 && !text[..at].ends_with(['\n', '\r']) {
        added.push_str(line_end);
    }
    if section.is_none() {
        let last = python::lines(text).last();
        if last.is_some_and(|line| !python::strip(line.text).is_empty()) {
            added.push_str(line_end);
        }
        added.extend(["[", name, "]", line_end]);
    }
    let indent = section.map_or("", |section| key_indent(text, section));
    added.extend([indent, key]);
    let mut lines = value.split('\n');
    let first = lines.next().unwrap_or_default();
    added.push_str(&Spacing::for_new_key(document, section).before(first));
    added.push_str(first);
    for line in lines {
        added.push_str(line_end);
        if !line.is_empty() {
            added.extend([indent, style::INDENT, line]);
        }
    }
    added.push_str(line_end);
    Ok(Splice {
        range: at..at,
        text: added,
    })
}

/// Returns the indentation for a key at the end of a section: not more than that of the last key, which it would
/// continue, and not less than that of the next header, which would continue it.
fn key_indent<'t>(text: &'t str, section: &Section) -> &'t str {
    let neighbour = match section.entries.values().last() {
        Some(last) => Some(&text[last.start..last.key.start]),
        None => python::lines(&text[section.end..])
            .find(|line| !matches!(python::strip(line.text).chars().next(), None | Some('#' | ';')))
            .map(|line| python::indent(line.text)),
    };
    neighbour.unwrap_or_default()
}

/// Plans to take the lines of a key away, except the comments among them.
fn removal(text: &str, entry: &Entry) -> Splice {
    let last_line = python::lines(&text[entry.value.end..]).next();
    let end = entry.value.end + last_line.map_or(0, |line| line.next);
    let range = entry.start..end;
    let kept = python::lines(&text[range.clone()])
        .filter(|line| python::is_comment(python::strip(line.text)))
        .map(|line| &text[range.start + line.start..range.start + line.next])
        .collect();
    Splice { range, text: kept }
}
