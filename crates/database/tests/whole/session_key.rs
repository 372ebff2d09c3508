//! Another session key, in the databases that there may be.

use std::fs::{File, metadata};
use std::path::Path;
use std::thread;

use isso_database::{DatabaseError, KeyState, Renewal, RenewalError, remember, renew_session_key};
use rusqlite::Connection;

use crate::{execute, used};

fn key(database: &Path) -> String {
    let connection = Connection::open(database).expect("it is there");
    let key = connection.query_row("SELECT value FROM preferences WHERE key = 'session-key'", [], |row| {
        row.get(0)
    });
    key.expect("there is one")
}

fn comments(database: &Path) -> u32 {
    let connection = Connection::open(database).expect("it is there");
    let counted = connection.query_row("SELECT count(*) FROM comments", [], |row| row.get(0));
    counted.expect("it is a number")
}

/// Renews the key, and returns it.
fn renewed(database: &Path) -> String {
    let before = KeyState::of(database).expect("it can be looked at");
    assert_eq!(
        renew_session_key(database).expect("it can be written"),
        Renewal::Renewed
    );
    assert_ne!(KeyState::of(database).expect("it can be looked at"), before);
    key(database)
}

#[test]
fn a_new_key_has_the_form_of_issos_and_is_another_one_each_time() {
    let (_folder, database) = used(10);
    let keys = [key(&database), renewed(&database), renewed(&database)];
    assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    for key in &keys[1..] {
        assert_eq!(key.len(), 48, "{key}");
        assert!(key.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f')), "{key}");
    }
    assert_eq!(comments(&database), 10);
    // As Isso finds it that was killed before it had made one, and in the other journal mode.
    for sql in ["DELETE FROM preferences", "PRAGMA journal_mode = wal"] {
        execute(&database, sql);
        assert_eq!(renewed(&database).len(), 48, "{sql}");
    }
}

#[test]
fn a_database_without_a_key_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("there is room");
    let database = folder.path().join("comments.db");
    assert_eq!(renew_session_key(&database).expect("none is fine"), Renewal::NoKey);
    assert!(!database.exists());
    File::create(&database).expect("there is room");
    assert_eq!(renew_session_key(&database).expect("none is fine"), Renewal::NoKey);
    assert_eq!(metadata(&database).expect("it is there").len(), 0);
    assert_eq!(
        KeyState::of(&database).expect("it can be looked at"),
        KeyState::default()
    );

    execute(&database, "CREATE TABLE comments (words)");
    let refused = renew_session_key(&database).unwrap_err();
    let not_isso = matches!(refused, RenewalError::Database(DatabaseError::NotIsso { .. }));
    assert!(not_isso, "{refused:?}");
    std::fs::remove_file(&database).expect("it is there");
    File::create(&database).expect("there is room");
    remember(&database).expect("there is room");
    std::fs::remove_file(&database).expect("it is there");
    let refused = renew_session_key(&database).unwrap_err();
    let missing = matches!(refused, RenewalError::Database(DatabaseError::Missing { .. }));
    assert!(missing, "{refused:?}");
}

#[test]
fn a_writer_is_waited_for_and_nothing_in_the_database_is_carried_out() {
    let (_folder, database) = used(3);
    let trigger = "CREATE TRIGGER t AFTER UPDATE ON preferences BEGIN DELETE FROM comments; END";
    execute(&database, trigger);
    let writer = Connection::open(&database).expect("it is there");
    writer.execute_batch("BEGIN EXCLUSIVE").expect("it is free");
    let renewing = thread::spawn({
        let database = database.clone();
        move || renew_session_key(&database)
    });
    writer.execute_batch("COMMIT").expect("it is its own");
    let renewed = renewing.join().expect("it does not panic");
    assert_eq!(renewed.expect("the lock is free"), Renewal::Renewed);
    assert_eq!((key(&database).len(), comments(&database)), (48, 3));
}
