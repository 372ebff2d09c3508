//! A folder of backups: lists them, prunes them, names new ones.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use isso_cfg::timestamp;
use time::OffsetDateTime;

use crate::archive::{Archive, ArchiveError, SUFFIX};
use crate::manifest::Manifest;
use crate::remove;
use crate::retention::Retention;
use crate::staging_dir::remove_abandoned;

/// How the name of a folder begins that holds the files from before a restore.
pub(crate) const BEFORE_RESTORE: &str = "before-restore-";

/// How the name of a folder begins that holds the files of a restore that was undone.
pub(crate) const NOT_SERVED: &str = "not-served-";

/// A backup in a folder.
#[derive(Debug)]
pub struct BackupFile {
    /// Where it is.
    pub path: PathBuf,
    /// How large the file is, in bytes.
    pub size: u64,
    /// Its manifest, or why that cannot be read.
    pub manifest: Result<Manifest, ArchiveError>,
}

/// The folder of the backups cannot be read, or a backup not deleted.
#[derive(Debug, thiserror::Error)]
pub enum BackupDirError {
    /// The folder.
    #[error("cannot read the folder {0}")]
    Folder(PathBuf, #[source] io::Error),
    /// The backup.
    #[error("cannot delete {0}")]
    Delete(PathBuf, #[source] io::Error),
}

/// Lists the backups in a folder, the newest first; none if there is no such folder. Reads the beginning and the end of
/// each.
pub fn list(folder: &Path) -> Result<Vec<BackupFile>, BackupDirError> {
    let failed = |error| BackupDirError::Folder(folder.to_owned(), error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    // A folder that may only be read is listed all the same.
    let _ = remove_abandoned(folder);
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().ends_with(SUFFIX) {
            continue;
        }
        let path = entry.path();
        // It was deleted meanwhile, or is a link that leads nowhere.
        let Ok(there) = fs::metadata(&path) else {
            continue;
        };
        let backup = BackupFile {
            size: there.len(),
            manifest: Archive::open(&path).map(|archive| archive.manifest().clone()),
            path,
        };
        found.push((there.modified().ok(), backup));
    }
    // Two backups of one second are ordered by the time of the file system.
    found.sort_by_key(|(modified, it)| Reverse((it.created(), *modified)));
    Ok(found.into_iter().map(|(_, it)| it).collect())
}

/// What became of the backups in a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Those that were deleted.
    pub deleted: Vec<PathBuf>,
    /// Those dated in the future. The rules do not count them, and they are kept.
    pub future: Vec<PathBuf>,
}

/// Deletes those of the backups in a folder that the rules do not keep.
///
/// The backup that was just `made` stays, whatever the rules and the clock say. A backup that does not say what it is,
/// or that is dated after `now`, is left alone, and takes the place of no other: a clock that went wrong once would
/// otherwise have every backup deleted that is made after it was set right. Of the others, the newest one stays.
pub fn prune(folder: &Path, retention: &Retention, made: &Path, now: OffsetDateTime) -> Result<Pruned, BackupDirError> {
    let mut pruned = Pruned::default();
    let mut paths = Vec::new();
    let mut times = Vec::new();
    for backup in list(folder)? {
        match backup.created() {
            Some(created) if created > now && backup.path != made => {
                pruned.future.push(backup.path);
            }
            Some(created) => {
                paths.push(backup.path);
                times.push(created);
            }
            None => {}
        }
    }
    for (path, kept) in paths.into_iter().zip(retention.of(&times)) {
        if !kept && path != made {
            delete(&path)?;
            pruned.deleted.push(path);
        }
    }
    Ok(pruned)
}

/// Whether the name of a file or folder is that of a backup, or of what a restore has kept. It may be damaged.
pub fn is_backup(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match path.is_dir() {
        true => name.starts_with(BEFORE_RESTORE) || name.starts_with(NOT_SERVED),
        false => name.ends_with(SUFFIX),
    }
}

/// Deletes a backup, or what a restore has kept.
pub fn delete(backup: &Path) -> Result<(), BackupDirError> {
    remove::remove(backup).map_err(|error| BackupDirError::Delete(backup.to_owned(), error))
}

impl BackupFile {
    /// When its snapshot was taken, if its manifest can be read.
    pub fn created(&self) -> Option<OffsetDateTime> {
        self.manifest.as_ref().ok().map(|it| it.created)
    }
}

/// The name of a backup in two parts, between which a number stands if the name is taken.
pub(crate) fn file_name(created: OffsetDateTime) -> (String, &'static str) {
    (format!("isso-{}", timestamp(created)), SUFFIX)
}
