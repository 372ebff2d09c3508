//! Whether the tables of a database are Isso's.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use rusqlite::{Connection, Result, Statement};

use crate::fit;
use crate::marker::beside;

/// The columns that the Isso of every version has in these tables, and needs
/// (<https://github.com/isso-comments/isso/tree/0.14.0/isso/db>).
const NEEDED: [(&str, &[&str]); 2] = [
    ("comments", &["tid", "id", "created", "mode", "text"]),
    ("threads", &["id", "uri"]),
];
/// All tables that Isso makes. An Isso that was killed at its first start has made some of them.
const OWN: [&str; 3] = ["preferences", "threads", "comments"];

/// Whose tables a database has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    /// Isso's.
    Isso,
    /// There is no table that holds comments.
    Nothing,
    /// Another program's; this table of Isso's is not among them.
    NotIsso(&'static str),
}

/// Says whose tables they are. Reads the schema alone, and none of the tables' pages.
pub(crate) fn tables(connection: &Connection) -> Result<Tables> {
    let names = listed(connection)?;
    let without_comments = !names.iter().any(|name| name == "comments");
    if without_comments && names.iter().all(|name| OWN.contains(&&**name)) {
        return Ok(Tables::Nothing);
    }
    for (table, columns) in NEEDED {
        if !has(connection, table, columns)? {
            return Ok(Tables::NotIsso(table));
        }
    }
    Ok(Tables::Isso)
}

/// Why Isso cannot use a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaProblem {
    /// It has no tables, or those of another program.
    NotIsso(String),
    /// It has Isso's tables, but not as Isso needs them.
    Altered(String),
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SchemaProblem::NotIsso(why) | SchemaProblem::Altered(why) => f.write_str(why),
        }
    }
}

/// Says why Isso cannot use this database; `None` if it can. Reads the schema alone.
pub fn schema_problem(connection: &Connection) -> Result<Option<SchemaProblem>> {
    match tables(connection)? {
        Tables::Isso => Ok(fit::unfit(connection)?.map(SchemaProblem::Altered)),
        Tables::Nothing | Tables::NotIsso(_) => other(connection).map(Some),
    }
}

fn other(connection: &Connection) -> Result<SchemaProblem> {
    const FEW: usize = 3;
    let listed = listed(connection)?;
    if listed.is_empty() {
        return Ok(SchemaProblem::NotIsso("it has no tables".to_owned()));
    }
    let is_own = |name: &String| OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
    if listed.iter().any(|name| name.eq_ignore_ascii_case("comments")) && listed.iter().all(is_own) {
        return Ok(SchemaProblem::Altered(
            "its tables have Isso's names, and not what Isso needs in them".to_owned(),
        ));
    }
    let few = listed.iter().take(FEW).map(|it| it.escape_debug().to_string());
    let few = few.collect::<Vec<_>>().join(", ");
    let more = if listed.len() > FEW { ", …" } else { "" };
    Ok(SchemaProblem::NotIsso(format!("its tables are {few}{more}")))
}

fn listed(connection: &Connection) -> Result<Vec<String>> {
    names(&mut connection.prepare(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?)
}

/// Reads the first and the last row of each table, and so the pages that lead to all others.
pub(crate) fn sample(connection: &Connection) -> Result<()> {
    for table in OWN {
        // An older Isso made no preferences.
        if !connection.table_exists(None, table)? {
            continue;
        }
        for order in ["ASC", "DESC"] {
            let row = format!("SELECT rowid FROM {table} ORDER BY rowid {order} LIMIT 1");
            connection.prepare(&row)?.query([])?.next()?;
        }
    }
    Ok(())
}

/// Whether there is a table with these columns. A view or a virtual table of its name does not count.
fn has(connection: &Connection, table: &str, columns: &[&str]) -> Result<bool> {
    let real = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?";
    if !connection.prepare(real)?.exists([table])? {
        return Ok(false);
    }
    let mut listed = connection.prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?;
    let there = names(&mut listed)?;
    Ok(columns.iter().all(|column| there.iter().any(|it| it == column)))
}

fn names(statement: &mut Statement<'_>) -> Result<Vec<String>> {
    statement.query_map([], |row| row.get(0))?.collect()
}

/// Whether the journal beside a database names a super-journal: it belongs to a transaction over several databases,
/// which Isso never makes.
///
/// SQLite deletes the named file when it has rolled the journal back (<https://www.sqlite.org/atomiccommit.html>, 5.0).
/// So a journal from elsewhere may name any file of the person.
pub fn has_super_journal(database: &Path) -> io::Result<bool> {
    const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let mut journal = match File::open(beside(database, "-journal")) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        journal => journal?,
    };
    if journal.seek(SeekFrom::End(0))? < 2 * MAGIC.len() as u64 {
        return Ok(false);
    }
    let mut end = [0; MAGIC.len()];
    journal.seek(SeekFrom::End(-8))?;
    journal.read_exact(&mut end)?;
    Ok(end == MAGIC)
}
