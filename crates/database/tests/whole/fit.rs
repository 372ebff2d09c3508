//! Which schemas Isso can have, with the word of Isso's own code for those that pass.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use isso_database::{
    Access, Depth, SchemaProblem, find_damage, has_super_journal, open, open_immutable, schema_problem,
};
use tempfile::TempDir;

use crate::{execute, overwrite, used};

/// Makes another schema of Isso's.
fn altered(sql: &str) -> (TempDir, PathBuf) {
    let (folder, database) = used(3);
    execute(&database, sql);
    (folder, database)
}

/// A table of comments made by other words.
fn comments(from: &str, to: &str) -> String {
    let old = crate::SCHEMA;
    let start = old.find("CREATE TABLE comments").unwrap();
    let end = start + old[start..].find(';').unwrap() + 1;
    let table = &old[start..end];
    assert!(table.contains(from), "{from}");
    let table = table.replacen(from, to, 1);
    format!("DROP TABLE comments; {table}")
}

fn threads(columns: &str) -> String {
    format!("DROP TABLE threads; CREATE TABLE threads ({columns}); INSERT INTO threads (id, uri) VALUES (1, '/')")
}

fn check(database: &Path) -> Option<SchemaProblem> {
    schema_problem(&open_immutable(database).unwrap()).unwrap()
}

/// What the Isso of older versions left, and what people do to make it faster or to know more.
fn fit() -> Vec<String> {
    let old =
        "DROP TABLE preferences; ALTER TABLE comments DROP COLUMN notification; DROP TRIGGER remove_stale_threads;";
    let nullable = comments("text VARCHAR NOT NULL", "text VARCHAR");
    let mut fit: Vec<String> = (0..=3)
        .map(|version| format!("{old} PRAGMA user_version = {version}"))
        .collect();
    // The migration to version 4 finds the column there.
    fit.push("PRAGMA user_version = 3".to_owned());
    fit.push(format!("{nullable}; PRAGMA user_version = 4"));
    // As the migration to version 5 leaves it.
    fit.push("ALTER TABLE comments RENAME TO x; ALTER TABLE x RENAME TO \"comments\"".to_owned());
    fit.push("PRAGMA user_version = 6".to_owned());
    for more in [
        "",
        "ANALYZE",
        "VACUUM",
        "PRAGMA journal_mode = WAL; PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = FULL; VACUUM",
        "CREATE INDEX faster ON comments (tid, mode, created DESC)",
        "CREATE INDEX quicker ON threads (title)",
        "CREATE INDEX pending ON comments (created) WHERE mode = 2 AND parent IS NOT NULL",
        "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
        "CREATE TABLE lengths (virtual, n GENERATED ALWAYS AS (length(virtual)) VIRTUAL)",
        "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, note CHECK (length(note) > 3))",
        "CREATE VIEW recent AS SELECT * FROM comments ORDER BY id DESC LIMIT 10",
        "CREATE VIEW broken AS SELECT * FROM nowhere",
        "ALTER TABLE comments ADD COLUMN mine TEXT",
        "ALTER TABLE comments ADD COLUMN mine TEXT NOT NULL DEFAULT 'x'",
        "ALTER TABLE preferences ADD COLUMN mine",
        "ALTER TABLE preferences ADD COLUMN mine NOT NULL DEFAULT -1.5",
        "DROP TRIGGER remove_stale_threads; create trigger \"remove_stale_threads\" after delete\non comments begin\n\
         delete from threads where id not in (select tid from comments); end;",
    ] {
        fit.push(more.to_owned());
    }
    for default in [
        "NOT NULL DEFAULT CURRENT_TIMESTAMP",
        "NOT NULL DEFAULT (datetime('now', 'localtime'))",
        "NOT NULL DEFAULT (strftime('%s', 'now'))",
        "DEFAULT NULL",
        "DEFAULT x'00'",
    ] {
        fit.push(comments("DEFAULT 0)", &format!("DEFAULT 0, made {default})")));
    }
    fit.push(comments(
        "id INTEGER PRIMARY KEY",
        "[id] integer primary key autoincrement",
    ));
    fit.push(comments("created FLOAT NOT NULL", "created REAL"));
    fit.push(comments(
        "remote_addr VARCHAR",
        "remote_addr TEXT DEFAULT 'check it without strict' /* check */",
    ));
    fit.push(threads("id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, title TEXT"));
    fit.push(threads("id INTEGER PRIMARY KEY, uri, title"));
    fit
}

#[test]
fn a_schema_passes_with_which_isso_works() {
    let python =
        env::var("ISSO_TEST_PYTHON").expect("ISSO_TEST_PYTHON names a Python with Isso; `make test` makes one");
    let fit = fit();
    let made: Vec<_> = fit.iter().map(|sql| altered(sql)).collect();
    for (sql, (_, database)) in fit.iter().zip(&made) {
        assert_eq!(check(database), None, "{sql}");
    }
    let mut isso = Command::new(python);
    isso.args(["-c", include_str!("fit.py")]);
    let isso = isso.args(made.iter().map(|(_, database)| database));
    let said = String::from_utf8(isso.output().unwrap().stdout).unwrap();
    assert_eq!(said.lines().count(), fit.len(), "{said}");
    for (sql, said) in fit.iter().zip(said.lines()) {
        assert_eq!(said, "works", "{sql}");
    }
    // What Isso has made of it passes, too.
    for (sql, (_, database)) in fit.iter().zip(&made) {
        assert_eq!(check(database), None, "{sql}");
    }
}

#[test]
fn a_schema_that_would_take_isso_down_or_do_more_does_not_pass() {
    let check = |sql: &str, word: &str| {
        let (_folder, database) = altered(sql);
        match check(&database) {
            Some(SchemaProblem::Altered(why)) => assert!(why.contains(word), "{sql}: {why}"),
            other => panic!("{sql}: {other:?}"),
        }
    };
    let trigger = "CREATE TRIGGER mine AFTER INSERT ON comments BEGIN";
    check(&format!("{trigger} DELETE FROM threads; END"), "`mine`");
    check(&format!("{trigger} SELECT 1; END"), "DROP TRIGGER");
    check(
        "DROP TRIGGER remove_stale_threads; CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments \
         BEGIN DELETE FROM comments; END",
        "`remove_stale_threads`",
    );
    // A text is in no list of threads, so every one of them would be deleted with a comment.
    check(
        "DROP TRIGGER remove_stale_threads; CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments \
         BEGIN DELETE FROM threads WHERE 'id' NOT IN (SELECT tid FROM comments); END",
        "`remove_stale_threads`",
    );
    check(
        "CREATE VIEW v AS SELECT 1 AS a; CREATE TRIGGER w INSTEAD OF INSERT ON v BEGIN SELECT 1; END",
        "`w`",
    );
    let as_view = "ALTER TABLE comments RENAME TO kept; CREATE VIEW comments AS SELECT * FROM kept; DROP TABLE kept";
    check(as_view, "Isso's names");
    check(
        "DROP TABLE preferences; CREATE VIEW preferences AS SELECT 'session-key' AS key, 'x' AS value",
        "is a view",
    );
    check(
        "DROP TABLE preferences; CREATE VIRTUAL TABLE preferences USING fts5(key, value)",
        "virtual table",
    );
    check("CREATE VIRTUAL TABLE search USING fts5(text)", "virtual table");
    check("CREATE TABLE comments_new (x); PRAGMA user_version = 4", "comments_new");
    for (from, to, word) in [
        ("id INTEGER PRIMARY KEY", "id INT PRIMARY KEY", "`id`"),
        ("id INTEGER PRIMARY KEY", "id INTEGER", "`id`"),
        ("created FLOAT", "created VARCHAR", "`created`"),
        ("text VARCHAR", "text INTEGER", "`text`"),
        ("likes INTEGER DEFAULT 0", "likes INTEGER", "`likes`"),
        ("dislikes INTEGER DEFAULT 0", "dislikes INTEGER DEFAULT 1", "`dislikes`"),
        ("author VARCHAR", "author VARCHAR NOT NULL", "`author`"),
        (
            "author VARCHAR,\n        email VARCHAR",
            "email VARCHAR, author VARCHAR",
            "`author`",
        ),
        ("notification INTEGER DEFAULT 0", "note INTEGER", "`notification`"),
        (", notification INTEGER DEFAULT 0", "", "`notification`"),
        ("DEFAULT 0)", "DEFAULT 0, mine TEXT NOT NULL)", "`mine`"),
        ("DEFAULT 0)", "DEFAULT 0, mine AS (length(text)))", "`mine`"),
        ("DEFAULT 0)", "DEFAULT 0, mine NOT NULL DEFAULT NULL)", "`mine`"),
        (
            "DEFAULT 0)",
            "DEFAULT 0, mine DEFAULT (abs(-9223372036854775808)))",
            "`mine`",
        ),
        (
            "DEFAULT 0)",
            "DEFAULT 0, mine DEFAULT (\"abs\" (-9223372036854775808)))",
            "`mine`",
        ),
        ("DEFAULT 0)", "DEFAULT 0, mine DEFAULT (-true(1)))", "`mine`"),
        ("DEFAULT 0)", "DEFAULT 0, mine NOT NULL DEFAULT (date('x')))", "`mine`"),
        ("DEFAULT 0)", "DEFAULT 0, mine NOT NULL DEFAULT (date('%s')))", "`mine`"),
        ("remote_addr VARCHAR", "remote_addr VARCHAR AS (text)", "`remote_addr`"),
        ("mode INTEGER", "mode INTEGER CHECK (mode < 3)", "CHECK"),
        ("author VARCHAR", "author VARCHAR COLLATE NOCASE", "COLLATE"),
        ("author VARCHAR", "author VARCHAR UNIQUE", "index"),
        (
            "DEFAULT 0)",
            "DEFAULT 0, UNIQUE (tid, text) ON CONFLICT REPLACE)",
            "CONFLICT",
        ),
        ("DEFAULT 0)", "DEFAULT 0) WITHOUT ROWID", "WITHOUT"),
        // To SQLite this character is a blank where a word begins.
        ("author VARCHAR", "author VARCHAR \u{feff}CHECK (author > '')", "CHECK"),
        ("DEFAULT 0)", "DEFAULT 0) \u{feff}WITHOUT ROWID", "WITHOUT"),
    ] {
        check(&comments(from, to), word);
    }
    check(&threads("id INTEGER PRIMARY KEY, title, uri"), "`uri`");
    check(&threads("id INTEGER PRIMARY KEY, uri, title, more"), "`more`");
    check(&threads("id INTEGER PRIMARY KEY, uri, title UNIQUE"), "index");
    check("CREATE UNIQUE INDEX once ON comments (text)", "`once`");
    check("CREATE INDEX lower ON comments (lower(text))", "`lower`");
    check("CREATE INDEX few ON comments (mode) WHERE length(text) > 3", "`few`");
    check("CREATE INDEX alike ON comments (mode) WHERE text LIKE 'x'", "`alike`");
    check(
        "CREATE INDEX marked ON comments (mode) WHERE text \u{feff}LIKE 'x'",
        "`marked`",
    );
    check(
        "DROP TABLE preferences; CREATE VIRTUAL TABLE preferences USING fts5(key, value); PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = replace(sql, 'VIRTUAL', char(11, 65279) || 'VIRTUAL')",
        "virtual table",
    );
    let older = "ALTER TABLE comments DROP COLUMN notification; PRAGMA user_version =";
    check(&format!("{older} -1"), "`notification`");
}

/// Isso's entries in the schema under kinds and names that SQLite takes for the same, and a comparison of bytes does
/// not.
#[test]
fn an_entry_of_the_schema_that_sqlite_did_not_write_does_not_pass() {
    let made = "CREATE TRIGGER mine AFTER INSERT ON comments BEGIN DELETE FROM threads; END;
         CREATE UNIQUE INDEX once ON comments (text);
         DROP TABLE preferences; CREATE VIEW preferences AS SELECT 'session-key' AS key, 'x' AS value;";
    for [kind, entry] in [
        ["type = 'TRIGGER'", "mine"],
        ["type = 'trigger' || char(0)", "mine"],
        ["type = 'Index'", "once"],
        ["tbl_name = 'comments' || char(0, 120)", "once"],
        ["type = 'VIEW'", "preferences"],
        ["name = 'preferences' || char(0, 120)", "preferences"],
    ] {
        // What is left is changed so that it passes.
        let others = ["mine", "once", "preferences"].map(|other| match other {
            other if other == entry => String::new(),
            "mine" => "DROP TRIGGER mine;".to_owned(),
            "once" => "DROP INDEX once;".to_owned(),
            _ => "DROP VIEW preferences;".to_owned(),
        });
        let (_folder, database) = altered(&format!(
            "{made} {} PRAGMA writable_schema = ON; UPDATE sqlite_schema SET {kind} WHERE name = '{entry}'",
            others.concat()
        ));
        match check(&database) {
            Some(SchemaProblem::Altered(why)) => assert!(why.contains(entry), "{kind}: {why}"),
            other => panic!("{kind}: {other:?}"),
        }
    }
}

/// Nothing in a schema is carried out while it is examined: an expression that would take for ever, or write, is not
/// begun.
#[test]
fn a_hostile_schema_does_nothing_while_it_is_examined() {
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT";
    let (folder, database) = altered(&format!(
        "CREATE TABLE other (x CHECK (length(hex(zeroblob(400000000))) > 0));
         PRAGMA ignore_check_constraints = ON; INSERT INTO other VALUES (1);
         CREATE VIEW endless AS {endless} count(*) AS n FROM n;
         CREATE TRIGGER writes AFTER DELETE ON comments BEGIN INSERT INTO other {endless} i FROM n; END;"
    ));
    let file = std::fs::read(&database).unwrap();
    for access in [Access::Read, Access::Recover] {
        let connection = open(&database, access).unwrap();
        assert!(matches!(
            schema_problem(&connection),
            Ok(Some(SchemaProblem::Altered(_)))
        ));
        assert_eq!(find_damage(&connection, Depth::Indexes), Ok(None));
        for forbidden in [
            "SELECT * FROM endless",
            "DELETE FROM comments",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''",
            "ATTACH 'elsewhere.db' AS elsewhere",
            "SELECT hex(zeroblob(400000000))",
        ] {
            assert!(connection.execute_batch(forbidden).is_err(), "{forbidden}");
        }
    }
    assert_eq!(std::fs::read(&database).unwrap(), file);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

/// A journal that names a file, which SQLite would delete.
#[test]
fn a_journal_of_several_databases_is_noticed() {
    let (_folder, database) = used(0);
    let journal = database.with_file_name("comments.db-journal");
    assert!(!has_super_journal(&database).unwrap());
    let magic = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    overwrite(
        &journal,
        [&magic[..], &[0; 600], b"/home/me/precious\0\0\0\x11\0\0\0\x11"].concat(),
    );
    assert!(!has_super_journal(&database).unwrap(), "it only begins so");
    overwrite(&journal, [&magic[..], &[0; 600], &magic].concat());
    assert!(has_super_journal(&database).unwrap());
    overwrite(&journal, magic);
    assert!(!has_super_journal(&database).unwrap());
}
