//! Programs that a host starts beside Isso.

use std::path::Path;
use std::process::{self, Stdio};

use isso_daemon::end_with_us;
use nix::sys::signal::Signal;
use tokio::process::Command;

/// How to start the programs that work beside a host, each in a process of its own.
#[derive(Debug, Clone, Copy)]
pub struct Commands {
    /// Checks every page of the database at this path, and prints a [`CheckReport`](crate::CheckReport) as JSON.
    pub check_database: fn(&Path) -> process::Command,
    /// Makes a backup of the data folder that is given first in the folder that is given then, prints its path, and
    /// keeps of the backups there what the rules say, if there are any.
    pub back_up: fn(&Path, &Path, Option<&str>) -> process::Command,
}

/// A program that gets no input. The kernel sends it SIGTERM when this process ends, at which it removes its unfinished
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
