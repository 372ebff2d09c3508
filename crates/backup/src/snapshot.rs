//! Makes a consistent copy of a database that Isso goes on writing to.
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
//! In WAL mode a reader keeps no writer waiting, so there SQLite makes the copy, of one read transaction.
//!
//! Closing any descriptor of a database drops the locks that this *process* holds on it
//! (<https://www.sqlite.org/howtocorrupt.html>, "Posix advisory locks canceled"). So no other thread may
//! use the database through SQLite while a snapshot is taken.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use isso_database::{Access, open};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use rusqlite::{Connection, ErrorCode};

use crate::database_copy::{DatabaseCopy, PassEnd, PassLimits};
use crate::locked::{read, retry_while_locked};
use crate::low_priority::at_low_priority;
use crate::progress::{BackupStep, Progress, Quiet};
use crate::snapshot_error::{PATIENCE, SnapshotError};
use crate::sqlite_copy::copy_through_sqlite;

/// How often Isso is let through before it has to wait. On an ordinary website the first turn is not disturbed.
const TURNS: usize = 10;
/// The byte that a process locks while it waits to commit (`PENDING_BYTE` in SQLite's `os.h`).
const PENDING: i64 = 0x4000_0000;
/// How long SQLite waits for a lock before the caller may cancel.
const POLL: Duration = Duration::from_millis(200);

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
        // A second pass copies what changed during the first, so that few blocks are left to write under the lock.
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

fn has_wal(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA journal_mode", [], |row| Ok(row.get_ref(0)?.as_str()? == "wal"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use std::path::Path;

    use super::*;
    use crate::throttle::STEP;
    use crate::throttle::tests::unwritten_pages;

    /// Measures how much of a file waits to be written, each time it is asked whether to cancel.
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
