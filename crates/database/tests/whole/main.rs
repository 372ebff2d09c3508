//! Databases as Isso leaves them, and what happens to them.

mod cost;
mod disks;
mod findings;
mod fit;
mod quick;
mod session_key;
mod thorough;
mod writing;

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use isso_database::remember;
use rusqlite::Connection;
use tempfile::TempDir;

/// As Isso 0.14 makes them, with comments of 100 bytes.
const SCHEMA: &str = "
    CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
    CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
    CREATE TABLE comments (
        tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
        modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR,
        email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
        voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
    CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN
        DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments); END;
    PRAGMA user_version = 5;
    INSERT INTO preferences VALUES ('session-key', 'x');
    INSERT INTO threads (uri, title) VALUES ('/', 'A post');";

/// A folder with a database that Isso has used, and so many comments of 100 bytes.
fn used(comments: u32) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("there is room");
    let database = folder.path().join("comments.db");
    let connection = Connection::open(&database).expect("there is room");
    connection.execute_batch(SCHEMA).expect("it is SQL");
    add(&connection, comments);
    drop(connection);
    remember(&database).expect("there is room");
    (folder, database)
}

fn add(connection: &Connection, comments: u32) {
    let insert = "
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?)
        INSERT INTO comments (tid, created, mode, text, voters) SELECT 1, i, 1, hex(randomblob(50)), x'00' FROM n";
    connection.execute(insert, [comments]).expect("it is SQL");
}

fn execute(database: &Path, sql: &str) {
    let connection = Connection::open(database).expect("it is there");
    let sql = format!("PRAGMA foreign_keys = OFF; {sql}");
    connection.execute_batch(&sql).expect("it is SQL");
}

/// The first page of each of Isso's tables.
fn roots(database: &Path) -> Vec<u32> {
    let connection = Connection::open(database).expect("it is there");
    let roots = "SELECT rootpage FROM sqlite_master WHERE type = 'table'";
    let mut roots = connection.prepare(roots).expect("it is SQL");
    let roots = roots.query_map([], |row| row.get(0)).expect("it is SQL");
    roots.map(|root| root.expect("it is a number")).collect()
}

/// Writes past SQLite.
fn scribble(database: &Path, at: u64) {
    let file = File::options().write(true).open(database);
    let file = file.expect("it is there");
    file.write_all_at(&[0x5a; 2000], at).expect("there is room");
}

fn cut(database: &Path, bytes: u64) {
    let file = File::options().write(true).open(database);
    file.expect("it is there").set_len(bytes).expect("it is a file");
}

/// A page in the middle of the comments, which nothing but a thorough check reads.
fn scribble_in_the_middle(database: &Path) {
    let pages = std::fs::metadata(database).expect("it is there").len() / 4096;
    scribble(database, pages / 2 * 4096);
}

/// Puts something else in the place of a file's content.
fn overwrite(path: &Path, bytes: impl AsRef<[u8]>) {
    let mut file = File::create(path).expect("there is room");
    file.write_all(bytes.as_ref()).expect("there is room");
}
