//! Backups of an Isso server that goes on serving, and putting them back.
//!
//! # Theory of operation
//!
//! - [`Create`] copies the database while Isso writes to it, without a comment that fails or is left out, has SQLite
//!   check the copy, and packs it with `isso.cfg` and `store.json` into one file.
//! - That file is a tar archive, compressed with zstd. Its [`Manifest`] comes first, so a [`list`] reads little of it;
//!   a hash of everything comes last, so nothing can change unnoticed. [`Archive::open`] reads the manifest alone,
//!   [`verify()`] everything.
//! - [`RestoreSource`] is what a restore reads from: such a file, a folder in which Isso's files have any names, or one
//!   of them. It is only read, so it may be read-only.
//! - A restore has two halves. [`stage()`] unpacks and checks everything in a hidden folder beside what is there,
//!   which may be in use, and repairs settings that Isso would refuse; its [`Inspection`] says what will be put in
//!   place. [`swap()`] puts it in place by a few renames, and no process may use the files meanwhile.
//! - [`Retention`] says which backups of a folder stay, and [`prune`] deletes the others, but never the one that was
//!   just made, nor one that is dated in the future.
//!
//! # What is promised
//!
//! - A backup has its name once it is whole and on the disk. Unfinished work lies in hidden folders. They are removed
//!   when the work ends or fails. After a kill, the next command that uses the folder removes them.
//! - Every comment that Isso had acknowledged when [`Create::run`] was called is in the backup.
//! - A comment that arrives while the database is compared stops the comparison, is saved, and the comparison begins
//!   anew, up to ten times. The eleventh makes Isso wait, for 2 s at most; then the backup fails. Isso does not wait at
//!   all if the database is in WAL mode.
//! - Of what is written here, no more than 1 MiB waits to be written to the disk, so Isso's fsync never waits for more
//!   of ours.
//! - After [`swap()`] the files are the new ones, or after an error the old ones. Whatever is killed in between,
//!   [`finish`] makes the files the new ones; it has to be called before the volume is used. What was there is kept,
//!   and what the source does not have stays where it is. Each rename is on the disk before the next one is made.
//! - A backup that is deleted while a restore reads it is read to its end.
//! - After [`stage_undo`] and [`swap()`] every file is again as it was before the restore, and no file is removed;
//!   what was undone is kept too.
//! - No backup and no file is believed. Of a backup no byte is unpacked beyond the sizes in its manifest, which have to
//!   fit the disk; 1 MiB of settings, 64 KiB of a manifest and 8 MiB of a zstd window are held in memory at most. It is
//!   refused unless it is, to the last byte, what this crate writes: plain ustar headers, the files that the manifest
//!   names, and nothing behind them.
//! - A database is put back only if its schema is the one that Isso's statements need; while it is examined, nothing
//!   in it is carried out ([`isso_database::open`]), and no file but its copy is changed.
//! - [`swap()`] takes nothing but what [`stage()`] or [`stage_undo`] has made in the same volume; whatever else it
//!   is given stays as it is. Neither it nor [`finish`] moves anything into the volume or out of it because a plan says
//!   so.
//!
//! Not promised: that the two files of settings are of one instant, if the process that wrote them was killed in
//! between; that a backup is secret: it holds the passwords, and every user who can read the file can read them.
//!
//! # Cancelling
//!
//! [`Progress::is_cancelled`] is asked many times a second. Cancelled work leaves no files.
//!
//! # Processes
//!
//! SQLite's locks belong to a process, and closing any descriptor of the database gives them back. So [`Create::run`]
//! is for a process that does not use the same database through SQLite on another thread.
//!
//! # Example
//!
//! ```
//! use isso_backup::{Create, RestoreSource, restore_into, verify};
//! use isso_cfg::Volume;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let data = folder.path().join("data");
//! let volume = Volume::new(&data, "/db/comments.db");
//! volume.prepare()?;
//! let to = folder.path().join("backups");
//! let create = Create { volume: &volume, to: &to, isso: None, idle: true };
//! let created = create.run(&())?;
//!
//! let source = RestoreSource::open(&created.path)?;
//! assert!(verify(&source, folder.path(), &())?.database.is_none(), "Isso has never run");
//! restore_into(&source, &folder.path().join("elsewhere"), &())?;
//! assert!(folder.path().join("elsewhere/config/isso.cfg").exists());
//! # Ok(())
//! # }
//! ```

mod archive;
mod backup_dir;
mod beside;
mod companions;
mod container;
mod counts;
mod create;
mod database_copy;
mod litestream;
mod locked;
mod low_priority;
mod manifest;
mod moves;
mod names;
mod places;
mod plan;
mod progress;
mod remove;
mod restore_source;
mod restored;
mod retention;
mod snapshot;
mod snapshot_error;
mod space;
mod sqlite_copy;
mod stage;
mod stage_error;
mod staging_dir;
mod swap;
mod throttle;
mod undo;
mod unpack;
mod ustar;
mod verify;

pub use archive::{Archive, ArchiveError};
pub use backup_dir::{BackupDirError, BackupFile, Pruned, delete, is_backup, list, prune};
pub use counts::{DatabaseProblem, count};
pub use create::{Create, CreateError, Created};
pub use litestream::litestream;
pub use low_priority::lower_priority;
pub use manifest::{Counts, FORMAT, Manifest, Member};
pub use places::check_places;
pub use progress::{BackupStep, Cancelled, Progress};
pub use restore_source::{Choice, Description, Folder, Kind, RestoreSource, SourceError, SourceRole};
pub use restored::{Restored, SwapError};
pub use retention::{Retention, RetentionError};
pub use snapshot_error::SnapshotError;
pub use space::NoSpace;
pub use stage::{Inspection, StagedRestore, stage};
pub use stage_error::StageError;
pub use staging_dir::StagingDirError;
pub use swap::{find_staged, finish, is_unfinished, swap};
pub use undo::stage_undo;
pub use unpack::restore_into;
pub use verify::verify;
