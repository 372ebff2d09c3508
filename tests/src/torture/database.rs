//! Isso's database, seen from outside.

use std::collections::HashSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

/// The texts of all comments, those that wait for approval included.
pub fn texts(database: &Path) -> HashSet<String> {
    let database = open(database);
    let mut query = database
        .prepare("SELECT text FROM comments")
        .expect("Isso made the table");
    let texts = query.query_map([], |row| row.get(0)).expect("the table has texts");
    texts.map(|text| text.expect("the database can be read")).collect()
}

/// What `PRAGMA integrity_check` finds wrong with a database; `None` if nothing.
pub fn damage(database: &Path) -> Option<String> {
    let said: String = open(database)
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .expect("the database can be read");
    Some(said).filter(|said| said != "ok")
}

/// Adds comments to a database that Isso has made. Each begins with `word`, and has some hundred bytes that cannot be
/// compressed.
pub fn fill(database: &Path, word: &str, comments: u32) {
    const THREADS: u32 = 20;
    let mut database = Connection::open(database).expect("the database is there");
    let change = database.transaction().expect("no other connection has it");
    let inserted = || -> rusqlite::Result<()> {
        let thread = "INSERT OR IGNORE INTO threads (id, uri, title) VALUES (?1, ?2, 'A page')";
        for number in 1..=THREADS {
            change.execute(thread, params![number, format!("/{word}-{number}")])?;
        }
        let mut comment = change.prepare(
            "INSERT INTO comments (tid, created, mode, remote_addr, text, author, voters) \
             VALUES (?1, ?2, 1, '127.0.0.0', ?3 || hex(randomblob(150)), 'Visitor', zeroblob(256))",
        )?;
        for number in 0..comments {
            let text = format!("{word} {number}: ");
            comment.execute(params![1 + number % THREADS, number, text])?;
        }
        Ok(())
    };
    inserted().expect("Isso made the tables");
    change.commit().expect("no other connection has it");
}

// Not read-only: SQLite rolls back what a killed Isso has left half done, as it would for the next Isso.
fn open(database: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
    Connection::open_with_flags(database, flags).expect("the database is there")
}
