//! A column of a database, compared with the one that Isso needs.

use super::table::Column;
use super::table::Holds::{Bytes, Key, Number, Text};
use super::table::Written::{Maybe, Zero};
use super::words::{Word, words};

/// A column, as SQLite describes it.
pub(super) struct Found {
    pub name: String,
    pub declared: String,
    pub is_not_null: bool,
    pub default: String,
    pub key: i64,
    pub hidden: i64,
}

impl Found {
    /// What keeps it from being the column that Isso needs.
    pub fn problem(&self, column: &Column) -> Option<&'static str> {
        let is_zero = ["0", "0.0", "'0'", "(0)"].contains(&self.default.trim());
        let keeps = match (column.holds, affinity(&self.declared)) {
            (Key, _) => self.declared == "INTEGER" && self.key == 1,
            (Number, affinity) => affinity != Affinity::Text,
            (Text, affinity) => affinity != Affinity::Number,
            (Bytes, _) => true,
        };
        if self.hidden != 0 {
            Some("is computed")
        } else if !keeps {
            Some("does not keep what Isso puts into it")
        } else if column.written == Maybe && self.is_not_null {
            Some("refuses NULL, which Isso puts into it")
        } else if column.written == Zero && !is_zero {
            Some("has no default of 0, which Isso relies on")
        } else {
            None
        }
    }

    /// Whether a row without it may be refused: its default is missing, NULL, or computed by what may fail.
    pub fn refuses(&self) -> bool {
        let default = words(&self.default);
        match &default[..] {
            [] => self.is_not_null,
            [one] if !one.is_quoted && one.text == "null" => self.is_not_null,
            default => !is_literal(default) && !is_now(default),
        }
    }
}

/// Whether a default is a number, a text, or what SQLite has as a word of its own. A word before a parenthesis is a
/// function, with quotes and without.
fn is_literal(default: &[Word]) -> bool {
    const WORDS: [&str; 10] = [
        "+",
        "-",
        ".",
        "(",
        ")",
        "true",
        "false",
        "current_date",
        "current_time",
        "current_timestamp",
    ];
    let is_blob = matches!(default, [x, bytes] if x.text == "x" && bytes.is_text);
    let is_part = |word: &Word| {
        let is_number = word.text.starts_with(|it: char| it.is_ascii_digit());
        word.is_quoted || is_number || WORDS.contains(&&*word.text)
    };
    let is_call = |pair: &[Word]| {
        let is_sign = ["+", "-", "("].contains(&&*pair[0].text) && !pair[0].is_quoted;
        !is_sign && pair[1].text == "(" && !pair[1].is_quoted
    };
    is_blob || (default.iter().all(is_part) && !default.windows(2).any(is_call))
}

/// Whether a default is the time at which a row is made, in one of the ways that SQLite never answers with NULL.
fn is_now(default: &[Word]) -> bool {
    const CALLS: [&str; 5] = ["date", "time", "datetime", "julianday", "unixepoch"];
    let all: Vec<&str> = default.iter().map(|word| &*word.text).collect();
    let called = match &all[..] {
        ["(", called @ .., ")"] => called,
        called => called,
    };
    let time = match called {
        ["strftime", "(", "%s", ",", time @ .., ")"] => time,
        [call, "(", time @ .., ")"] if CALLS.contains(call) => time,
        _ => return false,
    };
    matches!(time, ["now"] | ["now", ",", "utc" | "localtime"])
}

#[derive(PartialEq, Eq)]
enum Affinity {
    Text,
    Number,
    None,
}

/// What SQLite makes of a declared type (<https://www.sqlite.org/datatype3.html>, 3.1).
fn affinity(declared: &str) -> Affinity {
    let has = |parts: &[&str]| parts.iter().any(|part| declared.contains(part));
    if has(&["INT"]) {
        Affinity::Number
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if declared.is_empty() || has(&["BLOB"]) {
        Affinity::None
    } else {
        Affinity::Number
    }
}
