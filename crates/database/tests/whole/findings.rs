//! Rows that other programs leave, in databases of a real Isso, and what visitors then see.

use std::process::Command;
use std::time::Duration;

use isso_database::{CommentProblem, Problems, ReadError, count_comments, same_pages};
use serde_json::Value;

use crate::{execute, used};

const LIMIT: Duration = Duration::from_secs(60);
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// A damage, what is found of it, how many comments of the page visitors still see, and whether the admin pages work.
type Damage = (&'static str, Option<(CommentProblem, i64)>, u64, bool);

const DAMAGES: [Damage; 14] = [
    ("SELECT 1", None, 3, true),
    // What Isso itself does to a comment.
    ("UPDATE comments SET mode = 4 WHERE id = 1", None, 3, true),
    ("UPDATE comments SET mode = 2 WHERE id = 3", None, 2, true),
    (
        "UPDATE comments SET tid = NULL WHERE id = 3",
        Some((CommentProblem::NoThread, 3)),
        2,
        true,
    ),
    (
        "UPDATE comments SET tid = 99 WHERE id = 3",
        Some((CommentProblem::NoThread, 3)),
        2,
        true,
    ),
    (
        "UPDATE comments SET mode = NULL WHERE id = 3",
        Some((CommentProblem::Mode, 3)),
        2,
        true,
    ),
    (
        "UPDATE comments SET mode = 3 WHERE id = 3",
        Some((CommentProblem::Mode, 3)),
        2,
        true,
    ),
    (
        "UPDATE comments SET created = '2020-01-01' WHERE id = 2",
        Some((CommentProblem::Date, 2)),
        3,
        false,
    ),
    (
        "UPDATE comments SET created = 0 WHERE id = 3",
        Some((CommentProblem::Past, 3)),
        2,
        true,
    ),
    (
        "UPDATE comments SET created = 99999999999 WHERE id = 2",
        Some((CommentProblem::Future, 2)),
        3,
        true,
    ),
    (
        "UPDATE comments SET parent = 99 WHERE id = 2",
        Some((CommentProblem::ParentMissing, 2)),
        2,
        true,
    ),
    (
        "UPDATE comments SET parent = 4 WHERE id = 2",
        Some((CommentProblem::ParentElsewhere, 2)),
        2,
        true,
    ),
    (
        "UPDATE comments SET parent = 2 WHERE id = 3",
        Some((CommentProblem::ParentIsReply, 3)),
        2,
        true,
    ),
    (
        "UPDATE comments SET remote_addr = NULL WHERE id = 3",
        Some((CommentProblem::Nobody, 3)),
        0,
        true,
    ),
];

#[test]
fn a_comment_is_found_where_isso_does_not_show_it() {
    let python =
        std::env::var("ISSO_TEST_PYTHON").expect("ISSO_TEST_PYTHON names a Python with Isso; `make test` makes one");
    let folder = tempfile::tempdir().unwrap();
    let mut isso = Command::new(python);
    isso.args(["-c", include_str!("findings.py")]).arg(folder.path());
    let ran = isso.args(DAMAGES.map(|(sql, ..)| sql)).output().unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(
        said.lines().count(),
        DAMAGES.len(),
        "{}",
        String::from_utf8_lossy(&ran.stderr)
    );
    for (number, ((sql, found, shown, admin), said)) in DAMAGES.into_iter().zip(said.lines()).enumerate() {
        let said: Value = serde_json::from_str(said).unwrap();
        assert_eq!(
            (said["shown"].as_u64(), said["admin"].as_bool()),
            (Some(shown), Some(admin)),
            "{sql}"
        );
        let database = folder.path().join(format!("{number}.db"));
        let counts = count_comments(&database, MONTH, LIMIT).unwrap();
        let expected = found.map(|(problem, first)| Problems {
            problem,
            count: 1,
            first,
        });
        assert_eq!(counts.problems, Vec::from_iter(expected), "{sql}");
        assert_eq!((counts.all, counts.overdue), (4, 0), "{sql}");
    }
}

#[test]
fn comments_of_several_steps_are_counted_together() {
    let (_folder, database) = used(12_001);
    execute(
        &database,
        "UPDATE comments SET remote_addr = '192.0.2.0';
         UPDATE comments SET parent = 99999 WHERE id % 1000 = 7;
         UPDATE comments SET mode = 2 WHERE id > 11990;
         UPDATE comments SET created = strftime('%s') - 60 WHERE id = 12000;
         UPDATE comments SET id = -5 WHERE id = 1;",
    );
    let counts = count_comments(&database, MONTH, LIMIT).unwrap();
    assert_eq!((counts.all, counts.overdue), (12_001, 10));
    let missing = Problems {
        problem: CommentProblem::ParentMissing,
        count: 12,
        first: 7,
    };
    assert_eq!(counts.problems, [missing]);
}

#[test]
fn reading_ends_at_the_limit() {
    let (_folder, database) = used(20_000);
    let slow = |read: Result<_, ReadError>| assert!(matches!(read, Err(ReadError::TooSlow(..))), "{read:?}");
    slow(count_comments(&database, MONTH, Duration::ZERO).map(|_| ()));
    execute(&database, "INSERT INTO threads (uri) SELECT '/' || id FROM comments");
    slow(same_pages(&database, Duration::ZERO).map(|_| ()));
}

#[test]
fn pages_with_several_threads_are_found() {
    let (_folder, database) = used(1);
    assert!(same_pages(&database, LIMIT).unwrap().is_empty());
    execute(
        &database,
        "INSERT INTO threads (uri) VALUES ('/a'), ('/b'), ('/a/'), ('/a/index.html'), ('/?p=1'), ('/?p=2')",
    );
    assert_eq!(same_pages(&database, LIMIT).unwrap(), [["/a", "/a/", "/a/index.html"]]);
}
