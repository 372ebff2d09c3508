//! Commands of this program that a host has another process do.

use std::process::Stdio;

use isso_daemon::end_with_us;
use nix::sys::signal::Signal;
use tokio::process::Command;

/// This program, without arguments yet. The kernel sends it SIGTERM when this process ends, at which it removes its
/// unfinished work.
pub fn issoctl() -> Command {
    // By this name it is found even after another version was put in its place.
    let mut command = Command::new("/proc/self/exe");
    end_with_us(command.as_std_mut(), Signal::SIGTERM);
    command
        .stdin(Stdio::null())
        // As the first process of a container, the daemon reaps what is in its own group.
        .process_group(0);
    command
}
