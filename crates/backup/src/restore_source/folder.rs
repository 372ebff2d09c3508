//! Plain files as a source.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use super::choice::Choice;
use super::copy::{copy, copy_database};
use super::description::Description;
use super::error::{SourceError, SourceRole};
use super::find::{self, Found};
use super::probe;
use crate::archive::ArchiveError;
use crate::beside::journals;
use crate::counts::count_immutable;
use crate::manifest::{CONFIG, DATABASE, STORE};
use crate::progress::{BackupStep, Progress};

/// Files of an Isso, in a folder or alone.
#[derive(Debug)]
pub struct Folder {
    pub(super) path: PathBuf,
    /// Where each file stands in a volume, and where it is.
    pub(super) files: Vec<(&'static str, PathBuf)>,
    /// The database that the settings name and that is not among them.
    pub(super) missing: Option<PathBuf>,
}

impl Folder {
    /// Finds the files in a folder.
    pub(super) fn find(path: &Path, choice: &Choice) -> Result<Folder, SourceError> {
        let Found { files, missing } = find::find(path, choice)?;
        // A store alone says next to nothing.
        if files.iter().all(|(member, _)| *member == STORE) {
            return Err(SourceError::Nothing(path.to_owned()));
        }
        Ok(Folder {
            path: path.to_owned(),
            files,
            missing,
        })
    }

    /// A database or settings alone, beside what was chosen.
    pub(super) fn single(path: &Path, choice: &Choice) -> Result<Folder, SourceError> {
        let Choice {
            mut settings,
            mut database,
        } = choice.clone();
        match probe::single(path)? {
            SourceRole::Database if database.is_none() => database = Some(path.to_owned()),
            SourceRole::Settings if settings.is_none() => settings = Some(path.to_owned()),
            _ => {}
        }
        let mut files = Vec::new();
        if let Some(settings) = settings {
            probe::settings(&settings)?;
            files.push((CONFIG, settings));
        }
        if let Some(database) = database {
            files.push((DATABASE, find::require_database(database)?));
        }
        Ok(Folder {
            path: path.to_owned(),
            files,
            missing: None,
        })
    }

    pub(super) fn path_of(&self, file: &str) -> Option<&Path> {
        let found = self.files.iter().find(|(member, _)| *member == file);
        found.map(|(_, path)| &**path)
    }

    pub(super) fn describe(&self) -> Description {
        let metadata = |path: &Path| fs::metadata(path).ok();
        let database = self.path_of(DATABASE);
        let dated = database.or(self.path_of(CONFIG));
        let modified = dated.and_then(|path| metadata(path)?.modified().ok());
        let size = |(_, path): &(_, PathBuf)| Some(metadata(path)?.len());
        // A file with holes may be as long as a number can say.
        let sum = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
        let beside = database.map_or(0, |path| {
            sum(&mut journals(path).filter_map(|(_, it)| Some(metadata(&it)?.len())))
        });
        Description {
            created: modified.map_or(OffsetDateTime::UNIX_EPOCH, Into::into),
            // Comments in a journal beside it could not be counted.
            database: database.filter(|_| beside == 0).and_then(count_immutable),
            size: sum(&mut self.files.iter().filter_map(size)).saturating_add(beside),
        }
    }

    pub(super) fn copy(&self, root: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
        progress.begin(BackupStep::Unpack, self.describe().size);
        for (member, path) in &self.files {
            match *member {
                DATABASE => copy_database(path, &root.join(member), progress)?,
                _ => copy(path, &root.join(member), progress)?,
            }
        }
        Ok(())
    }
}
