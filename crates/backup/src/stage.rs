//! The first half of a restore: everything is unpacked and checked beside what is there, while Isso may be serving.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use isso_cfg::{
    Diagnostic, Document, Mended, Severity, diagnose, mend, numbered_names, resolve, sync_folder, timestamp,
};
use isso_database::Depth;
use nix::unistd::{AccessFlags, access};
use time::OffsetDateTime;

use crate::archive::ArchiveError;
use crate::backup_dir::BEFORE_RESTORE;
use crate::counts::{self, DatabaseProblem};
use crate::manifest::{CONFIG, Counts, DATABASE, MEMBERS};
use crate::progress::{BackupStep, Cancelled, Progress};
use crate::restore_source::RestoreSource;
use crate::space::{self, NoSpace};
use crate::staging_dir::{StagingDir, StagingDirError, remove_abandoned};
use crate::swap::{Plan, swap};

/// What follows the name of the settings where the text from before the repair is kept; a time comes behind it.
pub(crate) const REJECTED: &str = ".rejected-";

/// Why nothing was staged. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The backup.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// Its database.
    #[error("the database in {0} cannot be used")]
    Unsound(PathBuf, #[source] DatabaseProblem),
    /// The folder to work in.
    #[error(transparent)]
    StagingDir(#[from] StagingDirError),
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
    /// What was to be put in place was not prepared for it.
    #[error("{0} holds no files that were prepared to be put in place")]
    NotStaged(PathBuf, #[source] io::Error),
    /// Nobody wants it any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Files that are unpacked and checked. Removed when dropped.
#[derive(Debug)]
pub struct StagedRestore {
    staging: StagingDir,
    /// What is in them.
    pub inspection: Inspection,
}

/// What is in the files of a backup or folder, and what becomes of them when they are put in place.
#[derive(Debug)]
pub struct Inspection {
    /// What is in the database, if there is one.
    pub database: Option<Counts>,
    /// What Isso would refuse or misread in `isso.cfg` as it was found.
    pub diagnostics: Vec<Diagnostic>,
    /// The settings as they are put in place, and what was repaired in them, so that Isso accepts them; nothing if
    /// there are none, or they are left as they are.
    pub settings: Option<Mended>,
    /// Where in the volume the text from before the repair is kept.
    pub rejected: Option<PathBuf>,
}

/// Unpacks and checks everything in a hidden folder of `root`, while Isso may be serving. Settings that Isso would
/// refuse are repaired there, and are put in place with the text from before beside them.
pub fn stage(source: &RestoreSource, root: &Path, progress: &dyn Progress) -> Result<StagedRestore, StageError> {
    stage_as(source, root, Settings::Mended, progress)
}

/// What becomes of settings that Isso would refuse.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settings {
    Mended,
    AsTheyAre,
}

fn stage_as(
    source: &RestoreSource,
    root: &Path,
    settings: Settings,
    progress: &dyn Progress,
) -> Result<StagedRestore, StageError> {
    let staging = StagingDir::new(root)?;
    let described = source.describe();
    space::need(root, described.size)?;
    let below = staging.path();
    source.unpack(below, progress)?;

    let database = below.join(DATABASE);
    let mut counts = None;
    if source.files().contains(&DATABASE) {
        progress.begin(BackupStep::Check, 0);
        let unsound = |error| StageError::Unsound(source.path().to_owned(), error);
        counts::recover_database(&database, progress).map_err(unsound)?;
        // Before anything else in it is looked at.
        let problem = counts::find_schema_problem(&database, progress).map_err(unsound)?;
        if let Some(other) = problem {
            return Err(unsound(DatabaseProblem::Schema(other)));
        }
        counts = Some(counts::check_and_count(&database, Depth::Indexes, progress).map_err(unsound)?);
    }
    let unwritten = |error| StageError::Write(below.to_owned(), error);
    let cfg = match fs::read(below.join(CONFIG)) {
        // An empty file is made anew when Isso is started.
        Ok(cfg) if !cfg.trim_ascii().is_empty() => Some(cfg),
        // What is there stays.
        _ => None,
    };
    let diagnostics = cfg.as_deref().map(diagnose_bytes).unwrap_or_default();
    let has = source.files();
    let mut files: Vec<String> = MEMBERS
        .into_iter()
        // Put in place, an empty file would take what is there away and bring nothing.
        .filter(|member| settings == Settings::AsTheyAre || has.contains(member))
        .filter(|member| below.join(member).exists())
        .map(str::to_owned)
        .collect();
    let mut rejected = None;
    let cfg = cfg.filter(|_| settings == Settings::Mended);
    let mended = cfg.as_deref().map(mend);
    if let (Some(before), Some(mended)) = (cfg, &mended)
        && mended.rejected
    {
        let kept = free_beside(root, format!("{CONFIG}{REJECTED}{}", now()));
        write(&below.join(&kept), &before).map_err(unwritten)?;
        fs::remove_file(below.join(CONFIG)).map_err(unwritten)?;
        let text = mended.cfg.as_str().as_bytes();
        write(&below.join(CONFIG), text).map_err(unwritten)?;
        files.push(kept.clone());
        rejected = Some(PathBuf::from(kept));
    }
    let plan = Plan {
        before: free_name(root, BEFORE_RESTORE),
        files,
        removed: Vec::new(),
        home: None,
    };
    plan.write(below)
        .and_then(|()| sync_folders(below))
        .map_err(unwritten)?;
    Ok(StagedRestore {
        staging,
        inspection: Inspection {
            database: counts,
            diagnostics,
            settings: mended,
            rejected,
        },
    })
}

fn diagnose_bytes(cfg: &[u8]) -> Vec<Diagnostic> {
    Document::from_bytes(cfg).map_or_else(|diagnostics| diagnostics, |cfg| diagnose(&cfg))
}

fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    let mut file = options.create_new(true).write(true).mode(0o600).open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn now() -> String {
    timestamp(OffsetDateTime::now_utc())
}

/// The first name of this stem that is free in the volume.
fn free_beside(root: &Path, stem: String) -> String {
    let free = numbered_names(stem, "").find(|name| fs::symlink_metadata(root.join(name)).is_err());
    free.expect("there is always another number")
}

/// Looks whether these files can be put in place in the volume at `root` at all, before anybody waits for it. They are
/// named by where they stand in a volume, as [`RestoreSource::files`] has them.
pub fn check_places(root: &Path, files: &[&str]) -> Result<(), StageError> {
    for file in files {
        let link = root.join(file);
        let place = resolve(&link).map_err(|error| StageError::Link(link.clone(), error))?;
        let folder = place.parent().unwrap_or(root);
        if let Err(error) = fs::metadata(folder) {
            // A folder that is missing is made, unless it is one that a link names.
            if place != link || fs::symlink_metadata(folder).is_ok() {
                return Err(StageError::Link(link, error));
            }
            continue;
        }
        if device(folder) != device(root) && root.exists() {
            return Err(StageError::Apart(folder.to_owned(), root.to_owned()));
        }
        // To bring a rename to the disk, the folder is opened to be read.
        access(folder, AccessFlags::R_OK | AccessFlags::W_OK | AccessFlags::X_OK)
            .map_err(|error| StageError::Write(folder.to_owned(), error.into()))?;
    }
    Ok(())
}

/// Puts everything into a folder of its own, which must be empty or missing.
pub fn restore_into(source: &RestoreSource, folder: &Path, progress: &dyn Progress) -> Result<Inspection, StageError> {
    let unwritten = |error| StageError::Write(folder.to_owned(), error);
    // One in which this was begun and killed is as good as empty.
    let _ = remove_abandoned(folder);
    let is_there = match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => return Err(StageError::NotEmpty(folder.to_owned())),
        Ok(false) => true,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(unwritten(error)),
    };
    let put = || {
        let staged = stage_as(source, folder, Settings::AsTheyAre, progress)?;
        swap(folder, staged.path()).map_err(|error| unwritten(io::Error::other(error)))?;
        Ok(staged.inspection)
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

impl StagedRestore {
    /// The folder that holds the files.
    pub fn path(&self) -> &Path {
        self.staging.path()
    }

    /// The name of that folder in the volume's.
    pub fn name(&self) -> String {
        let name = self.path().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

impl Inspection {
    /// Whether Isso would start with the `isso.cfg` as it is.
    pub fn is_accepted(&self) -> bool {
        let refused = |it: &Diagnostic| it.severity == Severity::Refused;
        !self.diagnostics.iter().any(refused)
    }
}

fn sync_folders(below: &Path) -> io::Result<()> {
    for entry in fs::read_dir(below)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_folders(&path)?;
        }
    }
    sync_folder(below)
}

/// A folder that is not there yet, for the files that give way: beside the backups, or if those lie on another file
/// system, in the volume itself.
pub(crate) fn free_name(root: &Path, prefix: &str) -> PathBuf {
    let is_apart = device(&root.join("backups")).is_some_and(|it| Some(it) != device(root));
    let folder = if is_apart { "" } else { "backups/" };
    PathBuf::from(free_beside(root, format!("{folder}{prefix}{}", now())))
}
