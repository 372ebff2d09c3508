//! What can be put back: a backup, or a plain folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::archive::{Archive, ArchiveError};
use crate::counts::count_still;
use crate::manifest::{Counts, DATABASE, MEMBERS, STORE};
use crate::watch::{Step, Watch, go_on};

/// Where files are put back from.
#[derive(Debug)]
pub enum Origin {
    /// A backup of ours.
    Archive(Box<Archive>),
    /// The copy of a volume, as StartOS keeps it, or just `comments.db` and `isso.cfg` in a folder.
    Folder(Folder),
}

/// A folder with files of an Isso.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Where each file stands in a volume, and where it is.
    files: Vec<(&'static str, PathBuf)>,
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
    /// Opens a backup, or looks for files in a folder.
    pub fn open(path: &Path) -> Result<Origin, ArchiveError> {
        if path.is_dir() {
            Folder::look(path).map(Origin::Folder)
        } else {
            Ok(Origin::Archive(Box::new(Archive::open(path)?)))
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Origin::Archive(archive) => archive.path(),
            Origin::Folder(folder) => &folder.path,
        }
    }

    /// Which files it has, by where they stand in a volume.
    pub fn files(&self) -> Vec<&str> {
        match self {
            Origin::Archive(archive) => {
                let members = &archive.manifest().members;
                members.iter().map(|member| &*member.path).collect()
            }
            Origin::Folder(folder) => folder.files.iter().map(|(name, _)| *name).collect(),
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
            Origin::Archive(archive) => archive.read(
                |member| create(&root.join(member)),
                |file| close(file, root),
                watch,
            ),
            Origin::Folder(folder) => folder.copy(root, watch),
        }
    }
}

impl Folder {
    fn look(path: &Path) -> Result<Folder, ArchiveError> {
        let found = MEMBERS.iter().filter_map(|&member| {
            let flat = Path::new(member).file_name().expect("members are files");
            let places = [path.join(member), path.join(flat)];
            let place = places.into_iter().find(|place| place.is_file())?;
            Some((member, place))
        });
        let files: Vec<_> = found.collect();
        // A store alone says next to nothing.
        if files.iter().all(|(member, _)| *member == STORE) {
            return Err(ArchiveError::NotABackup(path.to_owned()));
        }
        Ok(Folder {
            path: path.to_owned(),
            files,
        })
    }

    fn describe(&self) -> Description {
        let metadata = |path: &PathBuf| fs::metadata(path).ok();
        let database = self.files.iter().find(|(member, _)| *member == DATABASE);
        let is_settled = |path: &PathBuf| {
            let beside = ["-journal", "-wal"].map(|suffix| metadata(&with_suffix(path, suffix)));
            beside.iter().flatten().all(|it| it.len() == 0)
        };
        let dated = database.or(self.files.first());
        let modified = dated.and_then(|(_, path)| metadata(path)?.modified().ok());
        Description {
            created: modified.map_or(OffsetDateTime::UNIX_EPOCH, Into::into),
            database: database
                .filter(|(_, path)| is_settled(path))
                .and_then(|(_, path)| count_still(path)),
            size: self
                .files
                .iter()
                .filter_map(|(_, path)| Some(metadata(path)?.len()))
                .sum(),
        }
    }

    fn copy(&self, root: &Path, watch: &dyn Watch) -> Result<(), ArchiveError> {
        watch.begin(Step::Unpack, self.describe().size);
        for (member, path) in &self.files {
            copy(path, &root.join(member), watch)?;
            // What belongs to the database of an Isso that was killed.
            for suffix in ["-journal", "-wal"].iter().filter(|_| *member == DATABASE) {
                let beside = with_suffix(path, suffix);
                if beside.exists() {
                    copy(&beside, &with_suffix(&root.join(member), suffix), watch)?;
                }
            }
        }
        Ok(())
    }
}

/// `comments.db-journal` and the like.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn copy(from: &Path, to: &Path, watch: &dyn Watch) -> Result<(), ArchiveError> {
    let unread = |error| ArchiveError::Read(from.to_owned(), error);
    let source = File::open(from).map_err(unread)?;
    let mut target = create(to)?;
    let mut block = vec![0; 256 * 1024];
    let mut source = io::BufReader::with_capacity(0, source);
    loop {
        go_on(watch)?;
        let read = io::Read::read(&mut source, &mut block).map_err(unread)?;
        if read == 0 {
            break;
        }
        let written = target.write_all(&block[..read]);
        written.map_err(|error| ArchiveError::Write(to.to_owned(), error))?;
        watch.advance(read as u64);
    }
    close(target, to)
}

fn create(path: &Path) -> Result<BufWriter<File>, ArchiveError> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
    let create = || {
        let folder = path.parent().expect("it is in a folder");
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let mut options = File::options();
        options.create_new(true).write(true).mode(0o600);
        options.open(path).map(BufWriter::new)
    };
    create().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}

fn close(file: BufWriter<File>, path: &Path) -> Result<(), ArchiveError> {
    let close = || {
        file.into_inner()
            .map_err(io::IntoInnerError::into_error)?
            .sync_all()
    };
    close().map_err(|error| ArchiveError::Write(path.to_owned(), error))
}
