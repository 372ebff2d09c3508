//! A consistent copy of a database that Isso goes on writing to.
//!
//! With SQLite's rollback journal, which Isso uses, a reader keeps writers from committing, so a copy
//! made by SQLite stops every comment for as long as it takes. Here the file is copied first, while it
//! changes, and then compared and patched while SQLite's SHARED lock is held: under that lock nothing is
//! written to the file (<https://www.sqlite.org/lockingv3.html>). To compare is to hash the file where the
//! kernel has it in memory: some 70 ms for each GiB, or half of that on two processors.
//!
//! A process that wants to commit takes SQLite's PENDING lock. The comparison then ends, Isso commits, and the
//! comparison begins anew, up to [`TURNS`] times. The next one makes Isso wait, for [`PATIENCE`] at most.
//!
//! In WAL mode readers stop nobody, so there SQLite makes the copy, of one read transaction.
//!
//! Closing any descriptor of a database drops the locks that this *process* holds on it
//! (<https://www.sqlite.org/howtocorrupt.html>, "Posix advisory locks canceled"). So no other thread may
//! use the database through SQLite while a snapshot is taken.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use isso_database::{Access, open};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use crate::database_copy::{DatabaseCopy, PassEnd, PassLimits};
use crate::low_priority::at_low_priority;
use crate::progress::{BackupStep, Cancelled, Progress, Quiet, check_cancelled};
use crate::throttle::{STEP, write_all_out};

/// How long writers may be kept waiting. Isso gives up after 5 s, and so does the person who comments.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often Isso is let through before it has to wait. On an ordinary website the first turn is not disturbed.
const TURNS: usize = 10;
/// The byte that a process locks while it waits to commit (`PENDING_BYTE` in SQLite's `os.h`).
const PENDING: i64 = 0x4000_0000;
/// How long others may keep the lock to themselves.
const BUSY: Duration = Duration::from_secs(30);
/// How long SQLite waits for them before it is asked whether to go on.
const POLL: Duration = Duration::from_millis(200);

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The database is there and cannot be read.
    #[error("the database {0} cannot be read")]
    Database(PathBuf, #[source] rusqlite::Error),
    /// Another program has it for itself.
    #[error(
        "the database {0} was locked by another program for {BUSY} s; end that program and try again",
        BUSY = BUSY.as_secs()
    )]
    Locked(PathBuf),
    /// To compare it would take too long.
    #[error(
        "the database {0} is too large for this disk: Isso could not write for longer than {PATIENCE} s; \
         stop Isso for the backup, or have SQLite use a write-ahead log (`PRAGMA journal_mode = WAL`)",
        PATIENCE = PATIENCE.as_secs()
    )]
    TooLarge(PathBuf),
    /// The file cannot be read.
    #[error("cannot read {0}")]
    Read(PathBuf, #[source] io::Error),
    /// The copy cannot be written.
    #[error("cannot write {0}")]
    Write(PathBuf, #[source] io::Error),
    /// Nobody wants it any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Copies a database to a new file. `idle`: no Isso runs, so the comparison may take as long as it needs.
pub(crate) fn snapshot(database: &Path, to: &Path, idle: bool, progress: &dyn Progress) -> Result<(), SnapshotError> {
    let failed = |source: rusqlite::Error| match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => SnapshotError::Locked(database.to_owned()),
        _ => SnapshotError::Database(database.to_owned(), source),
    };
    // Opened before SQLite takes a lock, and closed after it has given it back.
    let source = open_file(database).map_err(|error| SnapshotError::Read(database.to_owned(), error))?;
    // Not read-only: what a killed writer has left is rolled back, as Isso would do.
    let connection = open(database, Access::Recover).map_err(failed)?;
    connection.busy_timeout(POLL).map_err(failed)?;
    if retry_while_locked(|| has_wal(&connection), progress, &failed)? {
        return copy_through_sqlite(&connection, to, progress, &failed);
    }

    let copy = File::create_new(to).map_err(|error| SnapshotError::Write(to.to_owned(), error))?;
    let mut copying = DatabaseCopy::new((&source, database), (&copy, to));
    let map = at_low_priority(|| {
        progress.begin(BackupStep::Copy, copying.length()?);
        copying.update(progress)?;
        // What changed meanwhile is copied here, so that next to nothing is left to write under the lock.
        copying.update(&Quiet(progress))?;
        Ok::<_, SnapshotError>(copying.map())
    })?;
    for turn in 0.. {
        connection.execute_batch("BEGIN").map_err(failed)?;
        // To begin takes no lock yet.
        retry_while_locked(|| read(&connection), progress, &failed)?;
        if has_wal(&connection).map_err(failed)? {
            std::fs::remove_file(to).map_err(|error| SnapshotError::Write(to.to_owned(), error))?;
            return copy_through_sqlite(&connection, to, progress, &failed);
        }
        let gives_way = turn < TURNS;
        let limits = PassLimits {
            // No limit while it gives way to Isso, nor when no Isso runs.
            deadline: (!idle && !gives_way).then(|| Instant::now() + PATIENCE),
            is_awaited: &|| gives_way && is_awaited(&source),
            progress,
        };
        let finished = copying.finish(map.as_ref(), &limits);
        connection.execute_batch("COMMIT").map_err(failed)?;
        match finished {
            Ok(()) => break,
            Err(PassEnd::Failed(error)) => return Err(error),
            Err(PassEnd::Awaited) => {}
        }
    }
    Ok(())
}

/// Opens the database, and never waits: a pipe in its place would have this wait for a writer.
fn open_file(database: &Path) -> io::Result<File> {
    let mut options = File::options();
    let options = options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
    let file = options.open(database)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no file")),
    }
}

/// Whether another process waits until the database is no longer read, so that it can commit.
fn is_awaited(database: &File) -> bool {
    let mut lock = libc::flock {
        l_type: libc::F_WRLCK as _,
        l_whence: libc::SEEK_SET as _,
        l_start: PENDING,
        l_len: 1,
        l_pid: 0,
    };
    let asked = fcntl(database, FcntlArg::F_GETLK(&mut lock));
    asked.is_ok() && lock.l_type == libc::F_WRLCK as libc::c_short
}

fn read(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))
}

/// Waits while others have the database for themselves, unless it is given up.
fn retry_while_locked<T>(
    work: impl Fn() -> rusqlite::Result<T>,
    progress: &dyn Progress,
    failed: &dyn Fn(rusqlite::Error) -> SnapshotError,
) -> Result<T, SnapshotError> {
    let end = Instant::now() + BUSY;
    loop {
        check_cancelled(progress)?;
        match work().map_err(failed) {
            Err(SnapshotError::Locked(_)) if Instant::now() < end => {}
            done => return done,
        }
    }
}

fn has_wal(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA journal_mode", [], |row| Ok(row.get_ref(0)?.as_str()? == "wal"))
}

fn copy_through_sqlite(
    connection: &Connection,
    to: &Path,
    progress: &dyn Progress,
    failed: &dyn Fn(rusqlite::Error) -> SnapshotError,
) -> Result<(), SnapshotError> {
    // One transaction, or every commit would make it begin anew.
    if connection.is_autocommit() {
        connection.execute_batch("BEGIN").map_err(failed)?;
        retry_while_locked(|| read(connection), progress, failed)?;
    }
    let page: u32 = connection
        .query_row("PRAGMA page_size", [], |row| row.get(0))
        .map_err(failed)?;
    let pages = i32::try_from(STEP / u64::from(page.max(1))).unwrap_or(i32::MAX);
    let unwritten = |error| SnapshotError::Write(to.to_owned(), error);
    let of_copy = |error: rusqlite::Error| unwritten(io::Error::other(error));
    // Opened before SQLite locks the copy, closed after SQLite has unlocked it: closing it earlier would drop that
    // lock.
    let file = File::create_new(to).map_err(unwritten)?;
    let mut copy = Connection::open(to).map_err(of_copy)?;
    let backup = Backup::new(connection, &mut copy).map_err(of_copy)?;
    let mut left = None;
    loop {
        check_cancelled(progress)?;
        let step = backup.step(pages.max(1)).map_err(|error| match is_of_writing(&error) {
            true => of_copy(error),
            false => failed(error),
        })?;
        let counted = backup.progress();
        let [total, remaining] = [counted.pagecount, counted.remaining].map(|pages| u64::try_from(pages).unwrap_or(0));
        if left.is_none() {
            progress.begin(BackupStep::Copy, total * u64::from(page));
        }
        let copied = left.unwrap_or(total).saturating_sub(remaining) * u64::from(page);
        progress.advance(copied);
        // All of the file: what SQLite has kept in its cache, it writes during a later step.
        write_all_out(&file).map_err(unwritten)?;
        left = Some(remaining);
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => thread::sleep(Duration::from_millis(10)),
        }
    }
    Ok(())
}

/// Whether an error of a step is of the copy: the database is only read.
fn is_of_writing(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|it| {
            [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE].contains(&it.extended_code)
        })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::throttle::tests::unwritten_pages;

    /// Looks how much of a file waits to be written, each time it is asked whether to go on.
    struct Unwritten<'a>(&'a Path, AtomicU64);

    impl Progress for Unwritten<'_> {
        fn begin(&self, _: BackupStep, _: u64) {}
        fn advance(&self, _: u64) {}
        fn is_cancelled(&self) -> bool {
            if let Ok(file) = File::open(self.0) {
                self.1.fetch_max(unwritten_pages(&file), Ordering::Relaxed);
            }
            false
        }
    }

    #[test]
    fn little_of_a_copy_through_sqlite_waits_to_be_written() {
        for page in [4096, 65536] {
            let folder = tempfile::tempdir().unwrap();
            let [database, copy] = ["comments.db", "copy.db"].map(|it| folder.path().join(it));
            let made = Connection::open(&database).unwrap();
            let make = format!(
                "PRAGMA page_size = {page}; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
                 CREATE TABLE t AS SELECT zeroblob(8388608) AS x"
            );
            made.execute_batch(&make).unwrap();
            let unwritten = Unwritten(&copy, AtomicU64::new(0));
            snapshot(&database, &copy, false, &unwritten).unwrap();
            let most = unwritten.1.into_inner();
            assert!(most <= STEP / 4096, "{most} pages, each 4 KiB");
            assert!(copy.metadata().unwrap().len() > 8 * STEP);
        }
    }
}
