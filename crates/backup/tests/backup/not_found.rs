//! Sources that are not taken in, and what is said of them.

mod databases;

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt;
use std::path::Path;

use isso_backup::{ArchiveError, BackupStep, Choice, Kind, RestoreSource, SourceError, StageError, verify};
use nix::sys::stat::Mode;
use nix::unistd::{geteuid, mkfifo};

use crate::children::command;
use crate::found::{cfg, folder};
use crate::progress::{Moment, at};
use crate::site::{CFG, names, put, quick_folder};

fn refused(folder: &Path) -> SourceError {
    RestoreSource::open(folder).unwrap_err()
}

/// Such a thing is named in the error. It neither counts as missing nor is waited for.
#[test]
fn a_pipe_folder_or_device_is_not_taken_for_a_file() {
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

/// A restore would move the volume's settings away, and bring none.
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
fn a_file_that_may_not_be_read_is_told() {
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

/// Runs as another user.
pub fn what_is_closed(sites: &Path) {
    for name in CLOSED {
        let error = refused(&sites.join(name));
        let is_named = matches!(&error, SourceError::Read(path, _) if path.ends_with(name));
        assert!(is_named, "{name}: {error:?}");
    }
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

/// A file that grows, a file that is all holes, or names without end: each is given up, and named in the error.
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
