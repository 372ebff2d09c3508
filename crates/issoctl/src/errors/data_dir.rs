//! Errors of the data folder.

use isso_host::cfg::VolumeError;
use isso_host::{DataDirError, LockHolder, remedy};

use crate::failure::Failure;

impl From<DataDirError> for Failure {
    fn from(error: DataDirError) -> Self {
        let hint = match &error {
            DataDirError::Create { .. } => Some("choose another one with --data DIR".to_owned()),
            DataDirError::NoIsso(_) => {
                Some("set one up with `issoctl up`, or name another folder with --data DIR".to_owned())
            }
            DataDirError::BackupRunning => Some("wait until it is done".to_owned()),
            DataDirError::OpenLock { path, is_no_file, .. } => is_no_file.then(|| {
                let path = path.to_string_lossy();
                format!("it is no file; remove it: rm -r {}", shell_words::quote(&path))
            }),
            DataDirError::Taken { holder, .. } => Some(or_kill(
                "wait until it says that Isso serves, or until that command has ended",
                *holder,
            )),
            DataDirError::NotReady { holder, .. } => Some(or_kill("wait until it says that Isso serves", *holder)),
            DataDirError::NotRunning(_) => {
                Some("start it with `issoctl up`, or name its folder with --data DIR".to_owned())
            }
            DataDirError::Lock { .. } | DataDirError::Client(_) => None,
        };
        let exit = match &error {
            DataDirError::NoIsso(_) => Self::USAGE,
            DataDirError::Taken { .. } | DataDirError::NotReady { .. } | DataDirError::NotRunning(_) => {
                Self::NOT_RUNNING
            }
            _ => Self::FAILED,
        };
        let failure = match error {
            DataDirError::Client(error) => return error.into(),
            error => Self::of(error).exit(exit),
        };
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<VolumeError> for Failure {
    fn from(source: VolumeError) -> Self {
        Self::new("the data folder cannot be used", source)
    }
}

/// The failure of a command that only reads the settings.
pub fn unreadable_settings(error: VolumeError) -> Failure {
    let hint = remedy(&error).unwrap_or("name the data folder with --data DIR");
    Failure::new("the settings cannot be read", error)
        .exit(Failure::USAGE)
        .hint(hint)
}

fn or_kill(wait: &str, holder: LockHolder) -> String {
    match holder {
        LockHolder(Some(process)) => format!("{wait}; to end it now: kill {process}"),
        LockHolder(None) => wait.to_owned(),
    }
}
