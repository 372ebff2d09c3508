//! What can be put back: a backup, or plain files.

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
    /// A backup of ours.
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

    /// The backup in a file that is open already; none if that is something else.
    pub fn of_file(path: &Path, file: File) -> Option<RestoreSource> {
        match Archive::of_file(path, file) {
            Ok(archive) => Some(RestoreSource::Archive(Box::new(archive))),
            Err(_) => None,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            RestoreSource::Archive(archive) => archive.path(),
            RestoreSource::Folder(folder) => &folder.path,
        }
    }

    /// Which files it has, by where they stand in a volume. An empty one is as good as none.
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

    /// Where a file comes from that stands so in a volume, if it has it; for a backup that is the backup.
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

    /// What can be told without reading all of it.
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

    /// Puts every file where it stands in a volume, below `root`, whose folders are made.
    pub(crate) fn unpack(&self, root: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
        match self {
            RestoreSource::Archive(archive) => {
                archive.read(|member| create(&root.join(member)), |file| close(file, root), progress)
            }
            RestoreSource::Folder(folder) => folder.copy(root, progress),
        }
    }
}
