//! Making a backup.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use blake3::Hasher;
use isso_cfg::{Volume, VolumeError};
use isso_database::{DatabaseError, Depth, SchemaProblem, check_database};
use nix::unistd::{AccessFlags, access};
use time::OffsetDateTime;

use crate::archive::{ArchiveError, MANIFEST};
use crate::backup_dir::file_name;
use crate::container::Writer;
use crate::counts::{self, DatabaseProblem, recover_database, with_suffix};
use crate::low_priority::at_low_priority;
use crate::manifest::{CONFIG, Counts, DATABASE, FORMAT, Manifest, Member, STORE};
use crate::progress::{BackupStep, Cancelled, Progress, Quiet, check_cancelled};
use crate::restore_source;
use crate::snapshot::{SnapshotError, snapshot};
use crate::space::{self, NoSpace};
use crate::staging_dir::{StagingDir, StagingDirError};

/// What is backed up, and where to.
#[derive(Debug)]
pub struct Create<'a> {
    /// The Isso.
    pub volume: &'a Volume,
    /// The folder that receives the backup; made if it is missing.
    pub to: &'a Path,
    /// The version of the Isso that serves meanwhile, if one does.
    pub isso: Option<String>,
    /// Whether it is certain that nobody serves, so that nobody has to wait.
    pub idle: bool,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Created {
    /// Where it is.
    pub path: PathBuf,
    /// How large the file is, in bytes.
    pub size: u64,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What differs from Isso's own schema. A restore refuses such a database.
    pub altered: Option<String>,
}

/// Why there is no backup. Nothing of one is left then.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The settings cannot be read.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// There is neither a database nor an `isso.cfg`.
    #[error("there is nothing to back up in {0}")]
    Nothing(PathBuf),
    /// The database is gone or damaged.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// It could not be copied.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The copy is damaged, and so is the database.
    #[error("the database {0} is damaged")]
    Unsound(PathBuf, #[source] DatabaseProblem),
    /// The folder for the backup.
    #[error(transparent)]
    StagingDir(#[from] StagingDirError),
    /// The disk is too full.
    #[error(transparent)]
    Space(#[from] NoSpace),
    /// The archive cannot be written.
    #[error("cannot write the backup to {0}")]
    Write(PathBuf, #[source] io::Error),
    /// Nobody wants it any more.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Create<'_> {
    /// Makes a backup, while Isso may be serving. Takes about as long as copying and compressing the database.
    ///
    /// The file has its name only once it is whole and on the disk. Needs room for a copy of the database beside it,
    /// meanwhile.
    pub fn run(&self, progress: &dyn Progress) -> Result<Created, CreateError> {
        let database = self.volume.db_path();
        let staging = StagingDir::new(self.to)?;
        let [cfg, store] = self.volume.originals()?;
        let copy = staging.path().join("comments.db");
        let (counts, altered) = self.copy_database(&database, &copy, progress)?.unzip();
        let created = OffsetDateTime::now_utc();
        let created = created.replace_nanosecond(0).expect("0 is in the range");

        let mut files = Vec::new();
        for (path, bytes) in [(CONFIG, cfg), (STORE, store)] {
            files.extend(bytes.map(|bytes| (path, Content::Bytes(bytes))));
        }
        if counts.is_some() {
            files.push((DATABASE, Content::File(copy.clone())));
        }
        // A store alone says next to nothing.
        if files.iter().all(|(path, _)| *path == STORE) {
            return Err(CreateError::Nothing(self.volume.root().to_owned()));
        }
        let unwritten = |error| CreateError::Write(self.to.to_owned(), error);
        let packed = staging.path().join("archive");
        let failed = |error| -> CreateError {
            match error {
                Packing::Cancelled(cancelled) => cancelled.into(),
                Packing::Io(error) => unwritten(error),
            }
        };
        let manifest = at_low_priority(|| {
            let members = files.iter().map(|(path, content)| member(path, content, progress));
            let manifest = Manifest {
                format: FORMAT,
                created,
                isso: self.isso.clone(),
                database: counts,
                members: members.collect::<Result<_, _>>().map_err(failed)?,
            };
            progress.begin(BackupStep::Pack, manifest.size());
            let mut options = File::options();
            let options = options.create_new(true).write(true).mode(0o600);
            let file = options.open(&packed).map_err(unwritten)?;
            pack(file, &manifest, &files, progress).map_err(failed)?;
            Ok::<_, CreateError>(manifest)
        })?;
        check_cancelled(progress)?;
        let size = fs::metadata(&packed).map_err(unwritten)?.len();
        let path = staging.publish(&packed, &file_name(manifest.created))?;
        Ok(Created {
            path,
            size,
            manifest,
            altered: altered.flatten(),
        })
    }

    /// Gives what is in the copy, and what in its schema a restore would refuse; nothing where Isso has no table yet.
    fn copy_database(
        &self,
        database: &Path,
        copy: &Path,
        progress: &dyn Progress,
    ) -> Result<Option<(Counts, Option<String>)>, CreateError> {
        let there = match fs::metadata(database) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // One that was there and is gone is an error; one that never was is not.
                check_not_emptied(database)?;
                return Ok(None);
            }
            there => there.map_err(|error| SnapshotError::Read(database.to_owned(), error))?,
        };
        // The copy, and what it is packed into, which is seldom less than a third.
        space::need(self.to, there.len() + there.len() / 3)?;
        match snapshot(database, copy, self.idle, progress) {
            // SQLite writes beside a database to read one that was left half written, or has a log.
            Err(SnapshotError::Database(..)) if is_read_only(database) => {
                copy_unused(database, copy, progress)?;
            }
            copied => copied?,
        }
        progress.begin(BackupStep::Check, 0);
        let counts = at_low_priority(|| counts::check_and_count(copy, Depth::Pages, progress));
        let counts = counts.map_err(|error| match error {
            // Of the database that says nothing.
            DatabaseProblem::Unreadable(error) if !copy.exists() => {
                CreateError::Write(self.to.to_owned(), io::Error::other(error))
            }
            error => CreateError::Unsound(database.to_owned(), error),
        })?;
        let problem = counts::find_schema_problem(copy, progress);
        check_cancelled(progress)?;
        if (counts.comments, counts.threads) == (0, 0) {
            // One that was emptied would in time take the place of those backups that have comments.
            check_not_emptied(database)?;
            if matches!(problem, Ok(Some(SchemaProblem::NotIsso(_)))) {
                // Isso has made no table in it yet.
                return Ok(None);
            }
        }
        let altered = match problem {
            Ok(other) => other.map(|it| it.to_string()),
            Err(error) => Some(error.to_string()),
        };
        Ok(Some((counts, altered)))
    }
}

/// A database that had comments and has none any more is an error.
fn check_not_emptied(database: &Path) -> Result<(), DatabaseError> {
    let marker = with_suffix(database, ".exists");
    match check_database(database, Depth::Pages) {
        // To be read is all that is asked of it here.
        Err(DatabaseError::Unwritable { .. }) if !marker.exists() => Ok(()),
        Err(DatabaseError::Unwritable { .. }) => {
            let database = database.to_owned();
            Err(match database.exists() {
                true => DatabaseError::Empty { database, marker },
                false => DatabaseError::Missing { database, marker },
            })
        }
        checked => checked,
    }
}

fn is_read_only(database: &Path) -> bool {
    let folder = database.parent().unwrap_or(Path::new("/"));
    access(folder, AccessFlags::W_OK).is_err()
}

/// Copies a database that no process writes to, with what SQLite has left beside it, and plays that into the copy.
fn copy_unused(database: &Path, copy: &Path, progress: &dyn Progress) -> Result<(), CreateError> {
    let unwritten = |error| CreateError::Write(copy.to_owned(), io::Error::other(error));
    match fs::remove_file(copy) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritten(error)),
        _ => {}
    }
    let size = fs::metadata(database).map_or(0, |it| it.len());
    progress.begin(BackupStep::Copy, size);
    restore_source::copy_database(database, copy, progress).map_err(|error| match error {
        ArchiveError::Cancelled(cancelled) => cancelled.into(),
        ArchiveError::Read(path, error) => SnapshotError::Read(path, error).into(),
        error => CreateError::Write(copy.to_owned(), io::Error::other(error)),
    })?;
    recover_database(copy, progress).map_err(|error| CreateError::Unsound(database.to_owned(), error))
}

enum Content {
    Bytes(Vec<u8>),
    File(PathBuf),
}

impl Content {
    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Content::Bytes(bytes) => Box::new(&bytes[..]),
            Content::File(path) => Box::new(File::open(path)?),
        })
    }
}

fn member(path: &str, content: &Content, progress: &dyn Progress) -> Result<Member, Packing> {
    let mut hasher = Hasher::new();
    hasher.update_reader(Watched {
        content: content.open()?,
        progress: &Quiet(progress),
    })?;
    Ok(Member {
        path: path.to_owned(),
        size: hasher.count(),
        blake3: hasher.finalize().to_hex().to_string(),
    })
}

/// Writes the archive down to the disk.
fn pack(file: File, manifest: &Manifest, files: &[(&str, Content)], progress: &dyn Progress) -> Result<(), Packing> {
    let text = serde_json::to_vec_pretty(manifest).map_err(io::Error::from)?;
    let mut writer = Writer::new(file);
    writer.frame(|frame| append(frame, manifest, MANIFEST, text.len() as u64, &mut &text[..]))?;
    writer.frame(|frame| {
        for ((path, content), member) in files.iter().zip(&manifest.members) {
            let mut watched = Watched {
                content: content.open()?,
                progress,
            };
            append(frame, manifest, path, member.size, &mut watched)?;
        }
        // The end of a tar archive.
        Ok::<_, Packing>(frame.write_all(&[0; 1024])?)
    })?;
    Ok(writer.finish()?)
}

fn append(
    to: &mut dyn Write,
    manifest: &Manifest,
    path: &str,
    size: u64,
    content: &mut dyn Read,
) -> Result<(), Packing> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(size);
    header.set_mode(0o600);
    let time = manifest.created.unix_timestamp();
    header.set_mtime(time.try_into().unwrap_or(0));
    header.set_cksum();
    to.write_all(header.as_bytes())?;
    let mut block = vec![0; 256 * 1024];
    let mut written = 0;
    loop {
        let read = content.read(&mut block)?;
        if read == 0 {
            break;
        }
        to.write_all(&block[..read])?;
        written += read as u64;
    }
    if written != size {
        return Err(io::Error::other(format!("{path} changed while it was packed")).into());
    }
    let padding = usize::try_from(size.next_multiple_of(512) - size).expect("it is less than 512");
    Ok(to.write_all(&[0; 512][..padding])?)
}

enum Packing {
    Io(io::Error),
    Cancelled(Cancelled),
}

impl From<io::Error> for Packing {
    fn from(error: io::Error) -> Packing {
        match error.downcast::<Cancelled>() {
            Ok(cancelled) => Packing::Cancelled(cancelled),
            Err(error) => Packing::Io(error),
        }
    }
}

struct Watched<'a> {
    content: Box<dyn Read + 'a>,
    progress: &'a dyn Progress,
}

impl Read for Watched<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        check_cancelled(self.progress).map_err(io::Error::other)?;
        let read = self.content.read(into)?;
        self.progress.advance(read as u64);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Cancel;

    impl Progress for Cancel {
        fn begin(&self, _: BackupStep, _: u64) {}
        fn advance(&self, _: u64) {}
        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn hashing_can_be_cancelled() {
        let hashed = member(CONFIG, &Content::Bytes(vec![7]), &Cancel);
        assert!(matches!(hashed, Err(Packing::Cancelled(_))));
    }
}
