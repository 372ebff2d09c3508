//! The Python that makes the environment.

use std::fs::metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::spawn::begin_afresh;

/// Every locked package runs on this CPython and later ones.
const MIN_VERSION: (u32, u32) = (3, 10);

/// Tried in turn; `python3` of a long-term distribution may be too old beside a newer one.
const NAMES: [&str; 6] = [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
];

/// Why no Python will do.
#[derive(Debug, thiserror::Error)]
pub enum PythonError {
    /// None is installed.
    #[error("{0} is not there; install the package python3 and, on Debian and Ubuntu, python3-venv")]
    Missing(PathBuf),
    /// The packages need a later one.
    #[error("{python} is Python {found}, and Isso 0.14 needs 3.10 or later; install a later python3")]
    TooOld {
        /// Which one was asked.
        python: PathBuf,
        /// Its version.
        found: String,
    },
    /// It is there and does not work.
    #[error("{0} does not run")]
    Broken(PathBuf, #[source] io::Error),
}

/// An interpreter, with what distinguishes it from another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Interpreter {
    /// The program itself, not a link to it.
    pub(super) path: PathBuf,
    /// Major and minor version, which name the folder that packages live in.
    pub(super) version: String,
    size: u64,
    modified: i64,
}

impl Interpreter {
    /// Looks for one on the search path.
    pub(super) fn find() -> Result<Interpreter, PythonError> {
        let mut problem = None;
        for name in NAMES {
            match Interpreter::ask(Path::new(name)) {
                Ok(interpreter) => return Ok(interpreter),
                // What is wrong with `python3` itself says more than that another name is missing.
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        Err(problem.expect("at least one name was tried"))
    }

    /// Asks one for its version. A virtual environment's own counts as what it links to.
    pub(super) fn ask(python: &Path) -> Result<Interpreter, PythonError> {
        let broken = |source| PythonError::Broken(python.to_owned(), source);
        let question = "import os, sys; print(*sys.version_info[:2], os.path.realpath(sys.executable))";
        let mut command = Command::new(python);
        begin_afresh(&mut command);
        let answer = command
            .args(["-I", "-c", question])
            .stdin(Stdio::null())
            .output()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => PythonError::Missing(python.to_owned()),
                _ => broken(error),
            })?;
        let answer = String::from_utf8_lossy(&answer.stdout);
        let mut parts = answer.trim_end().splitn(3, ' ');
        let mut part = || parts.next().unwrap_or_default();
        let (major, minor, path) = (part(), part(), part());
        let (Ok(major), Ok(minor)) = (major.parse(), minor.parse()) else {
            return Err(broken(io::Error::other("it does not tell its version")));
        };
        let version = format!("{major}.{minor}");
        if (major, minor) < MIN_VERSION {
            return Err(PythonError::TooOld {
                python: python.to_owned(),
                found: version,
            });
        }
        let file = metadata(path).map_err(broken)?;
        Ok(Interpreter {
            path: path.into(),
            version,
            size: file.len(),
            modified: file.mtime(),
        })
    }

    /// Whether the environment's Python is still this one, or one of the same version: an update
    /// of the system replaces the program, and what is installed for it stays good.
    pub(super) fn still_behind(&self, link: &Path) -> bool {
        let same = link.canonicalize().is_ok_and(|path| path == self.path)
            && metadata(link).is_ok_and(|f| (f.len(), f.mtime()) == (self.size, self.modified));
        same || Interpreter::ask(link).is_ok_and(|other| other.version == self.version)
    }
}
