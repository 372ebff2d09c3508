//! The first half of a restore: everything is unpacked and checked beside what is there, while Isso may be serving.

use std::fs;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};

use isso_cfg::{Diagnostic, Document, Severity, diagnose, resolve};
use isso_database::Depth;
use nix::unistd::{AccessFlags, access};
use rusqlite::Connection;
use time::OffsetDateTime;

use crate::archive::ArchiveError;
use crate::counts::{self, Unsound};
use crate::manifest::{CONFIG, Counts, DATABASE, MEMBERS};
use crate::origin::{Origin, with_suffix};
use crate::owner::give;
use crate::shelf::{BEFORE, stamp};
use crate::space::{self, NoSpace};
use crate::swap::{Plan, swap, sync};
use crate::watch::{Cancelled, Step, Watch};
use crate::workshop::{Workshop, WorkshopError, remove_abandoned};

/// Why nothing was prepared. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// The backup.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Its database.
    #[error("the database in {0} is damaged")]
    Unsound(PathBuf, #[source] Unsound),
    /// The folder to work in.
    #[error(transparent)]
    Workshop(#[from] WorkshopError),
    /// The disk is too full.
    #[error(transparent)]
    Space(#[from] NoSpace),
    /// A file cannot be written.
    #[error("cannot write to {0}")]
    Write(PathBuf, #[source] io::Error),
    /// Files are put into an empty folder only.
    #[error("{0} is not empty")]
    NotEmpty(PathBuf),
    /// The parts of a volume must lie on one file system, for files can only be renamed within one.
    #[error("{0} is on another file system than {1}, so nothing can be put in place at once")]
    Apart(PathBuf, PathBuf),
    /// A link of the volume leads nowhere.
    #[error("{0} is a link that leads nowhere, so nothing can be put in its place")]
    Link(PathBuf, #[source] io::Error),
    /// Nobody wants it any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Files that are unpacked and checked. Removed when dropped.
#[derive(Debug)]
pub struct Prepared {
    workshop: Workshop,
    /// What is in the database.
    pub database: Option<Counts>,
    /// What Isso would refuse or misread in `isso.cfg`; it is put right when Isso is started.
    pub diagnostics: Vec<Diagnostic>,
}

/// Unpacks and checks everything in a hidden folder of `root`, while Isso may be serving.
pub fn prepare(origin: &Origin, root: &Path, watch: &dyn Watch) -> Result<Prepared, PrepareError> {
    let workshop = Workshop::new(root)?;
    let described = origin.describe();
    space::need(root, described.size)?;
    let below = workshop.path();
    origin.unpack(below, watch)?;

    let database = below.join(DATABASE);
    let mut counts = None;
    if database.exists() {
        watch.begin(Step::Check, 0);
        let unsound = |error| PrepareError::Unsound(origin.path().to_owned(), error);
        let settled = settle_database(&database).map_err(Unsound::Unreadable);
        settled.map_err(unsound)?;
        counts = Some(counts::of_sound(&database, Depth::Indexes, watch).map_err(unsound)?);
    }
    let diagnostics = match fs::read(below.join(CONFIG)) {
        Ok(cfg) => match Document::from_bytes(&cfg) {
            Ok(cfg) => diagnose(&cfg),
            Err(diagnostics) => diagnostics,
        },
        // Isso's next start makes one.
        Err(_) => Vec::new(),
    };
    let plan = Plan {
        before: free_name(root),
        files: MEMBERS
            .into_iter()
            .filter(|member| below.join(member).exists())
            .map(str::to_owned)
            .collect(),
    };
    plan.write(below)
        .and_then(|()| give_to_owner(root, below))
        .and_then(|()| sync_folders(below))
        .map_err(|error| PrepareError::Write(below.to_owned(), error))?;
    Ok(Prepared {
        workshop,
        database: counts,
        diagnostics,
    })
}

/// Looks whether these files can be put in place in the volume at `root` at all, before anybody waits for it. They are named by
/// where they stand in a volume, as [`Origin::files`] has them.
pub fn may_swap(root: &Path, files: &[&str]) -> Result<(), PrepareError> {
    for file in files {
        let link = root.join(file);
        let place = resolve(&link).map_err(|error| PrepareError::Link(link.clone(), error))?;
        let folder = place.parent().unwrap_or(root);
        if let Err(error) = fs::metadata(folder) {
            // A folder that is missing is made, unless it is one that a link names.
            if place != link || fs::symlink_metadata(folder).is_ok() {
                return Err(PrepareError::Link(link, error));
            }
            continue;
        }
        if device(folder) != device(root) && root.exists() {
            return Err(PrepareError::Apart(folder.to_owned(), root.to_owned()));
        }
        access(folder, AccessFlags::W_OK | AccessFlags::X_OK)
            .map_err(|error| PrepareError::Write(folder.to_owned(), error.into()))?;
    }
    Ok(())
}

/// Puts everything into a folder of its own, which must be empty or missing.
pub fn restore_into(
    origin: &Origin,
    folder: &Path,
    watch: &dyn Watch,
) -> Result<Prepared, PrepareError> {
    let unwritten = |error| PrepareError::Write(folder.to_owned(), error);
    // One in which this was begun and killed is as good as empty.
    let _ = remove_abandoned(folder);
    let is_there = match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(PrepareError::NotEmpty(folder.to_owned())),
        Ok(false) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(unwritten(error)),
    };
    let put = || {
        let prepared = prepare(origin, folder, watch)?;
        swap(folder, prepared.path()).map_err(|error| unwritten(io::Error::other(error)))?;
        Ok(prepared)
    };
    let put = put();
    if put.is_err() && !is_there {
        // It is empty again, or somebody else uses it now.
        let _ = fs::remove_dir(folder);
    }
    put
}

fn device(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).ok().map(|it| it.dev())
}

impl Prepared {
    /// The folder that holds the files.
    pub fn path(&self) -> &Path {
        self.workshop.path()
    }

    /// Whether Isso would start with the `isso.cfg` as it is.
    pub fn is_accepted(&self) -> bool {
        let refused = |it: &Diagnostic| it.severity == Severity::Refused;
        !self.diagnostics.iter().any(refused)
    }
}

/// Rolls back what a killed writer has left, and takes a write-ahead log in, so that the file is all there is.
fn settle_database(database: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(database)?;
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    if with_suffix(database, "-wal").exists() {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    connection.close().map_err(|(_, error)| error)?;
    Ok(())
}

/// A restore by root is for the Isso of somebody else.
fn give_to_owner(root: &Path, below: &Path) -> io::Result<()> {
    let owner = fs::metadata(root)?;
    give(below, &owner)?;
    for entry in fs::read_dir(below)? {
        let path = entry?.path();
        match path.is_dir() {
            true => give_to_owner(root, &path)?,
            false => give(&path, &owner)?,
        }
    }
    Ok(())
}

fn sync_folders(below: &Path) -> io::Result<()> {
    for entry in fs::read_dir(below)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    sync(below)
}

/// A folder that is not there yet, for the files before: beside the backups, or if those lie on another file system,
/// in the volume itself.
fn free_name(root: &Path) -> PathBuf {
    let is_apart = device(&root.join("backups")).is_some_and(|it| Some(it) != device(root));
    let folder = if is_apart { "" } else { "backups/" };
    let stem = format!("{folder}{BEFORE}{}", stamp(OffsetDateTime::now_utc()));
    let numbered = (2..).map(|n| PathBuf::from(format!("{stem}-{n}")));
    let mut names = iter::once(PathBuf::from(&stem)).chain(numbered);
    let free = names.find(|name| !root.join(name).exists());
    free.expect("there is always another number")
}
