//! The thorough check.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use isso_database::{CheckError, FileState, check_thoroughly, last_verdict};
use rusqlite::Connection;

use crate::{add, execute, overwrite, scribble_in_the_middle, used};

#[test]
fn a_verdict_is_remembered_with_the_state_it_was_found_in() {
    let (folder, database) = used(5000);
    let whole = check_thoroughly(&database).expect("nobody writes");
    assert_eq!(whole.damage, None);
    assert_eq!(Some(&whole), last_verdict(&database).as_ref());
    assert_eq!(whole.state, FileState::of(&database).expect("it is there"));
    let header = fs::read(&database).expect("it is there");
    assert_eq!(whole.change_counter.to_be_bytes(), header[24..28]);

    scribble_in_the_middle(&database);
    let damaged = check_thoroughly(&database).expect("nobody writes");
    let damage = damaged.damage.clone().expect("a page is no page");
    assert!(!damage.only_indexes);
    assert!(
        !damage.found.contains('\n') && damage.found.contains("page"),
        "{damage:?}"
    );
    assert_eq!(last_verdict(&database), Some(damaged));

    let kept = folder.path().join("comments.db.checked");
    let mode = fs::metadata(&kept).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = fs::read_dir(folder.path()).expect("it is there").count();
    assert_eq!(names, 3, "database, marker and verdict, nothing temporary");
    overwrite(&kept, "{ torn");
    assert_eq!(last_verdict(&database), None);
}

#[test]
fn a_writer_does_not_wait_and_a_database_that_was_written_to_gets_no_verdict() {
    let (_folder, database) = used(200_000);
    let writer = Connection::open(&database).expect("it is there");
    writer.busy_timeout(Duration::ZERO).expect("it is a number");
    let is_done = AtomicBool::new(false);
    let commits = thread::scope(|scope| {
        let check = scope.spawn(|| {
            let checked = check_thoroughly(&database);
            is_done.store(true, Ordering::Relaxed);
            checked
        });
        let mut commits = 0;
        while !is_done.load(Ordering::Relaxed) {
            writer
                .execute_batch("UPDATE threads SET title = title || 'x'")
                .expect("nobody has a lock");
            commits += 1;
        }
        let checked = check.join().expect("it does not panic");
        assert!(matches!(checked, Err(CheckError::Changed(_))), "{checked:?}");
        commits
    });
    assert!(commits > 0);
    assert_eq!(last_verdict(&database), None);
    assert_eq!(check_thoroughly(&database).expect("nobody writes").damage, None);
}

#[test]
fn a_transaction_under_way_is_waited_for() {
    let (_folder, database) = used(500);
    let writer = Connection::open(&database).expect("it is there");
    let begin = "PRAGMA cache_size = 2; BEGIN; UPDATE comments SET text = text || 'x'";
    writer.execute_batch(begin).expect("it is SQL");
    assert!(matches!(check_thoroughly(&database), Err(CheckError::Changed(_))));
    writer.execute_batch("COMMIT").expect("nobody has a lock");
    assert_eq!(check_thoroughly(&database).expect("nobody writes").damage, None);
    // A journal that stays is not one of a transaction.
    for mode in ["PERSIST", "TRUNCATE"] {
        execute(
            &database,
            &format!("PRAGMA journal_mode = {mode}; UPDATE comments SET mode = 2"),
        );
        assert_eq!(
            check_thoroughly(&database).expect("nobody writes").damage,
            None,
            "{mode}"
        );
    }
}

#[test]
fn a_write_ahead_log_is_read_too() {
    let (_folder, database) = used(10);
    execute(&database, "PRAGMA journal_mode = WAL");
    let writer = Connection::open(&database).expect("it is there");
    add(&writer, 1000);
    assert_eq!(check_thoroughly(&database).expect("readers stop nobody").damage, None);
    writer
        .execute_batch("UPDATE threads SET title = 'more'")
        .expect("nobody has a lock");
}

#[test]
fn a_file_that_is_no_database_is_damaged_and_a_missing_one_is_an_error() {
    let (_folder, database) = used(10);
    overwrite(&database, [b'x'; 5000]);
    let damage = check_thoroughly(&database).expect("it can be read").damage;
    assert!(damage.expect("it is none").found.contains("not a database"));
    fs::remove_file(&database).expect("it is there");
    assert!(matches!(check_thoroughly(&database), Err(CheckError::Read(..))));
}
