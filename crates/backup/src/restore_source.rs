//! What a restore can read from: a backup, or plain files.

mod choice;
mod copy;
mod description;
mod error;
mod find;
mod folder;
mod kind;
mod probe;

use std::fs::File;
use std::path::Path;

pub use self::choice::Choice;
pub(crate) use self::copy::copy_database;
use self::copy::{close, create};
pub use self::description::Description;
pub use self::error::{SourceError, SourceRole};
pub use self::folder::Folder;
pub use self::kind::Kind;
use crate::archive::{Archive, ArchiveError};
use crate::progress::Progress;

/// Where files are put back from.
#[derive(Debug)]
pub enum RestoreSource {
    /// A backup that issoctl has made.
    Archive(Box<Archive>),
    /// Files of an Isso as they are: the copy of a volume, as StartOS keeps it, a folder with `comments.db` and
    /// `isso.cfg` under whatever names, or one of the two alone.
    Folder(Folder),
}

impl RestoreSource {
    /// Opens a backup, or finds the files of an Isso in a folder.
    pub fn open(path: &Path) -> Result<RestoreSource, SourceError> {
        RestoreSource::choose(path, &Choice::default())
    }

    /// Opens a backup, or finds the files of an Isso in a folder, some of which were chosen. Reads the settings and a
    /// little of each database; writes nothing.
    pub fn choose(path: &Path, choice: &Choice) -> Result<RestoreSource, SourceError> {
        if path.is_dir() {
            return Folder::find(path, choice).map(RestoreSource::Folder);
        }
        match Archive::open(path) {
            Ok(_) if *choice != Choice::default() => Err(SourceError::Chosen(path.to_owned())),
            Ok(archive) => Ok(RestoreSource::Archive(Box::new(archive))),
            Err(ArchiveError::NotABackup(_)) => Folder::single(path, choice).map(RestoreSource::Folder),
            Err(error) => Err(error.into()),
        }
    }

    /// The backup in a file that is open already; `None` if it is something else.
    pub fn of_file(path: &Path, file: File) -> Option<RestoreSource> {
        match Archive::of_file(path, file) {
            Ok(archive) => Some(RestoreSource::Archive(Box::new(archive))),
            Err(_) => None,
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        match self {
            RestoreSource::Archive(archive) => archive.path(),
            RestoreSource::Folder(folder) => &folder.path,
        }
    }

    /// The files that it has, by their paths in a volume. An empty file in a backup does not count.
    pub fn files(&self) -> Vec<&str> {
        match self {
            RestoreSource::Archive(archive) => {
                let members = archive.manifest().members.iter();
                let members = members.filter(|member| member.size > 0);
                members.map(|member| &*member.path).collect()
            }
            RestoreSource::Folder(folder) => folder.files.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// Where the file with this path in a volume comes from, if the source has it. For a backup that is the backup.
    pub fn path_of(&self, file: &str) -> Option<&Path> {
        match self {
            RestoreSource::Archive(archive) => self.files().contains(&file).then(|| archive.path()),
            RestoreSource::Folder(folder) => folder.path_of(file),
        }
    }

    /// The database that its settings name and that it does not have.
    pub fn missing_database(&self) -> Option<&Path> {
        match self {
            RestoreSource::Archive(_) => None,
            RestoreSource::Folder(folder) => folder.missing.as_deref(),
        }
    }

    /// Describes it without reading all of it.
    pub fn describe(&self) -> Description {
        match self {
            RestoreSource::Archive(archive) => {
                let manifest = archive.manifest();
                Description {
                    created: manifest.created,
                    database: manifest.database,
                    size: manifest.size(),
                }
            }
            RestoreSource::Folder(folder) => folder.describe(),
        }
    }

    /// Writes every file to its path in a volume, below `root`, and makes the folders.
    pub(crate) fn unpack(&self, root: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
        match self {
            RestoreSource::Archive(archive) => {
                archive.read(|member| create(&root.join(member)), |file| close(file, root), progress)
            }
            RestoreSource::Folder(folder) => folder.copy(root, progress),
        }
    }
}
