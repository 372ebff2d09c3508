//! Settings read and written by [`Key`], as Isso understands them.
//!
//! Isso reads its bundled `isso.cfg` first and a person's file over it. An absent key therefore has Isso's default, and
//! `[DEFAULT]` never reaches a key that Isso knows, because the bundled file has it in its own section already.
//! If a value names a variable, the value that Isso sees is read.

use crate::document::{Document, EditError};
use crate::keys::{self, Key, Kind};
use crate::number;
use crate::python::strip;
use crate::timedelta::Timedelta;
use crate::website::Website;

/// Reads give what Isso would see. A write of what Isso sees already changes nothing, so `yes` stays `yes`.
impl Document {
    /// Reads a boolean; `None` where Isso would raise an error.
    pub fn read_bool(&self, key: &Key) -> Option<bool> {
        parse_bool(self.effective(key)?)
    }

    /// Reads a whole number; `None` where Isso would raise an error. Beyond 64 bits it is held at the limit.
    pub fn read_int(&self, key: &Key) -> Option<i64> {
        let value = number::getint(self.effective(key)?)?;
        Some(i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX }))
    }

    /// Reads a span of time; `None` where Isso would raise an error or read nothing above zero.
    ///
    /// A bare number counts seconds, as it does for Isso.
    pub fn read_timedelta(&self, key: &Key) -> Option<Timedelta> {
        let value = self.effective(key)?;
        match Timedelta::from_isso(value) {
            Ok(span) => Some(span),
            Err(_) => Timedelta::from_seconds(u64::try_from(number::getint(value)?).ok()?),
        }
    }

    /// Reads a text; empty where the key has no value.
    pub fn read_text(&self, key: &Key) -> String {
        self.effective(key).unwrap_or_default().to_owned()
    }

    /// Reads a text for a form: as [`read_text`](Document::read_text), but of a password that names a variable, the
    /// reference in the file and not the value of the variable.
    pub fn shown_text(&self, key: &Key) -> String {
        match self.written(key).flatten() {
            Some(written) if key.kind == Kind::Secret => written.to_owned(),
            _ => self.read_text(key),
        }
    }

    /// Reads items separated by commas, without empty ones.
    pub fn read_list(&self, key: &Key) -> Vec<String> {
        items(self.effective(key).unwrap_or_default(), ',')
    }

    /// Reads items on a line each, without empty ones.
    pub fn read_lines(&self, key: &Key) -> Vec<String> {
        items(self.effective(key).unwrap_or_default(), '\n')
    }

    /// Writes a boolean and says whether the text changed.
    pub fn write_bool(&mut self, key: &Key, value: bool) -> Result<bool, EditError> {
        self.write(
            key,
            self.read_bool(key) == Some(value),
            if value { "true" } else { "false" },
        )
    }

    /// Writes a whole number and says whether the text changed.
    pub fn write_int(&mut self, key: &Key, value: i64) -> Result<bool, EditError> {
        self.write(key, self.read_int(key) == Some(value), &value.to_string())
    }

    /// Writes a span of time and says whether the text changed.
    pub fn write_timedelta(&mut self, key: &Key, value: Timedelta) -> Result<bool, EditError> {
        self.write(key, self.read_timedelta(key) == Some(value), &value.to_string())
    }

    /// Writes a text and says whether the text of the file changed.
    ///
    /// For a password that names a variable the reference itself is its present meaning, too: see
    /// [`shown_text`](Document::shown_text).
    pub fn write_text(&mut self, key: &Key, value: &str) -> Result<bool, EditError> {
        let is_as_written = key.kind == Kind::Secret && self.written(key) == Some(Some(value));
        let same = is_as_written || self.effective(key) == Some(value);
        self.write(key, same, value)
    }

    /// Writes items separated by commas and says whether the text changed.
    pub fn write_list<S: AsRef<str>>(&mut self, key: &Key, values: &[S]) -> Result<bool, EditError> {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        self.write(key, self.read_list(key) == values, &values.join(", "))
    }

    /// Writes items on a line each and says whether the text changed.
    ///
    /// Entries of [`keys::HOST`] are the same when Isso compares them as the same: `localhost` and `http://localhost/`.
    pub fn write_lines<S: AsRef<str>>(&mut self, key: &Key, values: &[S]) -> Result<bool, EditError> {
        let values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
        let present = self.read_lines(key);
        let same = if *key == keys::HOST {
            same_websites(&present, &values)
        } else {
            present == values
        };
        let text = match values[..] {
            [] => String::new(),
            [one] => one.to_owned(),
            _ => format!("\n{}", values.join("\n")),
        };
        self.write(key, same, &text)
    }

    /// The line and column to show for a key: of its value; or of the key, if it has no value; or of its section; or of
    /// the file's beginning.
    pub(crate) fn place(&self, key: &Key) -> (usize, usize) {
        let (section, name) = (key.section, key.name);
        let span = match self.written(key) {
            Some(Some(value)) if !value.is_empty() => self.span(section, name),
            Some(_) => self.key_span(section, name),
            None => self.header_span(section),
        };
        span.map_or((1, 1), |span| (span.line, span.column))
    }

    /// The value that reaches Isso; `None` for a key that stands there without one.
    pub(crate) fn effective(&self, key: &Key) -> Option<&str> {
        self.own(key).unwrap_or(Some(key.default))
    }

    fn write(&mut self, key: &Key, same: bool, value: &str) -> Result<bool, EditError> {
        if same {
            Ok(false)
        } else {
            self.set(key.section, key.name, value)
        }
    }
}

/// Reads a boolean as Python's `getboolean` does.
/// <https://docs.python.org/3/library/configparser.html#supported-datatypes>
pub(crate) fn parse_bool(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Some(true),
        "0" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// The stripped items of a value, without empty ones.
pub(crate) fn items(value: &str, separator: char) -> Vec<String> {
    value
        .split(separator)
        .map(strip)
        .filter(|item| !item.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether Isso cannot tell two lists of websites apart.
pub(crate) fn same_websites<A: AsRef<str>, B: AsRef<str>>(one: &[A], other: &[B]) -> bool {
    let same = |(one, other): (&A, &B)| match (Website::read(one.as_ref()), Website::read(other.as_ref())) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    };
    one.len() == other.len() && one.iter().zip(other).all(same)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::parse(text).unwrap()
    }

    #[test]
    fn an_absent_key_has_issos_default() {
        let doc = document("[DEFAULT]\nratelimit = 9\n[guard]\n");
        assert_eq!(doc.read_int(&keys::RATELIMIT), Some(2));
        assert_eq!(doc.read_bool(&keys::GUARD_ENABLED), Some(true));
        assert_eq!(doc.read_timedelta(&keys::MAX_AGE).unwrap().to_string(), "15m");
        assert_eq!(doc.read_list(&keys::NOTIFY), ["stdout"]);
        assert_eq!(doc.read_lines(&keys::HOST), [""; 0]);
        assert_eq!(doc.read_text(&keys::SMTP_HOST), "localhost");
    }

    #[test]
    fn hand_set_values_are_read_as_isso_reads_them() {
        let doc = document(
            "[general]\nhost = \n  https://a.example\n\n  localhost\nmax-age = 900\nnotify = stdout , smtp,\ngravatar: ON\nlatest-enabled\n\
             [moderation]\nenabled = 1\npurge-after = 30m1h\n[guard]\nenabled = maybe\nratelimit = ٣\n[smtp]\nport = +5_87\n",
        );
        assert_eq!(doc.read_lines(&keys::HOST), ["https://a.example", "localhost"]);
        assert_eq!(doc.read_timedelta(&keys::MAX_AGE), Timedelta::from_seconds(900));
        assert_eq!(doc.read_list(&keys::NOTIFY), ["stdout", "smtp"]);
        assert_eq!(doc.read_bool(&keys::GRAVATAR), Some(true));
        assert_eq!(doc.read_bool(&keys::LATEST_ENABLED), None);
        assert_eq!(doc.read_bool(&keys::MODERATION_ENABLED), Some(true));
        assert_eq!(doc.read_timedelta(&keys::PURGE_AFTER), Timedelta::from_seconds(1800));
        assert_eq!(doc.read_bool(&keys::GUARD_ENABLED), None);
        assert_eq!(doc.read_int(&keys::RATELIMIT), Some(3));
        assert_eq!(doc.read_int(&keys::SMTP_PORT), Some(587));
    }

    /// Applies a write to a file of one section and compares the text.
    fn check(text: &str, write: impl FnOnce(&mut Document) -> Result<bool, EditError>, expected: &str) {
        let mut doc = document(text);
        let changed = write(&mut doc).unwrap();
        assert_eq!(doc.as_str(), expected);
        assert_eq!(changed, text != expected);
    }

    #[test]
    fn a_write_of_the_present_meaning_changes_nothing() {
        let same = |text: &str, write: fn(&mut Document) -> Result<bool, EditError>| {
            check(text, write, text);
        };
        same("[general]\ngravatar = Yes\n", |d| d.write_bool(&keys::GRAVATAR, true));
        same("[general]\n", |d| d.write_bool(&keys::GRAVATAR, false));
        same("[general]\nmax-age = 90m\n", |d| {
            d.write_timedelta(&keys::MAX_AGE, Timedelta::parse("1h30m").unwrap())
        });
        same("[general]\nmax-age = 900\n", |d| {
            d.write_timedelta(&keys::MAX_AGE, Timedelta::parse("15m").unwrap())
        });
        same("[general]\nnotify = stdout ,smtp\n", |d| {
            d.write_list(&keys::NOTIFY, &["stdout", "smtp"])
        });
        same("[general]\nhost =\n  https://a.example/\n  localhost\n", |d| {
            d.write_lines(&keys::HOST, &["https://a.example", "http://localhost"])
        });
        same("[smtp]\nport = 0587\n", |d| d.write_int(&keys::SMTP_PORT, 587));
        same("[smtp]\n", |d| d.write_text(&keys::SMTP_HOST, "localhost"));
    }

    #[test]
    fn a_write_of_another_meaning_changes_the_value_alone() {
        check(
            "[general]\ngravatar : Yes\n",
            |d| d.write_bool(&keys::GRAVATAR, false),
            "[general]\ngravatar : false\n",
        );
        check(
            "[general]\ngravatar = maybe\n",
            |d| d.write_bool(&keys::GRAVATAR, false),
            "[general]\ngravatar = false\n",
        );
        check(
            "[general]\nhost = https://A.example\n",
            |d| d.write_lines(&keys::HOST, &["https://a.example"]),
            "[general]\nhost = https://a.example\n",
        );
        check(
            "[general]\nhost =\n  https://a.example\n  localhost\n# end\n",
            |d| d.write_lines(&keys::HOST, &["https://b.example", "localhost"]),
            "[general]\nhost =\n  https://b.example\n  localhost\n# end\n",
        );
        check(
            "[smtp]\npassword\n",
            |d| d.write_text(&keys::SMTP_PASSWORD, "a=b#c"),
            "[smtp]\npassword = a=b#c\n",
        );
        check(
            "[guard]\nratelimit = x\n",
            |d| d.write_int(&keys::RATELIMIT, 60),
            "[guard]\nratelimit = 60\n",
        );
    }
}
