//! Whether a schema is the one that Isso's statements need, table by table.
//!
//! Isso 0.14 checks the names of its tables alone, takes columns by their place (`SELECT *`), leaves out some columns
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

mod column;
mod table;
mod words;

use rusqlite::{Connection, Result};

use self::column::Found;
use self::table::{TABLES, Table};
use self::words::{Word, has, is_virtual, words};

const TRIGGER: &str = "CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN \
    DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments); END";
/// Up to this version, Isso adds `notification` itself.
const WITHOUT_NOTIFICATION: i64 = 3;
/// Up to this version, Isso copies the comments into a new table, under a name that has to be free.
const COPIED: i64 = 4;
const COPIES: [&str; 2] = ["comments_new", "comments_backup_v4"];

/// Says what in the schema is not as Isso needs it; `None` if all of it is.
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
        let problem = match (&*kind, ours) {
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
        if problem.is_some() {
            return Ok(problem);
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
        let problem = match columns.get(place) {
            None if place >= needed => None,
            None => Some("is missing"),
            Some(found) if !found.name.eq_ignore_ascii_case(column.name) => Some("is not where Isso looks for it"),
            Some(found) => found.problem(column),
        };
        if let Some(problem) = problem {
            return Ok(Some(format!(
                "the column `{}` of its table `{name}` {problem}",
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
