//! Isso goes on writing while a backup is made. It is not disturbed, and the backup holds what it has committed.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use isso_backup::{BackupStep, CreateError, Created, Progress, RestoreSource, SnapshotError, restore_into};
use isso_tests::spin_until;
use rusqlite::Connection;

use crate::python::Python;
use crate::site::{Site, make_database, names, quick_folder, texts, with_copy};

/// About 10 MB.
const COMMENTS: usize = 2500;
const BALLAST: usize = 3500;

/// Makes backups beside a process that commits as fast as it can.
fn check(mode: &str, rounds: usize) {
    let site = Site::on_disk();
    make_database(&site.database(), COMMENTS, BALLAST);
    let connection = Connection::open(site.database()).unwrap();
    let set = format!("PRAGMA journal_mode = {mode}");
    connection.query_row(&set, [], |_| Ok(())).unwrap();
    drop(connection);
    let writer = Python::start("write", &site.database());
    let scratch = quick_folder();
    let mut least = 1;
    for round in 0..rounds {
        // It goes on writing between two backups.
        let committed = writer.said(least);
        let created = create(&site);
        least = writer.said(0).len() + 1;
        assert!(least > committed.len() + 1, "nothing was written meanwhile");
        let folder = scratch.path().join(round.to_string());
        let source = RestoreSource::open(&created.path).unwrap();
        let restored = restore_into(&source, &folder, &()).unwrap();
        assert_eq!(restored.database, created.manifest.database);
        assert_eq!(names(&folder.join("db")), ["comments.db"]);
        let database = folder.join("db/comments.db");
        let there: HashSet<String> = texts(&database).into_iter().collect();
        let missing = committed.iter().find(|it| !there.contains(*it));
        assert_eq!(missing, None, "it was committed before");
        assert_eq!(there.len() as u64, restored.database.unwrap().comments);
        assert!(with_copy(&database, is_of_one_moment), "round {round}");
        fs::remove_dir_all(folder).unwrap();
    }
    writer.end();
}

/// Makes a backup. On a busy machine one may be given up, so that Isso can write, and then it leaves nothing.
fn create(site: &Site) -> Created {
    let before = names(&site.backups());
    let end = Instant::now() + Duration::from_secs(300);
    loop {
        match site.create(&()) {
            Ok(created) => return created,
            Err(CreateError::Snapshot(SnapshotError::TooLarge(path))) => {
                assert_eq!(path, site.database());
                assert_eq!(names(&site.backups()), before);
                assert!(Instant::now() < end, "each was given up");
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// Whether two comments that change together, far apart in the file, are as they were at one moment.
fn is_of_one_moment(connection: &Connection) -> bool {
    let two = format!("SELECT count(*), count(DISTINCT likes) FROM comments WHERE id IN (1, {COMMENTS})");
    let counts = connection.query_row(&two, [], |row| Ok((row.get(0)?, row.get(1)?)));
    counts.unwrap() == (2, 1)
}

#[test]
fn a_backup_under_writers_has_all_that_was_committed() {
    check("DELETE", 5);
}

#[test]
fn a_backup_under_writers_has_all_that_a_write_ahead_log_has() {
    check("WAL", 3);
}

/// Has a comment come while the database is compared with its copy, and goes on once the comment waits for the
/// comparison.
struct Comes<'a> {
    database: &'a Path,
    writer: Mutex<Option<Python>>,
}

impl Progress for Comes<'_> {
    fn begin(&self, _: BackupStep, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        let mut writer = self.writer.lock().unwrap();
        if writer.is_none() && has_lock(self.database, "READ") {
            *writer = Some(Python::start("write", self.database));
            // It wants to commit, and may not.
            spin_until("no comment waits", || {
                has_lock(self.database, "WRITE") && has_lock(self.database, " 1073741824 ")
            });
        }
        false
    }
}

/// Whether a line of the kernel's table of locks says this of a file.
fn has_lock(database: &Path, what: &str) -> bool {
    let inode = format!(":{} ", fs::metadata(database).unwrap().ino());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    let mut locks = locks.lines().filter(|it| it.contains(&inode));
    locks.any(|it| it.contains(what))
}

#[test]
fn a_comment_does_not_wait_until_the_copy_is_compared() {
    let site = Site::with_comments(100);
    let comes = Comes {
        database: &site.database(),
        writer: Mutex::default(),
    };
    let created = site.create(&comes).unwrap();
    let writer = comes.writer.into_inner().unwrap().unwrap();
    let first = writer.said(1).swap_remove(0);
    writer.end();
    let folder = site.path("restored");
    restore_into(&RestoreSource::open(&created.path).unwrap(), &folder, &()).unwrap();
    assert!(texts(&folder.join("db/comments.db")).contains(&first));
}
