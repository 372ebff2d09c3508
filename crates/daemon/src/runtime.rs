//! The private Python environment that a host without Isso's image runs Isso in.

mod environment;
mod install;
mod lock;
mod marker;
mod python;

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use environment::Environment;
use install::Installer;
use marker::Marker;
use nix::fcntl::OFlag;
use python::Interpreter;

use crate::hooks;

pub use lock::locked_isso_version;
pub use python::PythonError;

/// A virtual environment with Isso 0.14.0 and gunicorn 27.0.1, every file of which is locked by its
/// hash.
///
/// It is complete once its marker stands, which is written last; whatever interrupts the making
/// leaves an environment that is made anew the next time. So does damage: a locked requirement or
/// Python version other than noted, a file missing or with another size than at the installation.
/// A file that changed and kept its size is not noticed: reading them all would cost a start more
/// than loading Isso.
///
/// Beside gunicorn lie its hooks, which [`crate::Program::gunicorn`] hands to it. They come with this
/// crate, so a change of theirs is undone by writing them again, and nothing is fetched.
#[derive(Debug, Clone)]
pub struct Runtime {
    folder: PathBuf,
    python: Option<PathBuf>,
    misaka: bool,
    environment: Environment,
}

/// How far the installation has come, for a progress bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallProgress {
    /// What is being done now.
    pub step: InstallStep,
    /// So many steps are done.
    pub done: usize,
    /// So many there are.
    pub total: usize,
}

/// One step of making the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstallStep {
    /// Another program makes this environment at the moment.
    Wait,
    /// Python makes an empty environment.
    Create,
    /// A package is fetched.
    Fetch(String),
    /// What was fetched is installed and compiled.
    Install,
    /// A package that is published as source is fetched, built and installed.
    Build(String),
}

/// Why there is no environment.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// No Python that will do.
    #[error(transparent)]
    Python(#[from] PythonError),
    /// Distributions package it apart.
    #[error(
        "Python cannot make virtual environments; install python3-venv (Debian, Ubuntu) or python3 (Fedora, Alpine)"
    )]
    NoVenv,
    /// It has `venv`, which fails.
    #[error("{python} -m venv failed:\n{output}")]
    Venv {
        /// The Python.
        python: PathBuf,
        /// Its last lines.
        output: String,
    },
    /// The packages could not be fetched or installed.
    #[error("pip could not install what Isso needs:\n{output}")]
    Pip {
        /// Its last lines.
        output: String,
    },
    /// The one package with C in it could not be built.
    #[error(
        "misaka could not be built; it needs a C compiler and Python's headers: install gcc, python3-dev and \
         libffi-dev (Alpine: musl-dev, too; Fedora: gcc, python3-devel and libffi-devel), or remove \
         `renderer = misaka` from the settings:\n{output}"
    )]
    Misaka {
        /// pip's last lines.
        output: String,
    },
    /// What is there is not of an environment, and is not removed for one.
    #[error(
        "{0} is there already, and is no Python environment that issoctl has made, so it is left as it is; name another \
         folder for the environment, one that is empty or not there yet"
    )]
    Foreign(PathBuf),
    /// pip reported success, and files are missing.
    #[error("the Python environment {0} is incomplete although pip reported success")]
    Incomplete(PathBuf),
    /// A file or folder of the environment.
    #[error("cannot {doing} {path}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Runtime {
    /// Names the environment in this folder, which belongs to it alone. Touches nothing yet.
    pub fn new(folder: impl Into<PathBuf>) -> Runtime {
        Runtime {
            folder: folder.into(),
            python: None,
            misaka: false,
            environment: Environment::default(),
        }
    }

    /// Has Python and pip run with these variables, save those that would lead them to another Python, other modules or
    /// another folder, such as `PYTHONHOME` and `PIP_TARGET`. Without, they inherit this process's environment.
    pub fn environment(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Runtime {
        self.environment = Environment::new(variables);
        self
    }

    /// Asks for misaka, too, which Isso imports only for `[markup] renderer = misaka`. Unlike all
    /// else it takes a C compiler.
    pub fn misaka(mut self, wanted: bool) -> Runtime {
        self.misaka = wanted;
        self
    }

    /// Uses this Python instead of the `python3`, or else the `python3.X`, on the search path.
    pub fn python(mut self, python: impl Into<PathBuf>) -> Runtime {
        self.python = Some(python.into());
        self
    }

    /// The gunicorn in it.
    pub fn gunicorn(&self) -> PathBuf {
        self.folder.join("bin/gunicorn")
    }

    /// Whether it is complete and undamaged. Takes some milliseconds.
    pub fn is_ready(&self) -> bool {
        self.is_installed() && hooks::are_current(&hooks::beside(&self.gunicorn()))
    }

    /// Makes it if it is not ready. Blocks, for some ten seconds when there is something to make.
    ///
    /// Proxies count, and so do `PIP_…` settings that say from where pip fetches.
    pub fn ensure(&self, mut progress: impl FnMut(InstallProgress)) -> Result<(), RuntimeError> {
        if self.is_ready() {
            return Ok(());
        }
        let lock = self.lock(&mut progress)?;
        // The process that had the lock may have made it meanwhile.
        if self.is_ready() {
            return Ok(());
        }
        if !self.is_installed() {
            self.install(&lock, &mut progress)?;
        }
        let hooks = hooks::beside(&self.gunicorn());
        hooks::write(&hooks).map_err(file("write", &hooks))?;
        match self.is_ready() {
            true => Ok(()),
            false => Err(RuntimeError::Incomplete(self.folder.clone())),
        }
    }

    /// Whether everything that is fetched is there.
    fn is_installed(&self) -> bool {
        Marker::read(&self.folder).is_some_and(|marker| marker.holds(&self.folder, self.misaka))
    }

    /// Makes it from nothing.
    fn install(&self, lock: &File, progress: &mut impl FnMut(InstallProgress)) -> Result<(), RuntimeError> {
        let python = match &self.python {
            Some(python) => Interpreter::ask(python)?,
            None => Interpreter::find()?,
        };
        if !marker::is_replaceable(&self.folder) {
            return Err(RuntimeError::Foreign(self.folder.clone()));
        }
        match fs::remove_dir_all(&self.folder) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(file("remove", &self.folder)(e));
            }
            _ => {}
        }
        Installer::new(&self.folder, &self.environment, lock, progress).run(&python, self.misaka)?;
        Marker::write(&self.folder, &python, self.misaka)
    }

    /// Takes the lock beside the folder.
    fn lock(&self, progress: &mut impl FnMut(InstallProgress)) -> Result<File, RuntimeError> {
        let path = self.folder.with_extension("lock");
        let mut locked = || {
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            // A link might have root empty a file elsewhere, and a pipe would be waited for.
            let lock = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
                .open(&path)?;
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) => {
                    progress(InstallProgress {
                        step: InstallStep::Wait,
                        done: 0,
                        total: 1,
                    });
                    lock.lock()?;
                }
                other => other?,
            }
            Ok(lock)
        };
        locked().map_err(file("lock", &path))
    }
}

/// Makes an error of what the system says.
fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> RuntimeError {
    let path = path.to_owned();
    move |source| RuntimeError::File { doing, path, source }
}
