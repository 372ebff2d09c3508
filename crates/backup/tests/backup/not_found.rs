//! What is not taken in, and how that is told.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;

use isso_backup::{
    ArchiveError, BackupStep, Choice, DatabaseProblem, Kind, RestoreSource, SourceError, StageError, verify,
};
use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};
use rusqlite::Connection;

use crate::children::command;
use crate::found::{cfg, folder};
use crate::progress::{Moment, at};
use crate::python::Python;
use crate::site::{CFG, Site, make_database, names, put, quick_folder, tree};

fn refused(folder: &Path) -> SourceError {
    RestoreSource::open(folder).unwrap_err()
}

/// What stands in the place of a file is told, and is never taken for nothing or waited for.
#[test]
fn what_is_no_file_is_told() {
    let check = |name: &str, make: &dyn Fn(&Path), word: &str| {
        let folder = folder(&[("other.db", "3"), ("readme.txt", "x")]);
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make(&path);
        let error = refused(folder.path());
        let said = error.to_string();
        assert!(matches!(error, SourceError::Unusable { .. }), "{error:?}");
        assert!(said.contains(word) && said.contains(name), "{said}");
    };
    for name in [
        "isso.cfg",
        "config/isso.cfg",
        "isso.conf",
        "user.cfg",
        "comments.db",
        "db/comments.db",
    ] {
        check(name, &|path| mkfifo(path, Mode::S_IRWXU).unwrap(), "a named pipe");
        check(name, &|path| fs::create_dir(path).unwrap(), "a folder");
        check(name, &|path| drop(UnixListener::bind(path).unwrap()), "a socket");
        check(name, &|path| symlink("/dev/null", path).unwrap(), "a device");
        check(name, &|path| symlink("nowhere", path).unwrap(), "leads nowhere");
    }
    check(
        "start9/store.json",
        &|path| mkfifo(path, Mode::S_IRWXU).unwrap(),
        "a named pipe",
    );
    let large = |path: &Path| {
        put(path, "[general]\nhost = x\n");
        let file = File::options().write(true).open(path).unwrap();
        file.set_len(1 << 40).unwrap();
    };
    check("isso.cfg", &large, "larger");
    check("isso.cfg", &|path| put(path, "[\0g\0e\0n\0"), "no text");
    check("isso.cfg", &|path| put(path, b"\xff\xfe[\0g\0e\0n\0"), "UTF-16");
}

/// In place, it would take the settings away that are there, and bring none.
#[test]
fn a_file_that_sets_nothing_is_not_taken_for_settings() {
    for text in [
        "# nothing but a comment\n",
        "<!DOCTYPE html>\n<title>404 Not Found</title>\n",
        "[uwsgi]\nprocesses = 4\n",
        "\u{1}\u{7f}x\u{2}",
    ] {
        let folder = folder(&[("comments.db", "3"), ("isso.cfg", text), ("empty", "")]);
        let refused = |error: SourceError| {
            let said = error.to_string();
            assert!(matches!(error, SourceError::Unusable { .. }), "{error:?}");
            assert!(said.contains("without a single setting"), "{said}");
        };
        refused(self::refused(folder.path()));
        refused(self::refused(&folder.path().join("isso.cfg")));
        for name in ["isso.cfg", "empty"] {
            let choice = Choice {
                settings: Some(name.into()),
                database: None,
            };
            refused(RestoreSource::choose(folder.path(), &choice).unwrap_err());
        }
    }
}

#[test]
fn what_may_not_be_read_is_told() {
    let sites = quick_folder();
    fs::set_permissions(sites.path(), Permissions::from_mode(0o755)).unwrap();
    for name in CLOSED {
        let folder = sites.path().join(name);
        put(&folder.join("readme.txt"), "x");
        let path = folder.join(name);
        match name {
            "config" => fs::create_dir(&path).unwrap(),
            _ => put(&path, cfg("/db/comments.db")),
        }
        fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
    }
    // Root may read everything.
    let mut test = command("closed", sites.path(), 0);
    if geteuid().is_root() {
        test.uid(65534).gid(65534);
    }
    let done = test.current_dir("/").output().unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    assert!(said.contains("1 passed"), "{said}");
}

const CLOSED: [&str; 4] = ["isso.cfg", "blog.cfg", "comments.db", "config"];

/// What is done as another user.
pub fn what_is_closed(sites: &Path) {
    for name in CLOSED {
        let error = refused(&sites.join(name));
        let is_named = matches!(&error, SourceError::Read(path, _) if path.ends_with(name));
        assert!(is_named, "{name}: {error:?}");
    }
}

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

/// Whether it is Isso's, only a copy with the log played in tells.
#[test]
fn a_database_that_is_all_in_its_log_is_looked_at_with_it() {
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

#[test]
fn files_of_other_kinds_are_called_what_they_are() {
    let check = |name: &str, bytes: &[u8], expected: Kind| {
        let folder = quick_folder();
        let path = folder.path().join(name);
        put(&path, bytes);
        let error = refused(&path);
        let is = matches!(&error, SourceError::ForeignFile { what, .. } if *what == expected);
        assert!(is, "{name}: {error:?}");
    };
    let tar = crate::craft::file("isso.cfg", CFG.as_bytes());
    check("site.tar", &tar, Kind::Tar);
    check("site.tar.gz", b"\x1f\x8b\x08\0", Kind::Tar);
    check("site.tgz", b"\x1f\x8b\x08\0", Kind::Tar);
    check("comments.db.gz", b"\x1f\x8b\x08\0", Kind::Gzip);
    check("comments.db.bz2", b"BZh91AY", Kind::Bzip2);
    check("site.tar.xz", b"\xfd7zXZ\0\0", Kind::Tar);
    check("comments.db.zst", &zstd::encode_all(&tar[..], 3).unwrap(), Kind::Zstd);
    check("site.zip", b"PK\x03\x04\x14", Kind::Zip);
    check("site", b"PK\x05\x06\0\0", Kind::Zip);
    check("site.7z", b"7z\xbc\xaf\x27\x1c\0", Kind::SevenZip);
    let dump = "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE threads (id);\n";
    check("dump.sql", dump.as_bytes(), Kind::Sql);
    check("dump", b"-- made by hand\nINSERT INTO comments VALUES (1);", Kind::Sql);
    let disqus = "<?xml version=\"1.0\"?>\n<disqus xmlns=\"http://disqus.com\">";
    check("export.xml", disqus.as_bytes(), Kind::Disqus);
    let press = "<?xml version=\"1.0\"?><rss xmlns:wp=\"http://wordpress.org/export/1.2/\">";
    check("export.xml", press.as_bytes(), Kind::WordPress);
    check("export.json", b"[{\"id\": \"/page\"}]", Kind::Json);
    check("export.json", b"[ {\"id\": \"/page\"} ]", Kind::Json);
    check("export.json", b"[\r\n  {\"id\": \"/page\"}]", Kind::Json);
    check("comments.db", b"", Kind::Empty);
}

/// SQLite deletes the file that such a journal names, once it has rolled the journal back.
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

/// What is in a folder is read no further than it can be put back: a file that grows, one that is all holes, names
/// without end.
#[test]
fn a_folder_without_end_is_told() {
    let grows = folder(&[("comments.db", "300")]);
    let path = grows.path().join("comments.db");
    let source = RestoreSource::open(grows.path()).unwrap();
    let scratch = quick_folder();
    let grow = at(|moment| {
        if let Moment::Part(BackupStep::Unpack, _) = moment {
            let mut file = File::options().append(true).open(&path).unwrap();
            file.write_all(&[0; 512 * 1024]).unwrap();
        }
        false
    });
    let error = verify(&source, scratch.path(), &grow).unwrap_err();
    assert!(
        matches!(error, StageError::Archive(ArchiveError::Changing(_))),
        "{error:?}"
    );

    let holes = folder(&[("comments.db", "3")]);
    let path = holes.path().join("comments.db");
    let source = RestoreSource::open(holes.path()).unwrap();
    let file = File::options().write(true).open(path).unwrap();
    // As many as no disk holds, or its file system refuses already.
    if file.set_len(1 << 60).is_ok() {
        let error = verify(&source, scratch.path(), &()).unwrap_err();
        assert!(matches!(error, StageError::Space(_)), "{error:?}");
    }

    let many = quick_folder();
    for name in 0..20_001 {
        symlink("nowhere", many.path().join(name.to_string())).unwrap();
    }
    let error = refused(many.path());
    assert!(matches!(error, SourceError::TooMany(_)), "{error:?}");

    let loops = folder(&[
        ("isso.cfg", "[general]\nhost = https://blog.example.org\n"),
        ("a.db", "3"),
    ]);
    for (target, name) in [
        (".", "again"),
        ("loop", "loop"),
        ("b.cfg", "c.cfg"),
        ("c.cfg", "b.cfg"),
        ("/dev/zero", "zero.db"),
    ] {
        symlink(target, loops.path().join(name)).unwrap();
    }
    let source = RestoreSource::open(loops.path()).unwrap();
    assert_eq!(source.files().len(), 2);
    assert_eq!(
        verify(&source, scratch.path(), &()).unwrap().database.unwrap().comments,
        3
    );
    assert_eq!(names(scratch.path()), [""; 0]);
}
