//! Databases that are not taken in.

use std::fs::{self, File};
use std::io::Write;

use isso_backup::{ArchiveError, BackupStep, DatabaseProblem, RestoreSource, SourceError, StageError, verify};
use rusqlite::Connection;

use super::refused;
use crate::found::{cfg, folder};
use crate::progress::{Moment, at};
use crate::python::Python;
use crate::site::{Site, make_database, names, quick_folder, tree};

#[test]
fn a_database_of_another_application_is_refused() {
    let check = |files: &[(&str, &str)], word: &str| {
        let folder = folder(files);
        let error = refused(folder.path());
        assert!(matches!(error, SourceError::NotIsso { .. }), "{error:?}");
        assert!(error.to_string().contains(word), "{error}");
    };
    let cfg = cfg("/var/lib/isso/foo.db");
    check(&[("comments.db", "0")], "its tables are posts, comments");
    check(&[("comments.db", "")], "it is empty");
    check(&[("comments.db", "no database")], "SQLite did not write it");
    check(&[("isso.cfg", &cfg), ("foo.db", "0")], "its tables are");
    // Whichever is right, the settings name another.
    check(
        &[("isso.cfg", &cfg), ("foo.db", ""), ("comments.db", "3")],
        "it is empty",
    );
    let alone = folder(&[("wordpress.db", "0")]);
    let error = refused(&alone.path().join("wordpress.db"));
    assert!(matches!(error, SourceError::NotIsso { .. }), "{error:?}");
    // Nothing of Isso is in it.
    assert!(matches!(refused(alone.path()), SourceError::Nothing(_)));
}

/// Only a copy that has taken the log in shows whether it is Isso's.
#[test]
fn a_database_that_is_all_in_its_log_is_examined_with_it() {
    let logged = |function: &str| {
        let folder = quick_folder();
        let database = folder.path().join("source/comments.db");
        fs::create_dir(folder.path().join("source")).unwrap();
        let other = Python::start(function, &database);
        other.said(1);
        other.kill();
        let _ = fs::remove_file(folder.path().join("source/comments.db-shm"));
        folder
    };
    let folder = logged("all_in_wal");
    let source = folder.path().join("source");
    let before = (tree(&source), names(&source));
    let scratch = folder.path().join("scratch");
    for path in [source.clone(), source.join("comments.db")] {
        let source = RestoreSource::open(&path).unwrap();
        let look = verify(&source, &scratch, &()).unwrap();
        assert_eq!(look.database.unwrap().comments, 13);
    }
    assert_eq!((tree(&source), names(&source)), before, "nothing was written there");

    let folder = logged("others_in_wal");
    let source = RestoreSource::open(&folder.path().join("source")).unwrap();
    let error = verify(&source, &folder.path().join("scratch"), &()).unwrap_err();
    let expected = matches!(&error, StageError::Unsound(_, DatabaseProblem::Schema(_)));
    assert!(expected, "{error:?}");
}

/// The parts of such a copy would be of different moments, and SQLite might not notice.
#[test]
fn a_database_that_is_written_to_while_it_is_copied_is_not_taken() {
    let folder = quick_folder();
    let database = folder.path().join("comments.db");
    make_database(&database, 800, 3500);
    let source = RestoreSource::open(folder.path()).unwrap();
    let progress = at(|moment| {
        if moment == Moment::Part(BackupStep::Unpack, 3) {
            let connection = Connection::open(&database).unwrap();
            let like = "UPDATE comments SET likes = likes + 1";
            connection.execute_batch(like).unwrap();
        }
        false
    });
    let scratch = folder.path().join("scratch");
    let error = verify(&source, &scratch, &progress).unwrap_err();
    let expected = matches!(&error, StageError::Archive(ArchiveError::Changing(path)) if *path == database);
    assert!(expected, "{error:?}");
    verify(&source, &scratch, &()).unwrap();
}

/// SQLite deletes the file that such a journal names, after it has rolled the journal back.
#[test]
fn a_journal_that_names_a_file_deletes_nothing() {
    let folder = folder(&[("used.db", "200"), ("precious", "mine")]);
    let path = |name: &str| folder.path().join(name);
    let connection = Connection::open(path("used.db")).unwrap();
    let begun = "PRAGMA cache_size = 2; BEGIN; UPDATE comments SET text = hex(randomblob(500))";
    connection.execute_batch(begun).unwrap();
    fs::create_dir(path("source")).unwrap();
    for suffix in ["", "-journal"] {
        let copy = path(&format!("source/comments.db{suffix}"));
        fs::copy(path(&format!("used.db{suffix}")), copy).unwrap();
    }
    drop(connection);
    let source = path("source");
    let scratch = path("scratch");
    verify(&RestoreSource::open(&source).unwrap(), &scratch, &()).unwrap();

    // Written as SQLite does (<https://www.sqlite.org/fileformat.html>, 3).
    let precious = path("precious");
    let name = precious.to_str().unwrap().as_bytes();
    let sum: u32 = name.iter().copied().map(u32::from).sum();
    let length = u32::try_from(name.len()).unwrap();
    let mut journal = File::options()
        .append(true)
        .open(path("source/comments.db-journal"))
        .unwrap();
    let magic = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    for part in [&[0, 4, 0, 1], name, &length.to_be_bytes(), &sum.to_be_bytes(), &magic] {
        journal.write_all(part).unwrap();
    }
    for source in [source.clone(), source.join("comments.db")] {
        let error = verify(&RestoreSource::open(&source).unwrap(), &scratch, &()).unwrap_err();
        assert!(
            matches!(error, StageError::Unsound(_, DatabaseProblem::SuperJournal)),
            "{error:?}"
        );
    }
    assert!(precious.exists());
}

#[test]
fn a_schema_that_is_not_issos_is_told_wherever_it_comes_from() {
    let site = Site::with_comments(3);
    let connection = Connection::open(site.database()).unwrap();
    let mine = "CREATE TRIGGER mine AFTER INSERT ON comments BEGIN DELETE FROM threads; END";
    connection.execute_batch(mine).unwrap();
    drop(connection);
    // It is not lost, for a person can put it right.
    let created = site.create(&()).unwrap();
    assert!(created.altered.is_some_and(|it| it.contains("`mine`")));
    // So it is where what is in there cannot be read as a schema.
    let other = Site::with_comments(3);
    let connection = Connection::open(other.database()).unwrap();
    let as_bytes = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = CAST(sql AS BLOB)";
    connection.execute_batch(as_bytes).unwrap();
    drop(connection);
    let unread = other.create(&()).unwrap();
    assert!(unread.altered.is_some(), "{unread:?}");
    let scratch = quick_folder();
    verify(&RestoreSource::open(&unread.path).unwrap(), scratch.path(), &()).unwrap_err();
    let error = verify(&RestoreSource::open(&created.path).unwrap(), scratch.path(), &()).unwrap_err();
    let StageError::Unsound(_, DatabaseProblem::Schema(why)) = error else {
        panic!("{error:?}");
    };
    assert!(why.to_string().contains("`mine`"), "{why}");
    // As plain files, under whatever names.
    let plain = quick_folder();
    fs::copy(site.database(), plain.path().join("old.sqlite")).unwrap();
    for path in [plain.path().to_owned(), plain.path().join("old.sqlite")] {
        let error = refused(&path);
        assert!(matches!(error, SourceError::NotIsso { .. }), "{error:?}");
        assert!(error.to_string().contains("DROP TRIGGER"), "{error}");
    }
}
