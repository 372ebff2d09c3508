//! Whether Isso could save a comment.

use std::fs::{canonicalize, metadata, read_to_string};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit};
use nix::sys::stat::Mode;
use nix::sys::statvfs::{Statvfs, statvfs};
use nix::unistd::{AccessFlags, Uid, User, access, geteuid};
use serde::{Deserialize, Serialize};

use crate::marker::beside;
use crate::verdict::FileState;

/// The room on the disk below which comments count as not saved. A comment takes its own length, some pages of the
/// database, and the same pages again in the journal.
pub const ROOM_FOR_A_COMMENT: u64 = 1 << 20;
/// The room that Isso needs to make its tables.
pub(crate) const ROOM_FOR_TABLES: u64 = 128 << 10;
/// How much larger a file must be allowed to become (RLIMIT_FSIZE).
const GROWTH: u64 = 64 << 10;

/// Why nothing can be saved in a database, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}; {fix}")]
pub struct Unwritable {
    /// What is in the way, with the path and, where it matters, the owner.
    pub reason: String,
    /// What a person can do.
    pub fix: String,
}

/// Tells whether a database was written to between two moments. Opens nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written([Option<FileState>; 2]);

impl Written {
    /// Reads the state of the database and of its write-ahead log, without opening them.
    pub fn of(database: &Path) -> Written {
        let wal = beside(database, "-wal");
        Written([database, &wal].map(|file| FileState::of(file).ok()))
    }
}

/// Checks whether this process, and so an Isso that runs as the same user, could write so many bytes to the database.
///
/// Writes and opens nothing: it asks for the permissions on the folder, the database and what SQLite has left beside
/// it, for the room on the disk, and for the limit of a file's size. A database that is missing passes if it could be
/// made. An obstacle that shows only when a file is written, such as a user's quota, is not found.
///
/// May block for as long as the file system does.
pub fn check_writing(database: &Path, room: u64) -> Result<(), Unwritable> {
    // SQLite makes its journal beside the file itself, not beside a link to it.
    let database = canonicalize(database).unwrap_or_else(|_| database.to_owned());
    let folder = database.parent().unwrap_or(Path::new("/"));
    permitted(folder, "folder", AccessFlags::W_OK | AccessFlags::X_OK)?;
    let journals = ["-journal", "-wal", "-shm"].map(|suffix| beside(&database, suffix));
    for file in [&database].into_iter().chain(&journals) {
        permitted(file, "file", AccessFlags::R_OK | AccessFlags::W_OK)?;
    }
    may_remove(&journals[0], folder)?;
    may_grow(&database)?;
    let disk = statvfs(folder).map_err(|error| cannot_ask(folder, error))?;
    has_room(&disk, folder, room)?;
    has_inodes(&disk, folder, &journals)
}

/// Whether this user may do this with a file or folder. A file that is not there is permitted.
fn permitted(path: &Path, what: &str, mode: AccessFlags) -> Result<(), Unwritable> {
    // This asks for the real user, who is the effective one: issoctl is never installed setuid.
    let error = match access(path, mode) {
        Ok(()) => return Ok(()),
        Err(Errno::ENOENT) if what == "file" => return Ok(()),
        Err(error) => error,
    };
    let (reason, fix) = match error {
        Errno::EACCES => return Err(forbidden(path, what)),
        Errno::EROFS => (
            format!("the {what} {} is on a disk that is mounted read-only", path.display()),
            format!(
                "mount it writable; `findmnt --target {}` shows what is mounted there",
                quoted(path)
            ),
        ),
        // To write to what is otherwise permitted, the kernel answers this of an immutable file alone.
        Errno::EPERM => (
            format!("the {what} {} is immutable, so no user may write to it", path.display()),
            format!("run as root: chattr -i {}", quoted(path)),
        ),
        error => return Err(cannot_ask(path, error)),
    };
    Err(Unwritable { reason, fix })
}

/// SQLite ends a transaction by removing its journal. In a folder like /tmp, another user's file stays.
fn may_remove(journal: &Path, folder: &Path) -> Result<(), Unwritable> {
    let (Ok(there), Ok(around)) = (metadata(journal), metadata(folder)) else {
        return Ok(());
    };
    let me = geteuid();
    let is_sticky = around.mode() & Mode::S_ISVTX.bits() != 0;
    let may = |owner| me.is_root() || owner == me.as_raw();
    if !is_sticky || may(there.uid()) || may(around.uid()) {
        return Ok(());
    }
    let (me, owner) = (name(me), name(Uid::from_raw(there.uid())));
    Err(Unwritable {
        reason: format!(
            "the file {} belongs to {owner}, and Isso runs as {me}, who may not remove it from that folder",
            journal.display()
        ),
        fix: format!("run as root: chown {me} {}", quoted(journal)),
    })
}

/// Names the owner, or the folder on the way that is closed.
fn forbidden(path: &Path, what: &str) -> Unwritable {
    let me = geteuid();
    let owner = match metadata(path) {
        Ok(found) => Uid::from_raw(found.uid()),
        Err(error) => return cannot_ask(path, error),
    };
    let (path, place) = (path.display(), quoted(path));
    let (reason, fix) = if owner == me {
        let mode = if what == "folder" { "u+rwx" } else { "u+rw" };
        (
            format!("the mode of the {what} {path} does not let its owner write to it"),
            format!("run: chmod {mode} {place}"),
        )
    } else if let Some(outside) = unknown(owner, me) {
        (
            format!(
                "the {what} {path} belongs to a user who has no number in this container, and Isso may not write to it"
            ),
            format!("run as root outside of the container: chown {outside} on what is {place} inside"),
        )
    } else {
        let (owner, me) = (name(owner), name(me));
        (
            format!("the {what} {path} belongs to {owner}, and Isso runs as {me}, who may not write to it"),
            format!("run as root: chown {me} {place}"),
        )
    };
    Unwritable { reason, fix }
}

/// Of an owner who is not mapped into this user namespace (user_namespaces(7)): the number that the present user has
/// outside.
fn unknown(owner: Uid, me: Uid) -> Option<u32> {
    let map = read_to_string("/proc/self/uid_map").ok()?;
    // The kernel shows each such owner as this one.
    let shown = read_to_string("/proc/sys/kernel/overflowuid").ok()?;
    let outside = |user: Uid| {
        map.lines().find_map(|line| {
            let mut numbers = line.split_whitespace().map(|it| it.parse::<u32>().ok());
            let (inside, outside, count) = (numbers.next()??, numbers.next()??, numbers.next()??);
            let nth = user.as_raw().checked_sub(inside).filter(|nth| *nth < count)?;
            outside.checked_add(nth)
        })
    };
    match shown.trim().parse() == Ok(owner.as_raw()) && outside(owner).is_none() {
        true => outside(me),
        false => None,
    }
}

fn cannot_ask(path: &Path, error: impl Into<io::Error>) -> Unwritable {
    let error = error.into();
    let fix = match error.kind() {
        ErrorKind::NotFound => format!("make it, or put back what was at {}", path.display()),
        ErrorKind::PermissionDenied => {
            format!("give the user {} access to the folders above it", name(geteuid()))
        }
        _ => "see what the kernel says of that disk: dmesg".to_owned(),
    };
    Unwritable {
        reason: format!("{} cannot be written: {error}", path.display()),
        fix,
    }
}

/// A file that would become longer than the limit is not written to, whatever room there is.
fn may_grow(database: &Path) -> Result<(), Unwritable> {
    let Ok((limit, _)) = getrlimit(Resource::RLIMIT_FSIZE) else {
        return Ok(());
    };
    let length = metadata(database).map_or(0, |found| found.len());
    if length.saturating_add(GROWTH) <= limit {
        return Ok(());
    }
    Err(Unwritable {
        reason: format!(
            "the database {} has {}, and no file may have more than {} here",
            database.display(),
            size(length),
            size(limit)
        ),
        fix: "lift the limit for the process that starts issoctl: `ulimit -f unlimited`, or in a systemd unit \
              `LimitFSIZE=infinity`"
            .to_owned(),
    })
}

fn has_room(disk: &Statvfs, folder: &Path, room: u64) -> Result<(), Unwritable> {
    // Some file systems keep blocks back for root, and some do not count any.
    let blocks = match geteuid().is_root() {
        true => disk.blocks_free(),
        false => disk.blocks_available(),
    };
    let left = blocks.saturating_mul(disk.fragment_size());
    if left >= room || disk.blocks() == 0 {
        return Ok(());
    }
    Err(Unwritable {
        reason: format!(
            "the disk with {} is full: it has {} left, and SQLite may need {} to save",
            folder.display(),
            size(left),
            size(room)
        ),
        fix: format!("free some room on it; `df -h {}` shows how full it is", quoted(folder)),
    })
}

/// A journal that is there already needs none.
fn has_inodes(disk: &Statvfs, folder: &Path, journals: &[PathBuf]) -> Result<(), Unwritable> {
    let left = match geteuid().is_root() {
        true => disk.files_free(),
        false => disk.files_available(),
    };
    if left > 0 || disk.files() == 0 || journals.iter().any(|it| it.exists()) {
        return Ok(());
    }
    Err(Unwritable {
        reason: format!(
            "the disk with {} has no inode left, and SQLite makes a journal there to save",
            folder.display()
        ),
        fix: format!(
            "delete files on it that are not needed; `df -i {}` shows how many there are",
            quoted(folder)
        ),
    })
}

/// A user as `chown` takes it.
fn name(user: Uid) -> String {
    let found = User::from_uid(user).ok().flatten();
    found.map_or_else(|| user.to_string(), |user| user.name)
}

fn quoted(path: &Path) -> String {
    shell_words::quote(&path.to_string_lossy()).into_owned()
}

fn size(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{} KiB", bytes >> 10),
        _ => format!("{} MiB", bytes >> 20),
    }
}
