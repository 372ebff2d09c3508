//! Whether a schema is the one that Isso's statements need, table by table.
//!
//! Isso 0.14 looks at the names of its tables alone, takes columns by their place (`SELECT *`), leaves out some columns
//! when it writes a row, and makes a table or trigger only if there is none of that name
//! (<https://github.com/isso-comments/isso/tree/0.14.0/isso/db>). So a database may pass for Isso's and still take Isso
//! down, or do other things than Isso does with each comment. What is asked for here follows from these statements:
//!
//! - `comments`, `threads` and `preferences` are ordinary tables whose first columns are Isso's, in its order, and hold
//!   what Isso puts into them. `comments` may lack `notification` up to version 3, for Isso adds it. More columns may
//!   follow where Isso does not count them.
//! - Nothing refuses a row that Isso writes: no CHECK, UNIQUE, NOT NULL or collation but Isso's own, and no default
//!   that may fail.
//! - The only trigger is Isso's.
//!
//! Other tables, views, indexes that only make reading faster, and what ANALYZE keeps do not change what Isso does, and
//! pass.

use rusqlite::{Connection, Result};

/// A table of Isso's.
struct Table {
    name: &'static str,
    columns: &'static [Column],
    /// How many of them the oldest Isso made.
    oldest: usize,
    /// Whether Isso counts the columns, so that no other may follow.
    is_counted: bool,
    /// The column that may bear an index that refuses a row.
    unique: Option<&'static str>,
}

struct Column {
    name: &'static str,
    holds: Holds,
    /// What Isso does with it when it makes a row.
    written: Written,
}

/// What Isso puts into a column, and expects to get back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Key,
    Number,
    Text,
    Bytes,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    /// Always.
    Value,
    /// A value or NULL.
    Maybe,
    /// Nothing: the default has to be 0.
    Zero,
}

const fn column(name: &'static str, holds: Holds, written: Written) -> Column {
    Column { name, holds, written }
}

use Holds::{Bytes, Key, Number, Text};
use Written::{Maybe, Value, Zero};

const TABLES: [Table; 3] = [
    Table {
        name: "comments",
        columns: &[
            column("tid", Number, Value),
            column("id", Key, Value),
            column("parent", Number, Maybe),
            column("created", Number, Value),
            column("modified", Number, Maybe),
            column("mode", Number, Value),
            column("remote_addr", Text, Value),
            column("text", Text, Value),
            column("author", Text, Maybe),
            column("email", Text, Maybe),
            column("website", Text, Maybe),
            column("likes", Number, Zero),
            column("dislikes", Number, Zero),
            column("voters", Bytes, Value),
            column("notification", Number, Maybe),
        ],
        oldest: 14,
        is_counted: false,
        unique: None,
    },
    Table {
        name: "threads",
        columns: &[
            column("id", Key, Value),
            column("uri", Text, Value),
            column("title", Text, Maybe),
        ],
        oldest: 3,
        is_counted: true,
        unique: Some("uri"),
    },
    Table {
        name: "preferences",
        columns: &[column("key", Text, Value), column("value", Text, Value)],
        oldest: 2,
        is_counted: false,
        unique: Some("key"),
    },
];

const TRIGGER: &str = "CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN \
    DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments); END";
/// Up to this version, Isso adds `notification` itself.
const WITHOUT_NOTIFICATION: i64 = 3;
/// Up to this version, Isso copies the comments into a new table, under a name that has to be free.
const COPIED: i64 = 4;
const COPIES: [&str; 2] = ["comments_new", "comments_backup_v4"];

/// Tells what in the schema is not as Isso needs it; nothing if all of it is.
pub(crate) fn unfit(connection: &Connection) -> Result<Option<String>> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let mut objects = connection.prepare("SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_master")?;
    let objects = objects.query_map([], |row| {
        Ok((
            row.get::<_, String>(0)?,
            row.get::<_, String>(1)?,
            row.get::<_, String>(2)?,
            row.get::<_, String>(3)?,
        ))
    })?;
    for object in objects {
        let (kind, name, table, sql) = object?;
        let words = words(&sql);
        let shown = name.escape_debug();
        // SQLite compares kinds and names without regard to case, and reads them up to the first NUL.
        let is_strange = !["table", "index", "view", "trigger"].contains(&&*kind)
            || [&name, &table, &sql].iter().any(|it| it.contains('\0'));
        if is_strange {
            return Ok(Some(format!("its entry `{shown}` is not as SQLite writes one")));
        }
        let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
        let ours = TABLES.iter().find(|it| is(it.name, &name));
        let trouble = match (&*kind, ours) {
            ("trigger", _) if words == self::words(TRIGGER) => None,
            ("trigger", _) => Some(format!(
                "it has a trigger `{shown}` that is not Isso's; DROP TRIGGER takes it out"
            )),
            ("view", Some(_)) => Some(format!("`{shown}` is a view")),
            ("table", _) if is_virtual(&words) => Some(format!("`{shown}` is a virtual table")),
            ("table", None) if version <= COPIED && COPIES.iter().any(|it| is(it, &name)) => Some(format!(
                "it has a table `{shown}`, under which Isso is going to make its own"
            )),
            ("table", Some(table)) => of_table(connection, table, &words, version)?,
            ("index", _) => match TABLES.iter().find(|it| is(it.name, &table)) {
                Some(table) => of_index(connection, table, &name, &words)?,
                None => None,
            },
            _ => None,
        };
        if trouble.is_some() {
            return Ok(trouble);
        }
    }
    Ok(None)
}

fn of_table(connection: &Connection, table: &Table, words: &[Word], version: i64) -> Result<Option<String>> {
    let name = table.name;
    for strange in ["check", "collate", "conflict", "without", "strict"] {
        if has(words, strange) {
            let strange = strange.to_uppercase();
            return Ok(Some(format!(
                "its table `{name}` is made with {strange}, which Isso does not do"
            )));
        }
    }
    let mut columns = connection
        .prepare("SELECT name, type, \"notnull\", ifnull(dflt_value, ''), pk, hidden FROM pragma_table_xinfo(?)")?;
    let columns = columns.query_map([name], |row| {
        Ok(Found {
            name: row.get(0)?,
            declared: row.get::<_, String>(1)?.to_uppercase(),
            is_not_null: row.get(2)?,
            default: row.get(3)?,
            key: row.get(4)?,
            hidden: row.get(5)?,
        })
    })?;
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let needed = match (0..=WITHOUT_NOTIFICATION).contains(&version) {
        true => table.oldest,
        false => table.columns.len(),
    };
    for (place, column) in table.columns.iter().enumerate() {
        let trouble = match columns.get(place) {
            None if place >= needed => None,
            None => Some("is missing"),
            Some(found) if !found.name.eq_ignore_ascii_case(column.name) => Some("is not where Isso looks for it"),
            Some(found) => found.trouble(column),
        };
        if let Some(trouble) = trouble {
            return Ok(Some(format!(
                "the column `{}` of its table `{name}` {trouble}",
                column.name
            )));
        }
    }
    let others = columns.get(table.columns.len()..).unwrap_or_default();
    let refusing = |it: &&Found| table.is_counted || it.hidden != 0 || it.key != 0 || it.refuses();
    Ok(others.iter().find(refusing).map(|other| {
        format!(
            "its table `{name}` has a column `{}` that Isso cannot do with",
            other.name.escape_debug()
        )
    }))
}

/// An index may make reading faster, but refuse no row and compute nothing.
fn of_index(connection: &Connection, table: &Table, name: &str, words: &[Word]) -> Result<Option<String>> {
    let (is_unique, is_partial): (bool, bool) = connection.query_row(
        "SELECT \"unique\", partial FROM pragma_index_list(?) WHERE name = ?",
        [table.name, name],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut columns = connection.prepare("SELECT name FROM pragma_index_info(?)")?;
    let columns = columns.query_map([name], |row| row.get::<_, Option<String>>(0))?;
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let is_own = matches!((&columns[..], table.unique), ([Some(one)], Some(own)) if one.eq_ignore_ascii_case(own));
    let is_plain = columns.iter().all(Option::is_some) && (!is_partial || compares(words));
    Ok(match is_plain && (is_own || !is_unique) {
        true => None,
        false => Some(format!(
            "its index `{}` may refuse a row of `{}`, and Isso makes none of the kind; DROP INDEX takes it out",
            name.escape_debug(),
            table.name
        )),
    })
}

/// Whether the condition of a partial index only compares: a function, or an operator that calls one, may fail for some
/// row.
fn compares(words: &[Word]) -> bool {
    const CALLS: [&str; 7] = ["(", "-", "like", "glob", "match", "regexp", "collate"];
    let mut condition = words.iter().skip_while(|word| word.is_quoted || word.text != "where");
    condition.all(|word| word.is_quoted || !CALLS.contains(&&*word.text))
}

/// A column as SQLite tells it.
struct Found {
    name: String,
    declared: String,
    is_not_null: bool,
    default: String,
    key: i64,
    hidden: i64,
}

impl Found {
    fn trouble(&self, column: &Column) -> Option<&'static str> {
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
    fn refuses(&self) -> bool {
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

/// A word or sign of a statement.
#[derive(Debug)]
struct Word {
    /// In lower case, and without quotes.
    text: String,
    /// In quotes it is a name or text, whatever it says.
    is_quoted: bool,
    /// In single quotes it is a text where a name would be something else.
    is_text: bool,
}

/// A name is the same with and without quotes.
impl PartialEq for Word {
    fn eq(&self, other: &Word) -> bool {
        self.text == other.text && self.is_text == other.is_text
    }
}

fn has(words: &[Word], keyword: &str) -> bool {
    words.iter().any(|word| !word.is_quoted && word.text == keyword)
}

/// Whether a statement is `CREATE VIRTUAL TABLE`.
fn is_virtual(words: &[Word]) -> bool {
    words
        .get(1)
        .is_some_and(|word| !word.is_quoted && word.text == "virtual")
}

/// The words of a statement, without blanks and comments, and without a semicolon at its end.
fn words(sql: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut rest = sql.trim_end_matches(|it: char| it.is_ascii_whitespace() || it == ';');
    while let Some(first) = rest.chars().next() {
        let (length, text, is_quoted) = match first {
            _ if rest.starts_with("--") => {
                rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
                continue;
            }
            _ if rest.starts_with("/*") => {
                rest = rest[2..].split_once("*/").map_or("", |(_, rest)| rest);
                continue;
            }
            // Between two words, these are blanks to SQLite.
            '\u{feff}' | '\u{b}' => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            '"' | '\'' | '`' | '[' => {
                let close = if first == '[' { ']' } else { first };
                let inner = &rest[1..];
                let end = inner.find(close).unwrap_or(inner.len());
                ((end + 2).min(rest.len()), &inner[..end], true)
            }
            _ if is_part(first) => {
                let end = rest.find(|it| !is_part(it)).unwrap_or(rest.len());
                (end, &rest[..end], false)
            }
            sign => (sign.len_utf8(), &rest[..sign.len_utf8()], false),
        };
        if !first.is_ascii_whitespace() {
            words.push(Word {
                text: text.to_lowercase(),
                is_quoted,
                is_text: first == '\'',
            });
        }
        rest = &rest[length..];
    }
    words
}

/// Whether a character belongs to a word (<https://www.sqlite.org/draft/tokenreq.html>).
fn is_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || !character.is_ascii()
}
