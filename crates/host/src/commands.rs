//! The programs that a host starts beside Isso.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};

use isso_actions::Language;
use isso_daemon::end_with_us;
use nix::sys::signal::Signal;
use tokio::process::Command;

/// How to start the programs that work beside a host, each in a process of its own.
#[derive(Debug, Clone, Copy)]
pub struct Commands {
    /// Checks every page of the database at this path, and prints a [`CheckReport`](crate::CheckReport) as JSON.
    pub check_database: fn(&Path) -> process::Command,
    /// Makes a backup of the first folder in the second one, and prints its path. With rules, as for `--keep`, it
    /// deletes the backups that the rules do not keep.
    pub back_up: fn(&Path, &Path, Option<&str>) -> process::Command,
    /// Examines an Isso, and prints each [`Finding`](isso_doctor::Finding) as a line of JSON as soon as it is known.
    pub doctor: fn(&Examination) -> process::Command,
}

/// What a program is to examine.
#[derive(Debug, Clone, Default)]
pub struct Examination {
    /// The data folder; on StartOS the volume.
    pub data: PathBuf,
    /// Whether that is so: no host can be asked there.
    pub startos: bool,
    /// The language of the findings.
    pub language: Language,
    /// The address that visitors use; that of the settings if `None`.
    pub address: Option<String>,
    /// The websites to look at; those of the settings if empty.
    pub sites: Vec<String>,
    /// The pages to look at.
    pub pages: Vec<String>,
    /// The ids of the checks to run; all if empty.
    pub only: Vec<String>,
}

/// Gives a program no input, and has the kernel send it SIGTERM when this process ends. It then removes its unfinished
/// work.
pub fn beside_us(mut command: process::Command) -> Command {
    end_with_us(&mut command, Signal::SIGTERM);
    let mut command = Command::from(command);
    command
        .stdin(Stdio::null())
        // As the first process of a container, the daemon reaps what is in its own group.
        .process_group(0);
    command
}
