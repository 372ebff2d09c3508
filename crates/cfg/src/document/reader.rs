//! Reads a text as CPython's `RawConfigParser._read` does, remembering where everything stands.
//!
//! The control flow follows
//! <https://github.com/python/cpython/blob/v3.11.7/Lib/configparser.py#L1012-L1120> with the options
//! Isso sets: `allow_no_value`, `strict`, no inline comments, empty lines in values. Where CPython
//! raises, this reader notes a [`Diagnostic`] and goes on, so that a person sees every problem at
//! once.
//!
//! CPython 3.10, the oldest on which Isso runs, to 3.13 accept the same files. What they raise
//! differs: 3.13 has an error of its own for a continued key without a value, where the older ones
//! trip over an `AttributeError`.

use std::ops::Range;

use configparser::ini::Ini;

use super::{causes, problems};
use crate::diagnostic::Diagnostic;
use crate::python::{self, Line};

/// The section whose keys every other section inherits.
pub(super) const DEFAULT: &str = "DEFAULT";

/// What a text says and where it says it.
#[derive(Clone)]
pub(super) struct Reading {
    /// Sections, keys and values as Python sees them.
    pub ini: Ini,
    /// Where each section stands; the order is that of the sections in `ini`.
    pub sections: Vec<Section>,
}

/// Where a section stands. `[DEFAULT]` may stand in several places: then the header is that of the
/// first, and the end is that of its last key.
#[derive(Clone)]
pub(super) struct Section {
    /// The line of the header.
    pub line: usize,
    /// The header from `[` to the end of its line, in bytes.
    pub header: Range<usize>,
    /// Where the line after the last one that says something begins: comments and blank lines
    /// beyond may belong to what follows.
    pub end: usize,
    /// Where each key stands; the order is that of the keys in `ini`.
    pub entries: Vec<Entry>,
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
    /// The value, from its first line to its last one that is neither blank nor a comment, without
    /// the white space around it, in bytes. When the first line is empty it begins at the end of
    /// that line.
    pub value: Range<usize>,
}

/// Reads a text, or says everything because of which Python refuses it.
pub(super) fn read(text: &str) -> Result<Reading, Vec<Diagnostic>> {
    let mut reader = Reader::new();
    // Python keeps a byte order mark as a character of the first line, which then is no header:
    // whatever follows, the file is refused. The rest is read without the mark, to find the other
    // problems too.
    let mark = text.chars().next().filter(|&c| c == '\u{feff}');
    if mark.is_some() {
        reader.problems.push(problems::byte_order_mark());
    }
    for mut line in python::lines(text) {
        if let Some(mark) = mark.filter(|_| line.number == 1) {
            line.text = &line.text[mark.len_utf8()..];
            line.start += mark.len_utf8();
        }
        reader.line(line);
    }
    reader.finish().map_err(|problems| causes::explain(text, problems))
}

/// Returns the name in a section header, or nothing when the stripped line is not one.
///
/// `SECTCRE` is `\[(?P<header>.+)\]`, matched at the start and greedy: the name reaches to the last
/// `]` of the line, and whatever stands behind it is ignored.
pub(super) fn header(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?;
    let name = &name[..name.rfind(']')?];
    (!name.is_empty()).then_some(name)
}

/// The key whose value may go on in the next line.
struct Open {
    section: usize,
    /// Nothing when the key was there before, so that neither its value nor its place is kept.
    entry: Option<usize>,
    value: Option<String>,
    /// Whether the continuation of a missing value has been reported.
    reported: bool,
}

/// The local variables of `_read`.
struct Reader {
    ini: Ini,
    sections: Vec<Section>,
    /// `cursect`
    current: Option<usize>,
    /// `optname`, when it is neither `None` nor empty
    open: Option<Open>,
    /// `indent_level`
    indent: usize,
    headless: bool,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn new() -> Self {
        let mut ini = Ini::new_cs();
        ini.set_default_section(DEFAULT);
        ini.set_cascade_defaults(true);
        Reader {
            ini,
            sections: Vec::new(),
            current: None,
            open: None,
            indent: 0,
            headless: false,
            problems: Vec::new(),
        }
    }

    fn line(&mut self, line: Line<'_>) {
        let content = python::strip(line.text);
        if content.is_empty() {
            if let Some(Open { value: Some(value), .. }) = &mut self.open {
                value.push('\n');
            }
            return;
        }
        if content.starts_with(['#', ';']) {
            return;
        }
        let indent = line.text.chars().take_while(|&c| python::is_space(c)).count();
        if self.open.is_some() && indent > self.indent {
            self.continuation(line, content);
            return;
        }
        self.close();
        self.indent = indent;
        match (header(content), self.current) {
            (Some(name), _) => self.header(line, content, name),
            (None, Some(current)) => self.option(line, content, current),
            // Everything before the first header has the same one cause.
            (None, None) if self.headless => {}
            (None, None) => {
                self.headless = true;
                self.problems.push(problems::missing_section_header(line, content));
            }
        }
    }

    fn continuation(&mut self, line: Line<'_>, content: &str) {
        let Some(open) = &mut self.open else { return };
        let entry = open.entry.map(|entry| &mut self.sections[open.section].entries[entry]);
        match (&mut open.value, entry) {
            (Some(value), entry) => {
                value.push('\n');
                value.push_str(content);
                if let Some(entry) = entry {
                    entry.value.end = start_of(line, content) + content.len();
                    self.sections[open.section].end = line.next;
                }
            }
            (None, Some(entry)) if !open.reported => {
                open.reported = true;
                self.problems.push(problems::continued_without_value(line, entry.line));
            }
            (None, _) => {}
        }
    }

    fn header(&mut self, line: Line<'_>, content: &str, name: &str) {
        let start = start_of(line, content);
        let sections = self.ini.get_mut_map();
        if let Some(index) = sections.get_index_of(name) {
            let section = &mut self.sections[index];
            // `[DEFAULT]` is not one of `_sections`, so the strict parser does not count how often
            // it appears.
            if name != DEFAULT {
                self.problems
                    .push(problems::duplicate_section(line, content, name, section.line));
            }
            self.current = Some(index);
            return;
        }
        sections.entry(name.to_owned()).or_default();
        self.current = Some(self.sections.len());
        self.sections.push(Section {
            line: line.number,
            header: start..start + content.len(),
            end: line.next,
            entries: Vec::new(),
        });
    }

    fn option(&mut self, line: Line<'_>, content: &str, current: usize) {
        // `OPTCRE_NV` splits at the first delimiter and matches every line.
        let delimiter = content.find(['=', ':']);
        let spelled = python::rstrip(&content[..delimiter.unwrap_or(content.len())]);
        if spelled.is_empty() {
            self.problems.push(problems::missing_key(line, content));
            return;
        }
        let value = delimiter.map(|at| python::strip(&content[at + 1..]));
        let key = python::lower(spelled);
        let (name, keys) = self
            .ini
            .get_mut_map()
            .get_index_mut(current)
            .expect("a section is entered in both lists at once");
        let section = &mut self.sections[current];
        let mut open = Open {
            section: current,
            entry: None,
            value: value.map(str::to_owned),
            reported: false,
        };
        if let Some(index) = keys.get_index_of(&*key) {
            let first = section.entries[index].line;
            self.problems.push(problems::duplicate_key(line, content, name, first));
        } else {
            open.entry = Some(section.entries.len());
            keys.insert(key.into_owned(), None);
            let start = start_of(line, content);
            let from = match value {
                Some("") => line.start + line.text.len(),
                Some(value) => start_of(line, value),
                None => start + content.len(),
            };
            section.entries.push(Entry {
                line: line.number,
                start: line.start,
                key: start..start + spelled.len(),
                delimited: delimiter.is_some(),
                value: from..from + value.map_or(0, str::len),
            });
        }
        section.end = line.next;
        self.open = Some(open);
    }

    /// Ends the value at hand, as `_join_multiline_values` does for all of them at the end.
    fn close(&mut self) {
        let Some(Open {
            section,
            entry: Some(entry),
            value: Some(mut value),
            ..
        }) = self.open.take()
        else {
            return;
        };
        value.truncate(python::rstrip(&value).len());
        let keys = self.ini.get_mut_map().get_index_mut(section).map(|(_, keys)| keys);
        if let Some((_, slot)) = keys.and_then(|keys| keys.get_index_mut(entry)) {
            *slot = Some(value);
        }
    }

    fn finish(mut self) -> Result<Reading, Vec<Diagnostic>> {
        self.close();
        if self.problems.is_empty() {
            Ok(Reading {
                ini: self.ini,
                sections: self.sections,
            })
        } else {
            Err(self.problems)
        }
    }
}

/// Returns where a part of a line begins in the whole text.
fn start_of(line: Line<'_>, part: &str) -> usize {
    line.start + (part.as_ptr().addr() - line.text.as_ptr().addr())
}
