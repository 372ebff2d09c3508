//! What a generation runs.

use std::ffi::OsString;
use std::fmt;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tokio::process::Command;

use crate::listener::Listener;
use crate::runtime::hooks;
use crate::spawn::attach;

/// gunicorn with Isso, or what stands in for it.
///
/// It gets the listening socket as `-b fd://N` before its other arguments, and an environment of
/// nothing but `ISSO_SETTINGS`, `NOTIFY_SOCKET` and the variables given.
#[derive(Clone)]
pub struct Program {
    executable: PathBuf,
    arguments: Vec<OsString>,
    settings: PathBuf,
    variables: Vec<(OsString, OsString)>,
}

impl Program {
    /// The official command line on the gunicorn of a [`crate::Runtime`], for the settings in
    /// `settings` (an `isso.cfg`).
    ///
    /// Besides the socket it differs from
    /// [the image's](https://github.com/isso-comments/isso/blob/0.14.0/Dockerfile) in having no
    /// control socket, which all gunicorns of a user would share, and in the hooks beside it, without
    /// which workers may hang with moderation on.
    pub fn gunicorn(executable: impl Into<PathBuf>, settings: impl Into<PathBuf>) -> Program {
        let executable = executable.into();
        let mut arguments: Vec<OsString> = vec!["-c".into(), hooks(&executable).into()];
        arguments.extend(["-w", "4", "--preload", "--no-control-socket"].map(Into::into));
        if Path::new("/dev/shm").is_dir() {
            arguments.extend(["--worker-tmp-dir", "/dev/shm"].map(Into::into));
        }
        arguments.push("isso.run".into());
        Program::new(executable, arguments, settings)
    }

    /// Any program that takes `-b fd://N` as gunicorn does.
    pub fn new(
        executable: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
        settings: impl Into<PathBuf>,
    ) -> Program {
        Program {
            executable: executable.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            settings: settings.into(),
            variables: Vec::new(),
        }
    }

    /// Adds those variables that Isso's settings may name: the ones called `ISSO_…`.
    ///
    /// Isso [expands `$NAME`](https://isso-comments.de/docs/reference/server-config/) in every
    /// value; a variable called otherwise would change a password with a dollar sign in it.
    pub fn variables(
        mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Program {
        let isso = |name: &OsString| name.as_encoded_bytes().starts_with(b"ISSO_");
        self.variables
            .extend(variables.into_iter().filter(|(name, _)| isso(name)));
        self
    }

    /// The program's path.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    pub(crate) fn command(&self, listener: &Arc<Listener>, notify: &OsString) -> Command {
        let socket = listener.as_fd().as_raw_fd();
        let mut command = Command::new(&self.executable);
        command
            .arg("-b")
            .arg(format!("fd://{socket}"))
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("ISSO_SETTINGS", &self.settings)
            .env("NOTIFY_SOCKET", notify)
            // gunicorn looks for modules in its working directory first.
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        attach(&mut command, Arc::clone(listener));
        command
    }
}

impl fmt::Debug for Program {
    /// Leaves the variables' values out: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.iter().map(|(name, _)| name).collect();
        f.debug_struct("Program")
            .field("executable", &self.executable)
            .field("arguments", &self.arguments)
            .field("settings", &self.settings)
            .field("variables", &names)
            .finish()
    }
}
