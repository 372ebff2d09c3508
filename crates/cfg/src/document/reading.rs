//! What a text says, and where it says it.

use std::ops::Range;

use configparser::ini::Ini;
use indexmap::IndexMap;

use crate::python;

/// The section whose keys every other section inherits.
pub(super) const DEFAULT: &str = "DEFAULT";

/// What a text says and where it says it.
#[derive(Clone)]
pub(super) struct Reading {
    /// Sections, keys and values as Python sees them.
    pub ini: Ini,
    /// Where each of these sections stands, in the order of the file.
    pub sections: IndexMap<String, Section>,
}

impl Reading {
    /// Puts together what a text says from where it says it.
    pub fn new(text: &str, sections: IndexMap<String, Section>) -> Reading {
        let mut ini = Ini::new_cs();
        ini.set_default_section(DEFAULT);
        ini.set_cascade_defaults(true);
        let map = ini.get_mut_map();
        for (name, section) in &sections {
            let keys = section.entries.iter();
            let keys = keys.map(|(key, entry)| (key.clone(), entry.value_in(text)));
            map.insert(name.clone(), keys.collect());
        }
        Reading { ini, sections }
    }
}

/// Where a section stands. `[DEFAULT]` may stand in several places: then the header is that of the first, and the end
/// is that of its last key.
#[derive(Clone)]
pub(super) struct Section {
    /// The line of the header.
    pub line: usize,
    /// The header from `[` to the end of its line, in bytes.
    pub header: Range<usize>,
    /// Where the line after the last one that says something begins: comments and blank lines beyond may belong to what
    /// follows.
    pub end: usize,
    /// Where each key stands, in the order of the file.
    pub entries: IndexMap<String, Entry>,
}

/// Where a key and its value stand.
#[derive(Clone)]
pub(super) struct Entry {
    /// The line of the key.
    pub line: usize,
    /// Where that line begins, in bytes.
    pub start: usize,
    /// The key as it is spelled, in bytes.
    pub key: Range<usize>,
    /// Whether `=` or `:` follows the key.
    pub delimited: bool,
    /// The value, from its first line to its last one that is neither blank nor a comment, without the white space
    /// around it, in bytes. When the first line is empty it begins at the end of that line.
    pub value: Range<usize>,
}

impl Entry {
    /// The value as Python joins it from its lines, if there is one.
    fn value_in(&self, text: &str) -> Option<String> {
        let lines: Vec<&str> = self.lines(text).map(|(_, bytes)| &text[bytes]).collect();
        self.delimited.then(|| lines.join("\n"))
    }

    /// The lines of the value: the number and the bytes of each, without indentation and without comments.
    pub fn lines(&self, text: &str) -> impl Iterator<Item = (usize, Range<usize>)> {
        let (key_line, Range { start, end }) = (self.line, self.value.clone());
        python::lines(&text[start..end]).filter_map(move |line| {
            let content = python::strip(line.text);
            let is_comment = line.number > 1 && python::is_comment(content);
            let from = start + line.start + python::indent(line.text).len();
            (!is_comment).then(|| (key_line + line.number - 1, from..from + content.len()))
        })
    }
}
