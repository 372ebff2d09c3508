//! Reads a text as CPython's `RawConfigParser._read` does, remembering where everything stands.
//!
//! The control flow follows <https://github.com/python/cpython/blob/v3.11.7/Lib/configparser.py#L1012-L1120> with the
//! options Isso sets: `allow_no_value`, `strict`, no inline comments, empty lines in values. Where CPython raises, this
//! reader adds a [`Diagnostic`] and goes on, so that a person sees every problem at once.
//!
//! CPython 3.10, the oldest on which Isso runs, to 3.13 accept the same files. What they raise differs: 3.13 has an
//! error of its own for a continued key without a value, where the older ones trip over an `AttributeError`.

use indexmap::IndexMap;
use indexmap::map::Entry::{Occupied, Vacant};

use super::reading::{DEFAULT, Entry, Reading, Section};
use super::{causes, problems};
use crate::diagnostic::Diagnostic;
use crate::python::{self, Line};

/// Reads a text, or says everything because of which Python refuses it.
pub(super) fn read(text: &str) -> Result<Reading, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    // Python keeps a byte order mark as a character of the first line, which then is no header: whatever follows, the
    // file is refused. The rest is read without the mark, to find the other problems too.
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
    if reader.problems.is_empty() {
        Ok(Reading::new(text, reader.sections))
    } else {
        Err(causes::explain(text, reader.problems))
    }
}

/// The key whose value may go on in the next line.
struct Open {
    /// The key, by its places in the maps; nothing when the key was there before.
    entry: Option<(usize, usize)>,
    /// Whether the continuation of a missing value has been reported.
    reported: bool,
}

/// The local variables of `_read`.
#[derive(Default)]
struct Reader {
    sections: IndexMap<String, Section>,
    /// `cursect`, by its place in the map
    current: Option<usize>,
    /// `optname`, when it is neither `None` nor empty
    open: Option<Open>,
    /// `indent_level`
    indent: usize,
    headless: bool,
    problems: Vec<Diagnostic>,
}

impl Reader {
    fn line(&mut self, line: Line<'_>) {
        let content = python::strip(line.text);
        if content.is_empty() || python::is_comment(content) {
            return;
        }
        let indent = python::indent(line.text).chars().count();
        if self.open.is_some() && indent > self.indent {
            self.continuation(line, content);
            return;
        }
        self.open = None;
        self.indent = indent;
        match (python::header(content), self.current) {
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
        let Some((section, entry)) = open.entry else { return };
        let section = &mut self.sections[section];
        let entry = &mut section.entries[entry];
        if entry.delimited {
            entry.value.end = start_of(line, content) + content.len();
            section.end = line.next;
        } else if !open.reported {
            open.reported = true;
            self.problems.push(problems::continued_without_value(line, entry.line));
        }
    }

    fn header(&mut self, line: Line<'_>, content: &str, name: &str) {
        let start = start_of(line, content);
        match self.sections.entry(name.to_owned()) {
            Occupied(section) => {
                // `[DEFAULT]` is not one of `_sections`, so the strict parser does not count how often it appears.
                if name != DEFAULT {
                    let problem = problems::duplicate_section(line, content, name, section.get().line);
                    self.problems.push(problem);
                }
                self.current = Some(section.index());
            }
            Vacant(section) => {
                self.current = Some(section.index());
                section.insert(Section {
                    line: line.number,
                    header: start..start + content.len(),
                    end: line.next,
                    entries: IndexMap::new(),
                });
            }
        }
    }

    fn option(&mut self, line: Line<'_>, content: &str, current: usize) {
        let (spelled, value) = python::key_and_value(content);
        if spelled.is_empty() {
            self.problems.push(problems::missing_key(line, content));
            return;
        }
        let Some((name, section)) = self.sections.get_index_mut(current) else {
            return;
        };
        section.end = line.next;
        let mut place = None;
        match section.entries.entry(python::lower(spelled).into_owned()) {
            Occupied(first) => {
                let problem = problems::duplicate_key(line, content, name, first.get().line);
                self.problems.push(problem);
            }
            Vacant(entry) => {
                place = Some((current, entry.index()));
                let start = start_of(line, content);
                let from = match value {
                    Some("") => line.start + line.text.len(),
                    Some(value) => start_of(line, value),
                    None => start + content.len(),
                };
                entry.insert(Entry {
                    line: line.number,
                    start: line.start,
                    key: start..start + spelled.len(),
                    delimited: value.is_some(),
                    value: from..from + value.map_or(0, str::len),
                });
            }
        }
        self.open = Some(Open {
            entry: place,
            reported: false,
        });
    }
}

/// Returns where a part of a line begins in the whole text.
fn start_of(line: Line<'_>, part: &str) -> usize {
    line.start + (part.as_ptr().addr() - line.text.as_ptr().addr())
}
