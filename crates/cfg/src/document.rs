//! A lossless `isso.cfg`.

pub(crate) mod causes;
mod editor;
mod error;
mod problems;
mod reader;
mod rewrite;
mod style;

use std::fmt;
use std::ops::Range;

use configparser::ini::Ini;
use serde::Serialize;

pub use self::error::{EditError, ValueFault};
use self::reader::{DEFAULT, Entry, Reading, Section};
use crate::diagnostic::{Diagnostic, Place};
use crate::environment::Environment;
use crate::expanded::ExpandedValues;
use crate::python;

/// An `isso.cfg` that keeps every byte and means what Python's parser says it means.
///
/// Python's `ConfigParser(allow_no_value=True, interpolation=None)`, which is what Isso uses, is
/// the specification: a document exists only of a text that Python accepts, and has the sections,
/// keys and values Python finds. The text is read as Isso opens it, in UTF-8 and with universal
/// newlines.
///
/// Keys are lower case, whatever the spelling in the file or in an argument; sections keep their
/// case.
///
/// # Editing
///
/// [`set`](Document::set) and [`remove`](Document::remove) touch the named value alone. Comments,
/// order, the spacing around delimiters, line ends and the spelling of everything else stay. The
/// new text is read again before it replaces the old one: a change that would not come back exactly
/// as meant, with all else the same, is refused and leaves the document as it was.
///
/// - Added lines end as the lines around them do and take the spacing around the delimiter from
///   their neighbours.
/// - Added lines of a value are indented like the present ones, else by four spaces more than their
///   key.
/// - A comment is never removed. One inside a value of several lines stays above the line it stands
///   above; when that line goes, it stays where it was.
/// - A key that is absent from its section is added at the section's end, even where `[DEFAULT]`
///   has it. A missing section is added at the end of the file.
///
/// # Example
///
/// ```
/// use isso_cfg::Document;
///
/// let mut document = Document::parse("[general]\nHost:  https://a.example  \n# mine\n").unwrap();
/// assert_eq!(document.get("general", "host"), Some("https://a.example"));
///
/// assert_eq!(document.set("general", "host", "https://b.example\nlocalhost"), Ok(true));
/// let text = "[general]\nHost:  https://b.example  \n    localhost\n# mine\n";
/// assert_eq!(document.as_str(), text);
/// ```
#[derive(Clone)]
pub struct Document {
    text: String,
    reading: Reading,
    /// What Isso sees where a value names a variable.
    expanded: ExpandedValues,
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// Everything for which Python would refuse the text, in the order of the lines.
    pub fn parse(text: impl Into<String>) -> Result<Document, Vec<Diagnostic>> {
        let text = text.into();
        let reading = reader::read(&text)?;
        let expanded = ExpandedValues::of(&reading.ini, &Environment::default());
        Ok(Document {
            text,
            reading,
            expanded,
        })
    }

    /// Has settings read as Isso sees them in this environment. Without one, nothing is known of any variable.
    pub fn with_environment(mut self, environment: &Environment) -> Document {
        self.expanded = ExpandedValues::of(&self.reading.ini, environment);
        self
    }

    /// The environment in which the settings are read.
    pub fn environment(&self) -> &Environment {
        self.expanded.environment()
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// The places that are not UTF-8, or else what [`parse`](Document::parse) reports.
    pub fn from_bytes(bytes: &[u8]) -> Result<Document, Vec<Diagnostic>> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Document::parse(text),
            Err(_) => Err(problems::not_utf8(bytes)),
        }
    }

    /// Returns the text, byte for byte.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the sections, keys and values as the `configparser` crate holds them, in the order
    /// of the file.
    ///
    /// Its own look-ups cascade to `[DEFAULT]` also where Python's do not: for a key that stands in
    /// its section without a value, and for a section that does not exist. [`get`](Document::get)
    /// looks up as Python does.
    pub fn ini(&self) -> &Ini {
        &self.reading.ini
    }

    /// Returns a value as Python's `get` does, from `[DEFAULT]` where the section lacks the key.
    ///
    /// Nothing is returned for a key without a value, for an absent key, and for an absent section,
    /// in which nothing is inherited.
    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        let (_, value) = self.find_inherited(section, key)?;
        value.as_deref()
    }

    /// Says whether a key stands in a section or is inherited from `[DEFAULT]`, with or without a
    /// value.
    pub fn has(&self, section: &str, key: &str) -> bool {
        self.find_inherited(section, key).is_some()
    }

    /// Returns where a value stands, from its first character to its last, or where it would stand
    /// if it were not empty.
    pub fn span(&self, section: &str, key: &str) -> Option<Span> {
        let (entry, _) = self.find_inherited(section, key)?;
        let (line, start) = self
            .value_lines(entry)
            .find(|(_, bytes)| !bytes.is_empty())
            .map_or((entry.line, entry.value.start), |(line, bytes)| (line, bytes.start));
        Some(self.span_at(line, start..entry.value.end))
    }

    /// Returns where each line of a value stands, one span for each line of what
    /// [`get`](Document::get) returns.
    pub fn line_spans(&self, section: &str, key: &str) -> Vec<Span> {
        let Some((entry, Some(_))) = self.find_inherited(section, key) else {
            return Vec::new();
        };
        if entry.value.is_empty() {
            return vec![self.span_at(entry.line, entry.value.clone())];
        }
        self.value_lines(entry)
            .map(|(line, bytes)| self.span_at(line, bytes))
            .collect()
    }

    /// Returns where a key itself stands.
    pub fn key_span(&self, section: &str, key: &str) -> Option<Span> {
        let (entry, _) = self.find_inherited(section, key)?;
        Some(self.span_at(entry.line, entry.key.clone()))
    }

    /// Returns where the header of a section stands.
    pub fn header_span(&self, section: &str) -> Option<Span> {
        let section = self.section(section)?;
        Some(self.span_at(section.line, section.header.clone()))
    }

    /// Gives a key a value, adding key and section where they are missing, and says whether the
    /// text changed.
    ///
    /// The value is what Python is to read: `\n` begins a line that continues the value. Setting a
    /// key to the value that it has in its own section changes nothing.
    ///
    /// # Errors
    ///
    /// When no text would make Python read this section, key or value. The document is then as
    /// before.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> Result<bool, EditError> {
        editor::set(self, section, key, value)
    }

    /// Takes a key out of a section with its value, keeping comments, and says whether it was
    /// there.
    ///
    /// What the section then inherits from `[DEFAULT]` is left alone, and so is the header of a
    /// section that becomes empty.
    ///
    /// # Errors
    ///
    /// When the text would not read back as meant. The document is then as before.
    pub fn remove(&mut self, section: &str, key: &str) -> Result<bool, EditError> {
        editor::remove(self, section, key)
    }

    pub(crate) fn expanded(&self) -> &ExpandedValues {
        &self.expanded
    }

    /// Finds a key that stands in the section itself.
    fn find(&self, section: &str, key: &str) -> Option<(&Entry, &Option<String>)> {
        let (index, _, keys) = self.reading.ini.get_map_ref().get_full(section)?;
        let (entry, _, value) = keys.get_full(&*python::lower(key))?;
        Some((&self.reading.sections[index].entries[entry], value))
    }

    /// Finds a key as Python does, for which only sections that exist inherit.
    fn find_inherited(&self, section: &str, key: &str) -> Option<(&Entry, &Option<String>)> {
        let exists = self.reading.ini.get_map_ref().contains_key(section);
        self.find(section, key)
            .or_else(|| exists.then(|| self.find(DEFAULT, key)).flatten())
    }

    /// Finds the section with a name, where it stands.
    fn section(&self, name: &str) -> Option<&Section> {
        let index = self.reading.ini.get_map_ref().get_index_of(name)?;
        Some(&self.reading.sections[index])
    }

    /// Walks over the lines of a value: the number and the bytes of each, without indentation and
    /// without comments.
    fn value_lines(&self, entry: &Entry) -> impl Iterator<Item = (usize, Range<usize>)> {
        let Entry {
            line: key_line,
            value: Range { start, end },
            ..
        } = *entry;
        python::lines(&self.text[start..end]).filter_map(move |line| {
            let content = python::strip(line.text);
            let is_comment = line.number > 1 && content.starts_with(['#', ';']);
            let from = start + line.start + (line.text.len() - line.text.trim_start_matches(python::is_space).len());
            (!is_comment).then(|| (key_line + line.number - 1, from..from + content.len()))
        })
    }

    fn span_at(&self, line: usize, bytes: Range<usize>) -> Span {
        let line_start = self.text[..bytes.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        let column = 1 + self.text[line_start..bytes.start].chars().count();
        Span { line, column, bytes }
    }
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Document {}

/// Shows the sections and no value, because values are secrets.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sections: Vec<&String> = self.reading.ini.get_map_ref().keys().collect();
        f.debug_struct("Document")
            .field("bytes", &self.text.len())
            .field("sections", &sections)
            .finish()
    }
}

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
