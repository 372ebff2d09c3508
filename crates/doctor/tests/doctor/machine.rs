//! The checks of the database, of mail and of the machine.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use isso_actions::Language;
use isso_cfg::{Contents, Document, Store};
use isso_doctor::Status::{Fail, Pass, Skip, Unknown, Warn};
use isso_doctor::{Finding, Looks, Options, Patient, Status, examine};
use rusqlite::Connection;

const CHECKS: [&str; 12] = [
    "database",
    "database-writable",
    "hidden-comments",
    "thread-duplicates",
    "purge",
    "smtp",
    "mail-from",
    "feed-base",
    "disk",
    "clock",
    "backup-age",
    "file-limit",
];

const MODERATED: &str = "[moderation]\nenabled = true\npurge-after = 30d\n";

/// As Isso 0.14 makes it, with a comment on `/a`.
const SCHEMA: &str = "
    CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
    CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
    CREATE TABLE comments (
        tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
        modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR,
        email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
        voters BLOB NOT NULL, notification INTEGER DEFAULT 0);
    PRAGMA user_version = 5;
    PRAGMA foreign_keys = OFF;
    INSERT INTO threads VALUES (1, '/a', 'A');
    INSERT INTO comments (tid, id, created, mode, remote_addr, text, voters)
        VALUES (1, 1, 1700000000.5, 1, '192.0.2.0', 'text', '');";

/// What the checks find of an Isso with this `isso.cfg` and database.
async fn found(cfg: &str, database: &Path, language: Language) -> BTreeMap<String, Vec<Finding>> {
    let patient = Patient {
        contents: Contents {
            cfg: Document::parse(format!("[general]\nhost = localhost\n{cfg}")).unwrap(),
            store: Store::default(),
        },
        database: database.to_owned(),
        backups: database.parent().map(Path::to_owned),
        listen: None,
        isso_version: "0.14.0".into(),
    };
    let options = Options {
        language,
        address: None,
        sites: Vec::new(),
        pages: Vec::new(),
        only: CHECKS.map(str::to_owned).to_vec(),
        resolve: Vec::new(),
        authorities: Vec::new(),
        limit: Duration::from_secs(20),
    };
    let report = examine(&Looks::new(patient, options).unwrap(), |_| {}).await;
    let mut found: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for finding in report.checks {
        found.entry(finding.id.clone()).or_default().push(finding);
    }
    assert_eq!(found.len(), CHECKS.len(), "each check says something");
    found
}

fn database(sql: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("comments.db");
    let connection = Connection::open(&database).unwrap();
    connection.execute_batch(&format!("{SCHEMA}{sql}")).unwrap();
    (folder, database)
}

#[tokio::test]
async fn a_healthy_isso_passes() {
    let (_folder, database) = database("");
    let found = found(MODERATED, &database, Language::English).await;
    for (id, expected) in [
        ("database", Pass),
        ("database-writable", Pass),
        ("hidden-comments", Pass),
        ("thread-duplicates", Pass),
        ("purge", Pass),
        ("smtp", Skip),
        ("mail-from", Skip),
        ("feed-base", Skip),
        ("clock", Unknown),
        ("backup-age", Warn),
    ] {
        assert_eq!(found[id][0].status, expected, "{:?}", found[id]);
    }
}

#[tokio::test]
async fn an_isso_that_was_never_started_has_nothing_to_look_at() {
    let folder = tempfile::tempdir().unwrap();
    let found = found(MODERATED, &folder.path().join("comments.db"), Language::English).await;
    for id in ["database", "hidden-comments", "thread-duplicates", "purge"] {
        assert_eq!(found[id][0].status, Skip, "{:?}", found[id]);
    }
    assert_eq!(found["database-writable"][0].status, Pass);
}

#[tokio::test]
async fn rows_that_break_something_are_found_in_every_language() {
    let (_folder, database) = database(
        "INSERT INTO threads VALUES (2, '/a/', 'A'), (3, '/b', 'B');
         INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, voters) VALUES
            (NULL, 2, NULL, 1700000000, 1, '192.0.2.0', 'text', ''),
            (1, 3, NULL, 1700000000, NULL, '192.0.2.0', 'text', ''),
            (1, 4, NULL, 'yesterday', 1, '192.0.2.0', 'text', ''),
            (1, 5, NULL, 0, 1, '192.0.2.0', 'text', ''),
            (1, 6, NULL, 99999999999, 1, '192.0.2.0', 'text', ''),
            (1, 7, 99, 1700000000, 1, '192.0.2.0', 'text', ''),
            (2, 8, 1, 1700000000, 1, '192.0.2.0', 'text', ''),
            (1, 9, 1, 1700000000, 1, '192.0.2.0', 'text', ''),
            (1, 10, 9, 1700000000, 1, '192.0.2.0', 'text', ''),
            (1, 11, NULL, 1700000000, 1, NULL, 'text', ''),
            (1, 12, NULL, 1700000000, 2, '192.0.2.0', 'waits', '')",
    );
    for language in Language::ALL {
        let found = found(MODERATED, &database, language).await;
        let hidden = &found["hidden-comments"];
        let statuses: Vec<Status> = hidden.iter().map(|it| it.status).collect();
        assert_eq!(statuses, [&[Warn; 8][..], &[Fail]].concat(), "{hidden:#?}");
        let causes: std::collections::BTreeSet<_> = hidden.iter().map(|it| &it.cause).collect();
        assert_eq!(causes.len(), 9);
        assert_eq!(found["purge"][0].status, Warn);
        assert!(found["thread-duplicates"][0].cause.contains("/a, /a/"));
        for finding in found.values().flatten().filter(|it| matches!(it.status, Warn | Fail)) {
            assert!(finding.fix.is_some(), "{finding:?}");
            assert!(
                !finding.cause.contains("%{") && !finding.cause.contains("hidden-comments"),
                "{finding:?}"
            );
        }
    }
    let found = found("", &database, Language::English).await;
    assert_eq!(
        found["purge"][0].status, Skip,
        "without moderation Isso deletes nothing"
    );
}

#[tokio::test]
async fn a_database_that_is_damaged_or_gone_fails() {
    let (folder, database) = database("CREATE TRIGGER x AFTER INSERT ON comments BEGIN SELECT 1; END;");
    let status = async |language| {
        found("", &database, language)
            .await
            .remove("database")
            .unwrap()
            .remove(0)
    };
    let altered = status(Language::English).await;
    assert_eq!(altered.status, Fail);
    assert!(altered.cause.contains("trigger"), "{altered:?}");
    let file = std::fs::File::options().write(true).open(&database).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, b"not a database", 0).unwrap();
    let damaged = status(Language::English).await;
    assert_eq!(damaged.status, Fail);
    assert!(damaged.cause.contains("damaged"), "{damaged:?}");
    isso_database::remember(&database).unwrap();
    std::fs::remove_file(&database).unwrap();
    let gone = status(Language::English).await;
    assert_eq!(gone.status, Fail, "{gone:?}");
    drop(folder);
}

/// A database that another program has locked is not called broken.
#[tokio::test]
async fn a_locked_database_is_unknown() {
    let (_folder, database) = database("");
    let writer = Connection::open(&database).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let found = found(MODERATED, &database, Language::English).await;
    for id in ["database", "hidden-comments", "thread-duplicates", "purge"] {
        assert_eq!(found[id][0].status, Unknown, "{:?}", found[id]);
    }
}

#[tokio::test]
async fn a_mail_server_that_is_not_there_is_a_warning() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cfg = format!(
        "notify = smtp\n[smtp]\nhost = 127.0.0.1\nport = {port}\nsecurity = none\nusername = me\npassword = hunter2\n\
         from = me@blog.eu\nto = me@blog.eu\n"
    );
    let (_folder, database) = database("");
    let found = found(&cfg, &database, Language::English).await;
    let smtp = &found["smtp"][0];
    assert_eq!(smtp.status, Warn);
    assert!(
        smtp.cause.contains("Failed step: connection to the mail server"),
        "{smtp:?}"
    );
    assert!(!format!("{smtp:?}").contains("hunter2"));
    assert_eq!(found["mail-from"][0].status, Pass);
}
