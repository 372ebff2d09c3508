//! The files of an Isso are found under the names that people give to them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use isso_backup::{Choice, RestoreSource, SourceError, SourceRole, verify};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::site::{CFG, STORE, make_database, names, put, quick_folder, tree};

const SETTINGS: &str = "config/isso.cfg";
const DATABASE: &str = "db/comments.db";

/// A folder with files: a number is a database with so many comments, `0` of another application, everything else text.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = quick_folder();
    for (name, content) in files {
        let path = folder.path().join(name);
        match content.parse() {
            Ok(0) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                let connection = Connection::open(path).unwrap();
                let other = "CREATE TABLE posts (id); CREATE TABLE comments (id, body)";
                connection.execute_batch(other).unwrap();
            }
            Ok(comments) => make_database(&path, comments, 0),
            Err(_) => put(&path, content),
        }
    }
    folder
}

pub fn cfg(dbpath: &str) -> String {
    format!("[general]\ndbpath = {dbpath}\nhost = https://blog.example.org\n")
}

/// These two files have to be found in the folder, which has to stay as it is.
fn check(files: &[(&str, &str)], settings: Option<&str>, database: Option<&str>) {
    let folder = folder(files);
    let before = (tree(folder.path()), names(folder.path()));
    let source = RestoreSource::open(folder.path()).unwrap();
    let found = |file| source.path_of(file).map(Path::to_owned);
    let expected = |name: Option<&str>| name.map(|it| folder.path().join(it));
    assert_eq!(found(SETTINGS), expected(settings), "{files:?}");
    assert_eq!(found(DATABASE), expected(database), "{files:?}");
    let scratch = quick_folder();
    let look = verify(&source, scratch.path(), &()).unwrap();
    let comments = database.map(|name| {
        let (_, comments) = files.iter().find(|it| it.0 == name).unwrap();
        comments.parse().unwrap()
    });
    assert_eq!(look.database.map(|it| it.comments), comments);
    assert_eq!((tree(folder.path()), names(folder.path())), before);
}

fn refused(folder: &Path) -> SourceError {
    RestoreSource::open(folder).unwrap_err()
}

#[test]
fn the_database_that_the_settings_name_is_found_by_its_name() {
    for dbpath in [
        "/var/lib/isso/foo.example.db",
        "foo.example.db",
        "./foo.example.db",
        "$DATA/foo.example.db",
        "\"/var/lib/isso/foo.example.db\"",
    ] {
        let cfg = cfg(dbpath);
        for database in [
            "foo.example.db",
            "db/foo.example.db",
            "data/foo.example.db",
            "var/isso/foo.example.db",
        ] {
            check(&[("isso.cfg", &cfg), (database, "3")], Some("isso.cfg"), Some(database));
            // Others lie beside it.
            check(
                &[
                    ("isso.cfg", &cfg),
                    ("comments.db", "5"),
                    (database, "3"),
                    ("bar.example.db", "4"),
                ],
                Some("isso.cfg"),
                Some(database),
            );
        }
    }
    // The settings cannot even be read as such.
    let broken = format!("{}host = x\n[general]\n", cfg("/x/blog.sqlite3"));
    check(
        &[("isso.cfg", &broken), ("blog.sqlite3", "3"), ("b.db", "2")],
        Some("isso.cfg"),
        Some("blog.sqlite3"),
    );
}

#[test]
fn a_database_in_the_right_folder_is_taken_among_several_of_one_name() {
    check(
        &[
            ("isso.cfg", &cfg("/srv/isso/data/comments.db")),
            ("comments.db", "2"),
            ("data/comments.db", "3"),
            ("old/comments.db", "4"),
        ],
        Some("isso.cfg"),
        Some("data/comments.db"),
    );
}

#[test]
fn the_copy_of_a_whole_system_is_searched() {
    let cfg = &cfg("/var/lib/isso/comments.db");
    for settings in ["etc/isso.cfg", "etc/isso.d/enabled/site.cfg"] {
        check(
            &[(settings, cfg), ("var/lib/isso/comments.db", "3")],
            Some(settings),
            Some("var/lib/isso/comments.db"),
        );
    }
    // What is found near needs none from far away.
    check(
        &[
            ("isso.cfg", cfg),
            ("comments.db", "3"),
            ("old/2019/may/isso.cfg", "[general]\nhost = x\n"),
            ("old/2019/may/comments.db", "5"),
        ],
        Some("isso.cfg"),
        Some("comments.db"),
    );
}

#[test]
fn one_database_of_isso_needs_no_name() {
    let cfg = cfg("/db/comments.db");
    for name in ["blog.db", "isso.sqlite", "db/isso", "some/where/x.bak"] {
        check(
            &[
                ("isso.cfg", &cfg),
                (name, "3"),
                ("other.db", "0"),
                ("notes.txt", "nothing"),
            ],
            Some("isso.cfg"),
            Some(name),
        );
        check(&[(name, "3")], None, Some(name));
    }
}

#[test]
fn settings_that_name_no_database_leave_it_to_isso() {
    check(
        &[
            ("isso.cfg", "[general]\nhost = https://blog.example.org\n"),
            ("comments.db", "3"),
            ("comments.db.bak", "2"),
        ],
        Some("isso.cfg"),
        Some("comments.db"),
    );
}

#[test]
fn capital_letters_make_no_difference() {
    check(
        &[("ISSO.CFG", &cfg("C:/isso/x.db")), ("Comments.DB", "3")],
        Some("ISSO.CFG"),
        Some("Comments.DB"),
    );
}

#[test]
fn a_volume_among_other_things_is_found_with_its_choice_of_the_mail_server() {
    let folder = folder(&[
        ("main/config/isso.cfg", &cfg("/db/comments.db")),
        ("main/db/comments.db", "3"),
        ("main/start9/store.json", STORE),
        ("notes.txt", "x"),
    ]);
    let source = RestoreSource::open(folder.path()).unwrap();
    let store = folder.path().join("main/start9/store.json");
    assert_eq!(source.path_of("start9/store.json"), Some(&*store));
}

#[test]
fn a_choice_of_the_mail_server_that_cannot_be_read_is_left_behind() {
    let folder = folder(&[("config/isso.cfg", CFG), ("start9/store.json", "{")]);
    assert_eq!(RestoreSource::open(folder.path()).unwrap().files(), [SETTINGS]);
    put(&folder.path().join("start9/store.json"), STORE);
    let source = RestoreSource::open(folder.path()).unwrap();
    assert_eq!(source.files(), [SETTINGS, "start9/store.json"]);
}

#[test]
fn settings_are_found_under_any_usual_name() {
    let cfg = cfg("/db/comments.db");
    for name in [
        "isso.conf",
        "isso.ini",
        "user.cfg",
        "comments.cfg",
        "my-blog.cfg",
        "blog.example.org.ini",
        "etc/isso.cfg",
        "config/isso.conf",
        "etc/isso.d/blog.cfg",
    ] {
        check(
            &[
                (name, &cfg),
                ("comments.db", "3"),
                ("nginx.conf", "server { listen 80; }\n"),
                ("uwsgi.ini", "[uwsgi]\nhttp = :8080\nhost = x\n"),
                ("setup.cfg", "[metadata]\nname = isso\n"),
            ],
            Some(name),
            Some("comments.db"),
        );
    }
    // What the data folder of an issoctl has beside its own.
    check(
        &[
            ("config/isso.cfg", &cfg),
            ("config/isso.cfg.last-good", &cfg),
            ("config/old.cfg", &self::cfg("/x")),
            ("db/comments.db", "3"),
            ("backups/before-restore-20260101T000000Z/db/comments.db", "5"),
            ("before-restore-20260101T000000Z/config/isso.cfg", "[general]"),
        ],
        Some("config/isso.cfg"),
        Some("db/comments.db"),
    );
    // The settings were lost, and those that worked last were not.
    check(
        &[("config/isso.cfg", "\n"), ("config/isso.cfg.last-good", &cfg)],
        Some("config/isso.cfg.last-good"),
        None,
    );
}

#[test]
fn two_copies_of_the_same_settings_are_one() {
    let cfg = cfg("/db/comments.db");
    check(
        &[("isso.cfg", &cfg), ("isso.conf", &cfg), ("comments.db", "3")],
        Some("isso.cfg"),
        Some("comments.db"),
    );
    let folder = folder(&[("isso.cfg", &cfg), ("comments.db", "3")]);
    symlink("comments.db", folder.path().join("current.db")).unwrap();
    let source = RestoreSource::open(folder.path()).unwrap();
    assert_eq!(source.files(), [SETTINGS, DATABASE]);
}

#[test]
fn settings_whose_database_lies_elsewhere_say_so() {
    let folder = folder(&[("isso.cfg", &cfg("/var/lib/isso/foo.db"))]);
    let source = RestoreSource::open(folder.path()).unwrap();
    assert_eq!(source.files(), [SETTINGS]);
    let missing = source.missing_database();
    assert_eq!(missing, Some(Path::new("/var/lib/isso/foo.db")));
}

#[test]
fn a_person_chooses_among_several_candidates() {
    let (a, b) = (cfg("/x/a.db"), cfg("/x/b.db"));
    let folder = folder(&[("a.cfg", &a), ("b.cfg", &b), ("a.db", "2"), ("b.db", "3")]);
    let path = |name: &str| folder.path().join(name);
    let error = refused(folder.path());
    assert!(error.to_string().contains("b.cfg"), "{error}");
    let SourceError::Several { of, found } = error else {
        panic!("{error:?}");
    };
    assert_eq!((of, found), (SourceRole::Settings, vec![path("a.cfg"), path("b.cfg")]));
    let chosen = |settings: Option<&str>, database: Option<&str>| {
        let choice = Choice {
            settings: settings.map(PathBuf::from),
            database: database.map(PathBuf::from),
        };
        let source = RestoreSource::choose(folder.path(), &choice).unwrap();
        [SETTINGS, DATABASE].map(|it| source.path_of(it).map(Path::to_owned))
    };
    // The settings tell which database belongs to them; a name is one in the folder, if there is no such file here.
    let both = |a, b| [Some(path(a)), Some(path(b))];
    assert_eq!(chosen(Some("b.cfg"), None), both("b.cfg", "b.db"));
    assert_eq!(chosen(Some("b.cfg"), Some("a.db")), both("b.cfg", "a.db"));
    let full = path("a.cfg");
    assert_eq!(chosen(full.to_str(), None), both("a.cfg", "a.db"));

    fs::remove_file(path("a.cfg")).unwrap();
    fs::remove_file(path("b.cfg")).unwrap();
    let error = refused(folder.path());
    let SourceError::Several { of, found } = error else {
        panic!("{error:?}");
    };
    assert_eq!((of, found), (SourceRole::Database, vec![path("a.db"), path("b.db")]));
    assert_eq!(chosen(None, Some("b.db")), [None, Some(path("b.db"))]);
    let choice = Choice {
        database: Some("c.db".into()),
        ..Choice::default()
    };
    let error = RestoreSource::choose(folder.path(), &choice).unwrap_err();
    assert!(matches!(error, SourceError::Read(..)), "{error:?}");
}

#[test]
fn a_database_or_settings_alone_are_taken() {
    let folder = folder(&[("blog.sqlite", "3"), ("user.cfg", &cfg("/x/blog.sqlite"))]);
    let taken = |name: &str, choice: Choice| {
        let source = RestoreSource::choose(&folder.path().join(name), &choice).unwrap();
        source.files().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(taken("blog.sqlite", Choice::default()), [DATABASE]);
    assert_eq!(taken("user.cfg", Choice::default()), [SETTINGS]);
    let choice = Choice {
        settings: Some(folder.path().join("user.cfg")),
        database: None,
    };
    assert_eq!(taken("blog.sqlite", choice), [SETTINGS, DATABASE]);
}
