//! What a generation runs.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use nix::fcntl::OFlag;
use tokio::process::Command;

use crate::hooks;
use crate::leftover::ProcessMark;
use crate::listener::Listener;
use crate::settings::Snapshot;
use crate::spawn::attach;

/// gunicorn with Isso, or what stands in for it.
///
/// It gets the listening socket as `-b fd://N` after its other arguments, the settings as a file that
/// is nowhere but in memory, and an environment of nothing but `ISSO_SETTINGS`, `NOTIFY_SOCKET`,
/// the variables given, and those that the settings name.
#[derive(Clone)]
pub struct Program {
    executable: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(OsString, OsString)>,
    folder: Option<PathBuf>,
}

impl Program {
    /// The official command line on the gunicorn of a [`crate::Runtime`].
    ///
    /// Besides the socket it differs from
    /// [the image's](https://github.com/isso-comments/isso/blob/0.14.0/Dockerfile) in the hooks beside
    /// it, without which workers may hang with moderation on.
    pub fn gunicorn(executable: impl Into<PathBuf>) -> Program {
        let executable = executable.into();
        let mut arguments: Vec<OsString> = vec!["-c".into(), hooks::beside(&executable).into()];
        arguments.extend(["-w", "4", "--preload"].map(Into::into));
        if takes_files(Path::new("/dev/shm")) {
            arguments.extend(["--worker-tmp-dir", "/dev/shm"].map(Into::into));
        }
        arguments.push("isso.run".into());
        Program::new(executable, arguments)
    }

    /// Any program that takes `-b fd://N` as gunicorn does. It runs in the root folder.
    pub fn new(executable: impl Into<PathBuf>, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Program {
        Program {
            executable: executable.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            variables: Vec::new(),
            // gunicorn looks for modules in its working directory first.
            folder: Some("/".into()),
        }
    }

    /// A command line of gunicorn that the user gave, without `-b`: see [`Program::bind_of`].
    ///
    /// It runs in the present folder, and always with `--preload`: otherwise gunicorn says that it is
    /// ready before it has loaded Isso. gunicorn takes one configuration, which is written to `hooks`: our
    /// hooks or, where it has a configuration of its own, that one and a look for settings that cannot be
    /// supervised.
    pub fn wrapping(
        executable: impl Into<PathBuf>,
        mut arguments: Vec<OsString>,
        hooks: &Path,
        has_own: bool,
    ) -> io::Result<Program> {
        match has_own {
            true => hooks::write_guard(hooks)?,
            false => hooks::write(hooks)?,
        }
        arguments.extend(["--preload".into(), "-c".into(), hooks.into()]);
        let folder = None;
        let program = Program::new(executable, arguments);
        Ok(Program { folder, ..program })
    }

    /// Takes the option `-b` out of gunicorn's arguments, and returns the addresses it named.
    pub fn bind_of(arguments: &mut Vec<OsString>) -> Vec<String> {
        let (mut rest, mut addresses) = (Vec::new(), Vec::new());
        let mut all = std::mem::take(arguments).into_iter();
        while let Some(argument) = all.next() {
            let text = argument.to_string_lossy();
            let (option, value) = text.split_once('=').unwrap_or((&text, ""));
            // argparse takes a beginning that no other option has.
            let is_long = option.len() >= "--bi".len() && "--bind".starts_with(option);
            let attached = match is_long {
                true => Some(value),
                false => text.strip_prefix("-b"),
            };
            let address = match attached {
                Some("") => all.next(),
                Some(attached) => Some(attached.into()),
                None => {
                    rest.push(argument);
                    continue;
                }
            };
            addresses.extend(address.map(|address| address.to_string_lossy().into_owned()));
        }
        *arguments = rest;
        addresses
    }

    /// Adds variables that every generation gets, beside those that its [settings name](Snapshot::variables).
    pub fn variables(mut self, variables: impl IntoIterator<Item = (OsString, OsString)>) -> Program {
        self.variables.extend(variables);
        self
    }

    /// The program's path.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    pub(crate) fn command(
        &self,
        listener: &Arc<Listener>,
        snapshot: &Snapshot,
        notify: &OsString,
        mark: &ProcessMark,
    ) -> io::Result<Command> {
        let settings = snapshot.file(mark.file_name())?;
        let mut command = Command::new(&self.executable);
        command
            .args(&self.arguments)
            .arg("-b")
            .arg(format!("fd://{}", listener.as_fd().as_raw_fd()))
            .env_clear()
            .envs(&snapshot.variables)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .env("ISSO_SETTINGS", format!("/proc/self/fd/{}", settings.as_raw_fd()))
            .env("NOTIFY_SOCKET", notify)
            .stdin(Stdio::null())
            .process_group(0);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        attach(&mut command, Arc::clone(listener), settings);
        Ok(command)
    }
}

/// Whether a file can be made in a folder, which some containers mount read-only: each worker of gunicorn makes one
/// there.
fn takes_files(folder: &Path) -> bool {
    let mut options = File::options();
    let options = options.write(true).custom_flags(OFlag::O_TMPFILE.bits());
    options.open(folder).is_ok()
}

impl fmt::Debug for Program {
    /// Leaves the variables' values out: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.variables.iter().map(|(name, _)| name).collect();
        f.debug_struct("Program")
            .field("executable", &self.executable)
            .field("arguments", &self.arguments)
            .field("variables", &names)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn check(arguments: &str, rest: &str, addresses: &[&str]) {
        let mut arguments: Vec<OsString> = arguments.split(' ').map(Into::into).collect();
        assert_eq!(Program::bind_of(&mut arguments), addresses);
        assert_eq!(arguments.join(OsStr::new(" ")), *rest);
    }

    #[test]
    fn a_folder_that_takes_no_file_is_not_given_to_workers() {
        assert!(takes_files(&std::env::temp_dir()));
        assert!(!takes_files(Path::new("/proc")));
        assert!(!takes_files(Path::new("/nonexistent")));
    }

    #[test]
    fn the_address_is_taken_out_however_it_is_written() {
        check(
            "-b 0.0.0.0:8080 -w 4 --preload --worker-tmp-dir /dev/shm isso.run",
            "-w 4 --preload --worker-tmp-dir /dev/shm isso.run",
            &["0.0.0.0:8080"],
        );
        check("-w 4 --bind=[::]:80 isso.run", "-w 4 isso.run", &["[::]:80"]);
        check(
            "isso.run --bind :80 -b127.0.0.1:81 --bi=:82 --bin :83",
            "isso.run",
            &[":80", "127.0.0.1:81", ":82", ":83"],
        );
        check("-w 4 --backlog 5 isso.run", "-w 4 --backlog 5 isso.run", &[]);
    }
}
