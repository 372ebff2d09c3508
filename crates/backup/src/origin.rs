//! What can be put back: a backup, or plain files.

mod error;
mod find;
mod kind;
mod look;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

pub use self::error::{OriginError, Wanted};
use self::find::Found;
pub use self::kind::Kind;
use crate::archive::{Archive, ArchiveError};
use crate::counts::{count_still, with_suffix};
use crate::manifest::{CONFIG, Counts, DATABASE, STORE};
use crate::pace::Paced;
use crate::watch::{Step, Watch, go_on};

/// Where files are put back from.
#[derive(Debug)]
pub enum Origin {
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

/// What can be told of an origin without reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Description {
    /// When the files were as they are in there.
    pub created: OffsetDateTime,
    /// What is in the database, if that can be told yet.
    pub database: Option<Counts>,
    /// The bytes of all files together.
    pub size: u64,
}

impl Origin {
    /// Opens a backup, or finds the files of an Isso in a folder.
    pub fn open(path: &Path) -> Result<Origin, OriginError> {
        Origin::choose(path, &Choice::default())
    }

    /// Opens a backup, or finds the files of an Isso in a folder, some of which were chosen. Reads the settings and a
    /// little of each database; writes nothing.
    pub fn choose(path: &Path, choice: &Choice) -> Result<Origin, OriginError> {
        if path.is_dir() {
            return Folder::look(path, choice).map(Origin::Folder);
        }
        match Archive::open(path) {
            Ok(_) if *choice != Choice::default() => Err(OriginError::Chosen(path.to_owned())),
            Ok(archive) => Ok(Origin::Archive(Box::new(archive))),
            Err(ArchiveError::NotABackup(_)) => Folder::single(path, choice).map(Origin::Folder),
            Err(error) => Err(error.into()),
        }
    }

    /// The backup in a file that is open already; none if that is something else.
    pub fn of_file(path: &Path, file: File) -> Option<Origin> {
        match Archive::of_file(path, file) {
            Ok(archive) => Some(Origin::Archive(Box::new(archive))),
            Err(_) => None,
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Origin::Archive(archive) => archive.path(),
            Origin::Folder(folder) => &folder.path,
        }
    }

    /// Which files it has, by where they stand in a volume. An empty one is as good as none.
    pub fn files(&self) -> Vec<&str> {
        match self {
            Origin::Archive(archive) => {
                let members = archive.manifest().members.iter();
                let members = members.filter(|member| member.size > 0);
                members.map(|member| &*member.path).collect()
            }
            Origin::Folder(folder) => folder.files.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// Where a file comes from that stands so in a volume, if it has it; for a backup that is the backup.
    pub fn source_of(&self, file: &str) -> Option<&Path> {
        match self {
            Origin::Archive(archive) => self.files().contains(&file).then(|| archive.path()),
            Origin::Folder(folder) => folder.source_of(file),
        }
    }

    /// The database that its settings name and that it does not have.
    pub fn missing_database(&self) -> Option<&Path> {
        match self {
            Origin::Archive(_) => None,
            Origin::Folder(folder) => folder.missing.as_deref(),
        }
    }

    /// What can be told without reading all of it.
    pub fn describe(&self) -> Description {
        match self {
            Origin::Archive(archive) => {
                let manifest = archive.manifest();
                Description {
                    created: manifest.created,
                    database: manifest.database,
                    size: manifest.size(),
                }
            }
            Origin::Folder(folder) => folder.describe(),
        }
    }

    /// Puts every file where it stands in a volume, below `root`, whose folders are made.
    pub(crate) fn unpack(&self, root: &Path, watch: &dyn Watch) -> Result<(), ArchiveError> {
        match self {
            Origin::Archive(archive) => {
                archive.read(|member| create(&root.join(member)), |file| close(file, root), watch)
            }
            Origin::Folder(folder) => folder.copy(root, watch),
        }
    }
}

impl Folder {
    fn look(path: &Path, choice: &Choice) -> Result<Folder, OriginError> {
        let Found { files, missing } = find::find(path, choice)?;
        // A store alone says next to nothing.
        if files.iter().all(|(member, _)| *member == STORE) {
            return Err(OriginError::Nothing(path.to_owned()));
        }
        Ok(Folder {
            path: path.to_owned(),
            files,
            missing,
        })
    }

    /// A database or settings alone, beside what was chosen.
    fn single(path: &Path, choice: &Choice) -> Result<Folder, OriginError> {
        let Choice {
            mut settings,
            mut database,
        } = choice.clone();
        match look::single(path)? {
            Wanted::Database if database.is_none() => database = Some(path.to_owned()),
            Wanted::Settings if settings.is_none() => settings = Some(path.to_owned()),
            _ => {}
        }
        let mut files = Vec::new();
        if let Some(settings) = settings {
            look::settings(&settings)?;
            files.push((CONFIG, settings));
        }
        if let Some(database) = database {
            files.push((DATABASE, find::sure(database)?));
        }
        Ok(Folder {
            path: path.to_owned(),
            files,
            missing: None,
        })
    }

    fn source_of(&self, file: &str) -> Option<&Path> {
        let found = self.files.iter().find(|(member, _)| *member == file);
        found.map(|(_, path)| &**path)
    }

    fn describe(&self) -> Description {
        let metadata = |path: &Path| fs::metadata(path).ok();
        let database = self.source_of(DATABASE);
        let dated = database.or(self.source_of(CONFIG));
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
            database: database.filter(|_| beside == 0).and_then(count_still),
            size: sum(&mut self.files.iter().filter_map(size)).saturating_add(beside),
        }
    }

    fn copy(&self, root: &Path, watch: &dyn Watch) -> Result<(), ArchiveError> {
        watch.begin(Step::Unpack, self.describe().size);
        for (member, path) in &self.files {
            match *member {
                DATABASE => copy_database(path, &root.join(member), watch)?,
                _ => copy(path, &root.join(member), watch)?,
            }
        }
        Ok(())
    }
}

/// Copies a database that no process writes to, and what a killed Isso left beside it. If a process does write to it,
/// the parts of the copy are of different moments, so that is an error.
pub(crate) fn copy_database(from: &Path, to: &Path, watch: &dyn Watch) -> Result<(), ArchiveError> {
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
    copy(from, to, watch)?;
    for (suffix, beside) in companions(from) {
        if beside.exists() {
            copy(&beside, &with_suffix(to, suffix), watch)?;
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

fn copy(from: &Path, to: &Path, watch: &dyn Watch) -> Result<(), ArchiveError> {
    let unread = |error| ArchiveError::Read(from.to_owned(), error);
    let mut source = look::open(from).map_err(|error| unread(io::Error::other(error)))?;
    // Of a file that grows faster than it is copied, there would be no end.
    let mut left = source.metadata().map_err(unread)?.len();
    let mut target = create(to)?;
    let mut block = vec![0; 256 * 1024];
    loop {
        go_on(watch)?;
        let read = io::Read::read(&mut source, &mut block).map_err(unread)?;
        if read == 0 {
            break;
        }
        let grown = || ArchiveError::Changing(from.to_owned());
        left = left.checked_sub(read as u64).ok_or_else(grown)?;
        let written = target.write_all(&block[..read]);
        written.map_err(|error| ArchiveError::Write(to.to_owned(), error))?;
        watch.advance(read as u64);
    }
    close(target, to)
}

fn create(path: &Path) -> Result<BufWriter<Paced>, ArchiveError> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let create = || {
        let folder = path.parent().expect("it is in a folder");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut options = File::options();
        options.create_new(true).write(true).mode(0o600);
        options.open(path).map(Paced::new).map(BufWriter::new)
    };
    create().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}

fn close(file: BufWriter<Paced>, path: &Path) -> Result<(), ArchiveError> {
    let close = || file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all();
    close().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}
