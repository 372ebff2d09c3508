//! The first half of a restore: unpacks and checks all files beside those of the volume, while Isso may be serving.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use isso_cfg::{Diagnostic, Document, Mended, Severity, diagnose, mend, sync_folder};
use isso_database::Depth;

use crate::backup_dir::BEFORE_RESTORE;
use crate::counts::{self, DatabaseProblem};
use crate::manifest::{CONFIG, Counts, DATABASE, MEMBERS};
use crate::names::{free_beside, free_name, now};
use crate::plan::{Plan, REJECTED};
use crate::progress::{BackupStep, Progress};
use crate::restore_source::RestoreSource;
use crate::space;
use crate::stage_error::StageError;
use crate::staging_dir::StagingDir;

/// Files that are unpacked and checked. Dropping it removes them.
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
    /// The settings as they are put in place, and the repairs that make Isso accept them; `None` if there are none, or
    /// they are left as they are.
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
pub(crate) enum Settings {
    Mended,
    AsTheyAre,
}

/// Does the same with settings that may be left as they are.
pub(crate) fn stage_as(
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
        // The schema is checked before anything else in the database is read.
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
        // The volume's own settings stay.
        _ => None,
    };
    let diagnostics = cfg.as_deref().map(diagnose_bytes).unwrap_or_default();
    let has = source.files();
    let mut files: Vec<String> = MEMBERS
        .into_iter()
        // An empty file would take the volume's own away and bring nothing.
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
