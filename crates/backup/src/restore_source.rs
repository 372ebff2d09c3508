//! What can be put back: a backup, or plain files.

mod error;
mod find;
mod kind;
mod probe;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

pub use self::error::{SourceError, SourceRole};
use self::find::Found;
pub use self::kind::Kind;
use crate::archive::{Archive, ArchiveError};
use crate::counts::{count_immutable, with_suffix};
use crate::manifest::{CONFIG, Counts, DATABASE, STORE};
use crate::progress::{BackupStep, Progress, check_cancelled};
use crate::throttle::ThrottledFile;

/// Where files are put back from.
#[derive(Debug)]
pub enum RestoreSource {
    /// A backup of ours.
    Archive(Box<Archive>),
    /// Files of an Isso as they are: the copy of a volume, as StartOS keeps it, a folder with `comments.db` and
    /// `isso.cfg` under whatever names, or one of the two alone.
    Folder(Folder),
}

/// Files of an Isso, in a folder or alone.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Where each file stands in a volume, and where it is.
    files: Vec<(&'static str, PathBuf)>,
    /// The database that the settings name and that is not among them.
    missing: Option<PathBuf>,
}

/// Files that a person has chosen, where there are several, or where they would not be found. They are looked for here,
/// then in the folder that is restored from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is to become `isso.cfg`.
    pub settings: Option<PathBuf>,
    /// What is to become `comments.db`.
    pub database: Option<PathBuf>,
}

/// What can be told of a source without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// When the files were as they are in there.
    pub created: OffsetDateTime,
    /// What is in the database, if that can be told yet.
    pub database: Option<Counts>,
    /// The bytes of all files together.
    pub size: u64,
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

impl Folder {
    fn find(path: &Path, choice: &Choice) -> Result<Folder, SourceError> {
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
    fn single(path: &Path, choice: &Choice) -> Result<Folder, SourceError> {
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

    fn path_of(&self, file: &str) -> Option<&Path> {
        let found = self.files.iter().find(|(member, _)| *member == file);
        found.map(|(_, path)| &**path)
    }

    fn describe(&self) -> Description {
        let metadata = |path: &Path| fs::metadata(path).ok();
        let database = self.path_of(DATABASE);
        let dated = database.or(self.path_of(CONFIG));
        let modified = dated.and_then(|path| metadata(path)?.modified().ok());
        let size = |(_, path): &(_, PathBuf)| Some(metadata(path)?.len());
        // A file with holes may be as long as a number can say.
        let sum = |sizes: &mut dyn Iterator<Item = u64>| sizes.fold(0, u64::saturating_add);
        let beside = database.map_or(0, |path| {
            sum(&mut companions(path).filter_map(|(_, it)| Some(metadata(&it)?.len())))
        });
        Description {
            created: modified.map_or(OffsetDateTime::UNIX_EPOCH, Into::into),
            // What lies beside it has to be played in before anybody can count.
            database: database.filter(|_| beside == 0).and_then(count_immutable),
            size: sum(&mut self.files.iter().filter_map(size)).saturating_add(beside),
        }
    }

    fn copy(&self, root: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
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

/// Copies a database that no process writes to, and what a killed Isso left beside it. If a process does write to it,
/// the parts of the copy are of different moments, so that is an error.
pub(crate) fn copy_database(from: &Path, to: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
    let state = || {
        let files = companions(from).map(|(_, path)| path);
        let files = std::iter::once(from.to_owned()).chain(files);
        let state = |path: PathBuf| {
            let there = fs::metadata(path).ok()?;
            Some((there.ino(), there.len(), there.modified().ok()))
        };
        files.map(state).collect::<Vec<_>>()
    };
    let before = state();
    copy(from, to, progress)?;
    for (suffix, beside) in companions(from) {
        if beside.exists() {
            copy(&beside, &with_suffix(to, suffix), progress)?;
        }
    }
    match state() == before {
        true => Ok(()),
        false => Err(ArchiveError::Changing(from.to_owned())),
    }
}

/// Where SQLite keeps what has not reached a database yet: beside the file, wherever a link leads.
fn companions(database: &Path) -> impl Iterator<Item = (&'static str, PathBuf)> {
    let real = fs::canonicalize(database).unwrap_or_else(|_| database.to_owned());
    ["-journal", "-wal"]
        .into_iter()
        .map(move |suffix| (suffix, with_suffix(&real, suffix)))
}

fn copy(from: &Path, to: &Path, progress: &dyn Progress) -> Result<(), ArchiveError> {
    let unread = |error| ArchiveError::Read(from.to_owned(), error);
    let mut source = probe::open(from).map_err(|error| unread(io::Error::other(error)))?;
    // Of a file that grows faster than it is copied, there would be no end.
    let mut left = source.metadata().map_err(unread)?.len();
    let mut target = create(to)?;
    let mut block = vec![0; 256 * 1024];
    loop {
        check_cancelled(progress)?;
        let read = io::Read::read(&mut source, &mut block).map_err(unread)?;
        if read == 0 {
            break;
        }
        let grown = || ArchiveError::Changing(from.to_owned());
        left = left.checked_sub(read as u64).ok_or_else(grown)?;
        let written = target.write_all(&block[..read]);
        written.map_err(|error| ArchiveError::Write(to.to_owned(), error))?;
        progress.advance(read as u64);
    }
    close(target, to)
}

fn create(path: &Path) -> Result<BufWriter<ThrottledFile>, ArchiveError> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let create = || {
        let folder = path.parent().expect("it is in a folder");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut options = File::options();
        options.create_new(true).write(true).mode(0o600);
        options.open(path).map(ThrottledFile::new).map(BufWriter::new)
    };
    create().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}

fn close(file: BufWriter<ThrottledFile>, path: &Path) -> Result<(), ArchiveError> {
    let close = || file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all();
    close().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}
