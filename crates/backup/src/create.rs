//! Making a backup.

mod database;
mod error;
mod pack;

use std::fs::{self, File};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use isso_cfg::Volume;
use time::OffsetDateTime;

pub use self::error::CreateError;
use self::pack::{Content, Packing, member, pack};
use crate::backup_dir::file_name;
use crate::low_priority::at_low_priority;
use crate::manifest::{CONFIG, DATABASE, FORMAT, Manifest, STORE};
use crate::progress::{BackupStep, Progress, check_cancelled};
use crate::staging_dir::StagingDir;

/// What is backed up, and where to.
#[derive(Debug)]
pub struct Create<'a> {
    /// The Isso.
    pub volume: &'a Volume,
    /// The folder that receives the backup. It is made if it is missing.
    pub to: &'a Path,
    /// The version of the Isso that runs meanwhile, if one does.
    pub isso: Option<String>,
    /// Whether it is certain that no Isso runs, so that the copy may take as long as it needs.
    pub idle: bool,
}

/// A backup that was made.
#[derive(Debug)]
pub struct Created {
    /// Where it is.
    pub path: PathBuf,
    /// How large the file is, in bytes.
    pub size: u64,
    /// Its manifest.
    pub manifest: Manifest,
    /// How the schema differs from Isso's own. A restore refuses such a database.
    pub altered: Option<String>,
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
        // A store alone is not worth a backup.
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
}
