//! An Isso's volume, its database, and ways to compare them.

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use isso_backup::{Create, CreateError, Created, Progress};
use isso_cfg::Volume;
pub use isso_tests::quick_folder;
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::dice::Dice;

/// The settings of every site, unless a test wants others.
pub const CFG: &str = "# mine\n[general]\ndbpath = /db/comments.db\nhost : https://blog.example.org\n\tlocalhost\n\n\
    [admin]\nenabled = yes\npassword = hunter2\n";
pub const STORE: &str = "{\"smtp\":{\"selection\":\"disabled\",\"value\":{}}}\n";

/// As Isso 0.14 makes it (<https://github.com/isso-comments/isso/tree/0.14.0/isso/db>).
const SCHEMA: &str = "
    CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
    CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
    CREATE TABLE comments (
        tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL, modified FLOAT,
        mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR, email VARCHAR, website VARCHAR,
        likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL, notification INTEGER DEFAULT 0
    );
    CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN
        DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments);
    END;
    PRAGMA user_version = 5;
    INSERT INTO preferences VALUES ('session-key', '0123456789abcdef');";

/// A volume of its own.
pub struct Site {
    folder: TempDir,
    pub volume: Volume,
}

impl Site {
    /// Settings, and no database yet.
    pub fn without_database() -> Site {
        Site::in_folder(quick_folder())
    }

    /// The same on a disk, which slows a program that writes without a pause.
    pub fn on_disk() -> Site {
        Site::in_folder(tempfile::tempdir().unwrap())
    }

    fn in_folder(folder: TempDir) -> Site {
        let volume = Volume::new(folder.path(), "/db/comments.db");
        volume.prepare().unwrap();
        let site = Site { folder, volume };
        site.put("config/isso.cfg", CFG);
        site.put("start9/store.json", STORE);
        site
    }

    /// With so many comments of a few hundred bytes.
    pub fn with_comments(count: usize) -> Site {
        let site = Site::without_database();
        make_database(&site.database(), count, 0);
        site
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    pub fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        put(&self.path(name), bytes);
    }

    pub fn database(&self) -> PathBuf {
        self.volume.db_path()
    }

    /// Where its backups go, if a test does not say otherwise.
    pub fn backups(&self) -> PathBuf {
        self.path("backups")
    }

    pub fn create(&self, progress: &dyn Progress) -> Result<Created, CreateError> {
        self.create_in(&self.backups(), progress)
    }

    pub fn create_in(&self, to: &Path, progress: &dyn Progress) -> Result<Created, CreateError> {
        let create = Create {
            volume: &self.volume,
            to,
            isso: Some("0.14.0".to_owned()),
            idle: false,
        };
        create.run(progress)
    }

    /// The files that a backup is to hold.
    pub fn members(&self) -> Tree {
        let mut members = tree(self.root());
        members.retain(|name, _| MEMBERS.contains(&name.to_str().unwrap()));
        members
    }
}

/// What a backup holds, in this order.
pub const MEMBERS: [&str; 3] = ["config/isso.cfg", "start9/store.json", "db/comments.db"];

/// Writes a file as a person would.
pub fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = File::create(path).unwrap();
    file.set_permissions(Permissions::from_mode(0o600)).unwrap();
    file.write_all(bytes.as_ref()).unwrap();
}

/// Makes a database with so many comments, each with so many bytes that nothing compresses.
pub fn make_database(path: &Path, count: usize, ballast: usize) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut dice = Dice(count as u64);
    let mut connection = Connection::open(path).unwrap();
    // There is nothing yet that could be lost.
    let quick = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY";
    connection.execute_batch(quick).unwrap();
    let transaction = connection.transaction().unwrap();
    transaction.execute_batch(SCHEMA).unwrap();
    for n in 0..i64::try_from(count).unwrap() {
        let thread = n % 20 + 1;
        let uri = format!("/post/{thread}/");
        let insert = "INSERT OR IGNORE INTO threads VALUES (?, ?, 'A post')";
        transaction.execute(insert, params![thread, uri]).unwrap();
        let insert = "INSERT INTO comments (tid, created, mode, remote_addr, text, author, voters)
             VALUES (?, ?, 1, '192.0.2.0', ?, 'Somebody', ?)";
        let text = format!("Comment {n}: {:x}", dice.roll());
        let voters = [vec![0; 256], dice.bytes(ballast)].concat();
        let created = 1_700_000_000.5 + n as f64;
        let row = params![thread, created, text, voters];
        transaction.execute(insert, row).unwrap();
    }
    transaction.commit().unwrap();
}

/// All rows of a database, which has to be sound. Reads a copy, for SQLite may leave files beside a database.
pub fn content(database: &Path) -> Vec<String> {
    with_copy(database, |connection| {
        let mut found = Vec::new();
        for table in ["sqlite_master", "preferences", "threads", "comments"] {
            let all = format!("SELECT * FROM {table} ORDER BY rowid");
            let mut statement = connection.prepare(&all).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let values = (0..columns).map(|n| row.get::<_, Value>(n).unwrap());
                found.push(format!("{table} {:?}", values.collect::<Vec<_>>()));
            }
        }
        found
    })
}

/// The texts of all comments in a database, which has to be sound.
pub fn texts(database: &Path) -> Vec<String> {
    with_copy(database, |connection| {
        let mut statement = connection.prepare("SELECT text FROM comments").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    })
}

/// Uses a copy of a sound database.
pub fn with_copy<T>(database: &Path, work: impl FnOnce(&Connection) -> T) -> T {
    let folder = quick_folder();
    let copy = folder.path().join("copy.db");
    fs::copy(database, &copy).unwrap();
    for suffix in ["-journal", "-wal"] {
        let beside = |path: &Path| PathBuf::from(format!("{}{suffix}", path.display()));
        match fs::copy(beside(database), beside(&copy)) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            copied => drop(copied.unwrap()),
        }
    }
    let connection = Connection::open(&copy).unwrap();
    let row = |row: &rusqlite::Row| row.get::<_, String>(0);
    let found = connection.query_row("PRAGMA integrity_check", [], row);
    assert_eq!(found.unwrap(), "ok");
    work(&connection)
}

/// Files by their path below a folder.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// All files below a folder; folders only as a part of their paths. Without the lock, which each writer makes if it is
/// missing.
pub fn tree(folder: &Path) -> Tree {
    fn add(root: &Path, folder: &Path, found: &mut Tree) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(root, &path, found);
            } else if !path.ends_with(".lock") {
                let name = path.strip_prefix(root).unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = Tree::new();
    add(folder, folder, &mut found);
    found
}

/// The names in a folder, sorted; none if it is not there.
pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}
