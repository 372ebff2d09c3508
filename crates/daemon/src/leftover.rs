//! Finds and ends processes of Isso that the supervisor does not know: they outlived one that was killed, or left their
//! process group.
//!
//! Each of them has inherited two things: an open file in memory with its settings, whose name identifies the folder,
//! and `ISSO_SETTINGS` with the number of that descriptor in the environment that it was started with. No other process
//! has both. A process that gave up either is not known to be ours, and is left alone.

use std::fmt;
use std::fs;
use std::io;
use std::iter;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
// nix has no pidfds.
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// How long each has to end before the signal is sent again.
const REPEAT: Duration = Duration::from_secs(1);
/// How long after a kill a process is waited for: one that waits for a broken disk does not end.
const WAIT_AFTER_KILL: Duration = Duration::from_secs(10);
/// How long a host that starts waits for what is left of another one to end gracefully.
const GRACE: Duration = Duration::from_secs(10);

/// Identifies the data folder whose Isso a process belongs to.
#[derive(Debug, Clone)]
pub struct Owner(String);

/// Identifies one generation of a supervisor, in the name of its file of settings.
#[derive(Debug, Clone)]
pub(crate) struct ProcessMark(String);

impl Owner {
    /// The owner that has this data folder, under whatever path.
    pub fn of_folder(folder: &Path) -> io::Result<Owner> {
        let folder = fs::metadata(folder)?;
        Ok(Owner(format!("{:x}:{:x}", folder.dev(), folder.ino())))
    }

    pub(crate) fn mark(&self, generation: u64) -> ProcessMark {
        ProcessMark(format!("{self} {}.{generation}", process::id()))
    }

    /// Ends what is left of an Isso of this folder, and returns the number of processes. The caller holds the folder's
    /// lock, so no other supervisor of it lives.
    ///
    /// A process below a living supervisor is left alone: its folder was deleted, and this folder got the inode number.
    pub fn end_leftovers(&self) -> usize {
        let is_left = |process, name: &str| {
            let generation = name.strip_prefix(&format!("{self} "));
            let supervisor = generation.and_then(|it| it.split('.').next()?.parse().ok());
            supervisor.is_some_and(|supervisor| !is_below(process, supervisor))
        };
        end(|| found(everywhere(), is_left), GRACE)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "isso.cfg of {}", self.0)
    }
}

impl ProcessMark {
    /// The name of the file with the settings.
    pub(crate) fn file_name(&self) -> &str {
        &self.0
    }

    /// Ends what this generation has left, which are children of this process by now: it adopts orphans. Returns
    /// their number.
    pub(crate) fn end_leftovers(&self, grace: Duration) -> usize {
        let candidates = || children().unwrap_or_else(everywhere);
        end(|| found(candidates(), |_, name| name == self.0), grace)
    }
}

/// Sends SIGTERM each second, and SIGKILL after `grace`, until `found` finds no process. It looks again each time, for
/// a process may become a child of this one only when its parent has ended.
fn end(found: impl Fn() -> Vec<OwnedFd>, grace: Duration) -> usize {
    let begin = Instant::now();
    let mut ended = 0;
    loop {
        let left = found();
        if left.is_empty() || begin.elapsed() > grace + WAIT_AFTER_KILL {
            return ended;
        }
        let signal = match begin.elapsed() < grace {
            true => Signal::TERM,
            false => Signal::KILL,
        };
        for process in &left {
            // A process that has just ended needs no signal.
            let _ = pidfd_send_signal(process, signal);
            // A process that was stopped hears SIGTERM only once it goes on.
            let _ = pidfd_send_signal(process, Signal::CONT);
        }
        let until = Instant::now() + REPEAT;
        for process in &left {
            let rest = until.saturating_duration_since(Instant::now());
            let rest = PollTimeout::try_from(rest).unwrap_or(PollTimeout::ZERO);
            let mut over = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
            if matches!(poll(&mut over, rest), Ok(1..)) {
                ended += 1;
                // Only a child of this process can be reaped here.
                let _ = waitid(Id::PIDFd(process.as_fd()), WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG);
            }
        }
    }
}

/// Of these processes, the ones whose file of settings has a name that `is_ours` accepts.
fn found(processes: Vec<i32>, is_ours: impl Fn(i32, &str) -> bool) -> Vec<OwnedFd> {
    let own = i32::try_from(process::id()).unwrap_or_default();
    let others = processes.into_iter().filter(|process| *process != own);
    others
        .filter_map(|process| {
            // Taken first: a number may belong to another process by the time that a signal is sent.
            let handle = pidfd_open(Pid::from_raw(process)?, PidfdFlags::empty()).ok()?;
            let name = settings_of(process)?;
            is_ours(process, &name).then_some(handle)
        })
        .collect()
}

/// The name of the file in memory that a process was started with as its settings, and still has open.
fn settings_of(process: i32) -> Option<String> {
    let environment = fs::read(format!("/proc/{process}/environ")).ok()?;
    let number = environment
        .split(|byte| *byte == 0)
        .find_map(|variable| variable.strip_prefix(b"ISSO_SETTINGS=/proc/self/fd/"))?;
    let number: u32 = str::from_utf8(number).ok()?.parse().ok()?;
    let file = fs::read_link(format!("/proc/{process}/fd/{number}")).ok()?;
    let name = file.to_str()?.strip_prefix("/memfd:")?;
    Some(name.strip_suffix(" (deleted)").unwrap_or(name).to_owned())
}

/// Whether a process is the child of another one, or a child of its children.
fn is_below(process: i32, above: i32) -> bool {
    let parent = |process| {
        let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
        parent.trim().parse().ok().filter(|parent| *parent > 0)
    };
    iter::successors(parent(process), |process| parent(*process)).any(|process| process == above)
}

/// The children of this process; none if the kernel does not tell (`proc_pid_task(5)`).
fn children() -> Option<Vec<i32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let list = fs::read_to_string(thread.ok()?.path().join("children")).ok()?;
        children.extend(list.split_whitespace().filter_map(|it| it.parse::<i32>().ok()));
    }
    Some(children)
}

fn everywhere() -> Vec<i32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::process::{Child, Command, Stdio};

    use nix::sys::memfd::{MFdFlags, memfd_create};

    use super::*;

    /// A process that has settings of such a name.
    fn process(settings: &str) -> Child {
        let settings = memfd_create(settings, MFdFlags::empty()).unwrap();
        let path = format!("/proc/self/fd/{}", settings.as_raw_fd());
        let mut sleep = Command::new("sleep");
        sleep.arg("60").env("ISSO_SETTINGS", path);
        // A test that fails leaves them, and nothing is to wait for them.
        sleep.stdout(Stdio::null()).stderr(Stdio::null());
        sleep.spawn().unwrap()
    }

    #[test]
    fn a_process_whose_supervisor_lives_is_not_ended() {
        let folder = tempfile::tempdir().unwrap();
        let owner = Owner::of_folder(folder.path()).unwrap();
        let mut supervised = process(owner.mark(1).file_name());
        // No process has this number.
        let mut left = process(&format!("{owner} {}.1", i32::MAX));
        let mut other = process(&format!("{owner}0 {}.1", i32::MAX));
        assert_eq!(owner.end_leftovers(), 1);
        assert!(supervised.try_wait().unwrap().is_none());
        assert!(other.try_wait().unwrap().is_none());
        for process in [&mut supervised, &mut other] {
            process.kill().unwrap();
            process.wait().unwrap();
        }
        // `end_leftovers` has reaped it.
        let _ = left.wait();
    }
}
