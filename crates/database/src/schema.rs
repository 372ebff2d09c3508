//! Whose tables a database has.

use rusqlite::{Connection, Result, Statement};

/// The columns that the Isso of every version has in these tables, and needs
/// (<https://github.com/isso-comments/isso/tree/0.14.0/isso/db>).
const NEEDED: [(&str, &[&str]); 2] = [
    ("comments", &["tid", "id", "created", "mode", "text"]),
    ("threads", &["id", "uri"]),
];
/// All that Isso makes. One that was killed at its first start has made some of them.
const OWN: [&str; 3] = ["preferences", "threads", "comments"];

/// Whose tables they are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    /// Isso's.
    Isso,
    /// None that would hold a comment.
    Nothing,
    /// Others, and not this one of Isso's.
    Foreign(&'static str),
}

/// Reads the schema alone, which says nothing of the pages that the tables are in.
pub(crate) fn tables(connection: &Connection) -> Result<Tables> {
    let names = listed(connection)?;
    let without_comments = !names.iter().any(|name| name == "comments");
    if without_comments && names.iter().all(|name| OWN.contains(&&**name)) {
        return Ok(Tables::Nothing);
    }
    for (table, columns) in NEEDED {
        if !has(connection, table, columns)? {
            return Ok(Tables::Foreign(table));
        }
    }
    Ok(Tables::Isso)
}

/// Tells what else than a database of Isso with its tables this is; nothing if it is one.
pub fn foreign(connection: &Connection) -> Result<Option<String>> {
    const FEW: usize = 3;
    if tables(connection)? == Tables::Isso {
        return Ok(None);
    }
    let listed = listed(connection)?;
    if listed.is_empty() {
        return Ok(Some("it has no tables".to_owned()));
    }
    let few = listed
        .iter()
        .take(FEW)
        .map(|it| it.escape_debug().to_string());
    let few = few.collect::<Vec<_>>().join(", ");
    let more = if listed.len() > FEW { ", …" } else { "" };
    Ok(Some(format!("its tables are {few}{more}")))
}

fn listed(connection: &Connection) -> Result<Vec<String>> {
    names(&mut connection.prepare(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )?)
}

/// Reads the first and the last row of each table, which are found by the pages that lead to all others.
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

/// A view or a virtual table of that name is not Isso's.
fn has(connection: &Connection, table: &str, columns: &[&str]) -> Result<bool> {
    let real = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = ?";
    if !connection.prepare(real)?.exists([table])? {
        return Ok(false);
    }
    let mut listed =
        connection.prepare(&format!("SELECT name FROM pragma_table_info('{table}')"))?;
    let there = names(&mut listed)?;
    Ok(columns
        .iter()
        .all(|column| there.iter().any(|it| it == column)))
}

fn names(statement: &mut Statement<'_>) -> Result<Vec<String>> {
    statement.query_map([], |row| row.get(0))?.collect()
}
