//! The supervisors that are compared, and the commands that start and control each.

mod others;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use self::others::{as_installed, debian, service, supervisord};

/// What keeps Isso up: issoctl, another supervisor, or a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// `issoctl up`.
    Up,
    /// `issoctl supervise`, as it is packed, around the command line of Isso's image.
    Supervise,
    /// `supervise` as the first process of a container, its settings mounted read-only.
    SuperviseFirst,
    /// `supervise` run by an ordinary user.
    SuperviseUser,
    /// A person who stops and starts gunicorn.
    Nobody,
    /// supervisord, from PyPI.
    Supervisord,
    /// s6-svscan, from Debian.
    S6,
    /// runsvdir, from Debian.
    Runit,
}

impl Keeper {
    /// The command that starts it; `None` if it is not installed.
    pub(super) fn command(self, folder: &Path, address: SocketAddr) -> Option<Command> {
        let gunicorn = gunicorn(address);
        Some(match self {
            Self::Up => {
                let mut command = issoctl(folder);
                command.args(["up", "--listen", &address.to_string()]);
                command
            }
            Self::Supervise => supervise(packed(folder), folder, &gunicorn),
            Self::SuperviseFirst => supervise(contained(folder), folder, &gunicorn),
            Self::SuperviseUser => supervise(as_user(folder), folder, &gunicorn),
            Self::Nobody => {
                let mut command = Command::new(&gunicorn[0]);
                command
                    .args(&gunicorn[1..])
                    .env_clear()
                    .env("ISSO_SETTINGS", cfg(folder));
                command
            }
            Self::Supervisord => supervisord(folder, &gunicorn)?,
            Self::S6 => {
                let mut command = as_installed("s6-svscan")?;
                command.arg(service(folder, &gunicorn));
                command
            }
            Self::Runit => {
                let mut command = debian("runsvdir")?;
                command.arg(service(folder, &gunicorn));
                command
            }
        })
    }

    /// The command that restarts Isso after an edit; `None` if there is none, or none is needed.
    pub(super) fn restart(self, folder: &Path) -> Option<Command> {
        match self {
            Self::Supervisord => {
                let mut command = Command::new(crate::runtime().join("bin/supervisorctl"));
                command
                    .arg("-c")
                    .arg(folder.join("state/supervisord.conf"))
                    .args(["restart", "isso"]);
                Some(command)
            }
            Self::S6 => {
                let mut command = debian("s6-svc")?;
                command.arg("-r").arg(folder.join("state/services/isso"));
                Some(command)
            }
            Self::Runit => {
                let mut command = debian("sv")?;
                command.arg("restart").arg(folder.join("state/services/isso"));
                Some(command)
            }
            _ => None,
        }
    }

    /// The command that prints the status; `None` for other supervisors.
    pub(super) fn status(self, folder: &Path) -> Option<Command> {
        let mut command = match self {
            Self::Up => issoctl(folder),
            Self::Supervise | Self::SuperviseFirst | Self::SuperviseUser => issoctl(&folder.join("state")),
            _ => return None,
        };
        command.args(["status", "--json"]);
        Some(command)
    }

    /// Whether it is another supervisor than issoctl.
    pub fn is_other(self) -> bool {
        matches!(self, Self::Nobody | Self::Supervisord | Self::S6 | Self::Runit)
    }

    /// Whether the supervisor is a child of the process that is started.
    pub(super) fn is_wrapped(self) -> bool {
        self == Self::SuperviseFirst
    }
}

/// A command of issoctl on a data folder.
pub(super) fn issoctl(data: &Path) -> Command {
    let mut command = Command::new(crate::issoctl());
    command
        .arg("--data")
        .arg(data)
        .env("ISSOCTL_RUNTIME", crate::runtime())
        .env("LC_ALL", "C.UTF-8");
    command
}

/// issoctl as the first process of a namespace, in which `config` is mounted read-only.
fn contained(folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--pid", "--fork", "--kill-child"]);
    command.args(["--mount", "--mount-proc", "sh", "-euc"]);
    command.arg("mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"; shift; exec \"$@\"");
    command.arg("sh").arg(folder.join("config"));
    then_issoctl(command, folder)
}

/// issoctl run by a user without rights who owns the files.
fn as_user(folder: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-user=1000", "--map-group=1000"]);
    then_issoctl(command, folder)
}

fn packed(folder: &Path) -> Command {
    let mut command = Command::new(crate::packed());
    command
        .arg("--data")
        .arg(folder.join("state"))
        .env("ISSOCTL_RUNTIME", crate::runtime())
        .env("LC_ALL", "C.UTF-8");
    command
}

fn then_issoctl(mut command: Command, folder: &Path) -> Command {
    command.arg(crate::packed()).arg("--data").arg(folder.join("state"));
    command
}

fn supervise(mut command: Command, folder: &Path, gunicorn: &[String]) -> Command {
    command
        .arg("supervise")
        .arg("--config")
        .arg(cfg(folder))
        .arg("--")
        .args(gunicorn);
    command
}

/// The command line of Isso's image.
fn gunicorn(address: SocketAddr) -> Vec<String> {
    let program = crate::runtime().join("bin/gunicorn").to_string_lossy().into_owned();
    let address = address.to_string();
    let mut line = vec![program, "-b".into(), address];
    line.extend(crate::IMAGE_ARGUMENTS.map(String::from));
    line
}

fn cfg(folder: &Path) -> PathBuf {
    folder.join("config/isso.cfg")
}
