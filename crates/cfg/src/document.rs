//! A lossless `isso.cfg`.

pub(crate) mod causes;
mod editor;
mod error;
mod expanded;
mod problems;
mod reader;
mod reading;
mod rewrite;
mod span;
mod style;

use std::fmt;

use configparser::ini::Ini;

pub use self::error::{EditError, ValueFault};
use self::expanded::ExpandedValues;
use self::reading::{DEFAULT, Entry, Reading, Section};
pub use self::span::Span;
use crate::diagnostic::Diagnostic;
use crate::environment::Environment;
use crate::python;

/// An `isso.cfg` that keeps every byte and means what Python's parser says it means.
///
/// Python's `ConfigParser(allow_no_value=True, interpolation=None)`, which is what Isso uses, is the specification: a
/// document exists only of a text that Python accepts, and has the sections, keys and values Python finds. The text is
/// read as Isso opens it, in UTF-8 and with universal newlines.
///
/// Keys are lower case, whatever the spelling in the file or in an argument; sections keep their case.
///
/// # Editing
///
/// [`set`](Document::set) and [`remove`](Document::remove) touch the named value alone. Comments, order, the spacing
/// around delimiters, line ends and the spelling of everything else stay. The new text is read again before it replaces
/// the old one: a change that would not come back exactly as meant, with all else the same, is refused and leaves the
/// document as it was.
///
/// - Added lines end as the lines around them do and take the spacing around the delimiter from their neighbours.
/// - Added lines of a value are indented like the present ones, else by four spaces more than their key.
/// - A comment is never removed. One inside a value of several lines stays above the line it stands above; when that
///   line goes, it stays where it was.
/// - A key that is absent from its section is added at the section's end, even where `[DEFAULT]` has it. A missing
///   section is added at the end of the file.
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

    /// Returns the sections, keys and values as the `configparser` crate holds them, in the order of the file.
    ///
    /// Its own look-ups cascade to `[DEFAULT]` also where Python's do not: for a key that stands in its section without
    /// a value, and for a section that does not exist. [`get`](Document::get) looks up as Python does.
    pub fn ini(&self) -> &Ini {
        &self.reading.ini
    }

    /// Returns a value as Python's `get` does, from `[DEFAULT]` where the section lacks the key.
    ///
    /// Nothing is returned for a key without a value, for an absent key, and for an absent section, in which nothing is
    /// inherited.
    pub fn get(&self, section: &str, key: &str) -> Option<&str> {
        let (_, value) = self.find_inherited(section, key)?;
        value.as_deref()
    }

    /// Says whether a key stands in a section or is inherited from `[DEFAULT]`, with or without a value.
    pub fn has(&self, section: &str, key: &str) -> bool {
        self.find_inherited(section, key).is_some()
    }

    /// Gives a key a value, adding key and section where they are missing, and says whether the text changed.
    ///
    /// The value is what Python is to read: `\n` begins a line that continues the value. Setting a key to the value
    /// that it has in its own section changes nothing.
    ///
    /// # Errors
    ///
    /// When no text would make Python read this section, key or value. The document is then as before.
    pub fn set(&mut self, section: &str, key: &str, value: &str) -> Result<bool, EditError> {
        editor::set(self, section, key, value)
    }

    /// Takes a key out of a section with its value, keeping comments, and says whether it was there.
    ///
    /// What the section then inherits from `[DEFAULT]` is left alone, and so is the header of a section that becomes
    /// empty.
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
        let key = python::lower(key);
        let entry = self.section(section)?.entries.get(&*key)?;
        Some((entry, self.ini().get_map_ref().get(section)?.get(&*key)?))
    }

    /// Finds a key as Python does, for which only sections that exist inherit.
    fn find_inherited(&self, section: &str, key: &str) -> Option<(&Entry, &Option<String>)> {
        self.section(section)?;
        self.find(section, key).or_else(|| self.find(DEFAULT, key))
    }

    /// Finds where a section stands.
    fn section(&self, name: &str) -> Option<&Section> {
        self.reading.sections.get(name)
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
