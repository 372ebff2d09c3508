//! Processes as `/proc` shows them, those of other users included.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// A process as it was a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id, outside of all namespaces.
    pub pid: Pid,
    parent: Pid,
    zombie: bool,
    /// Its command line.
    pub command: String,
}

impl Process {
    /// Whether it is gunicorn, a master or a worker.
    pub fn is_gunicorn(&self) -> bool {
        // Of a supervisor's command line, gunicorn is an argument.
        let mut words = self.command.split(' ').take(2);
        words.any(|word| word.ends_with("/gunicorn")) || self.command.starts_with("gunicorn:")
    }

    /// Whether it has ended and its parent has not waited for it.
    pub fn is_zombie(&self) -> bool {
        self.zombie
    }

    /// Whether it was started by this one.
    pub fn is_child_of(&self, parent: Pid) -> bool {
        self.parent == parent
    }

    /// Whether, as a worker of gunicorn, it has set up its signals. One that has not loses SIGTERM.
    pub fn has_booted(&self) -> bool {
        let Some(caught) = field(self.pid, "SigCgt:") else {
            return false;
        };
        let caught = u64::from_str_radix(&caught, 16).unwrap_or_default();
        let catches = |signal: Signal| caught & 1 << (signal as i32 - 1) != 0;
        catches(Signal::SIGABRT) && !catches(Signal::SIGCHLD)
    }
}

/// The process and everything below it, parents first.
pub fn tree(root: Pid) -> Vec<Process> {
    let mut tree: Vec<Process> = process(root.as_raw()).into_iter().collect();
    let mut next = 0;
    while next < tree.len() {
        // Looking at every process there is would disturb what is measured.
        tree.extend(children(tree[next].pid).into_iter().filter_map(process));
        next += 1;
    }
    tree
}

/// The processes that hold the socket that listens on this port.
pub fn holders(port: u16) -> Vec<Process> {
    let sockets = fs::read_to_string("/proc/net/tcp").expect("Linux tells of its sockets");
    let links: Vec<String> = sockets
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| words.len() > 9 && words[3] == "0A" && words[1].ends_with(&format!(":{port:04X}")))
        .map(|words| format!("socket:[{}]", words[9]))
        .collect();
    let holds = |process: &Process| {
        let Ok(descriptors) = fs::read_dir(format!("/proc/{}/fd", process.pid)) else {
            return false;
        };
        let mut targets = descriptors.flatten().flat_map(|entry| fs::read_link(entry.path()));
        targets.any(|target| links.iter().any(|link| target == Path::new(link)))
    };
    all().into_iter().filter(holds).collect()
}

/// The processes in whose command line this text stands.
pub fn naming(text: &str) -> Vec<Process> {
    let mut found = all();
    found.retain(|process| process.command.contains(text));
    found
}

/// Whether a process has ended and its parent has not waited for it.
pub fn is_zombie(pid: Pid) -> bool {
    process(pid.as_raw()).is_some_and(|process| process.zombie)
}

/// Resident memory in KiB.
pub fn resident(pid: Pid) -> u64 {
    let text = field(pid, "VmRSS:").unwrap_or_default();
    let number = text.split(' ').next().unwrap_or_default();
    number.parse().unwrap_or_default()
}

/// How often each of its threads has begun to run.
pub fn wake_ups(pid: Pid) -> HashMap<OsString, u64> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let count = |thread: fs::DirEntry| {
        let status = fs::read_to_string(thread.path().join("status")).ok()?;
        let count = find(&status, "voluntary_ctxt_switches:")?.parse().ok()?;
        Some((thread.file_name(), count))
    };
    threads.filter_map(count).collect()
}

/// Time on a CPU, of all threads, ended ones too, and finer than the 10 ms ticks of `/proc`.
pub fn cpu(pid: Pid) -> Duration {
    let clock = clock_getcpuclockid(pid).expect("it runs");
    clock_gettime(clock).expect("the clock of a process can be read").into()
}

/// See `proc_pid_task(5)`.
fn children(pid: Pid) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten();
    let lists = threads.flat_map(|thread| fs::read_to_string(thread.path().join("children")));
    let words = |list: String| list.split_whitespace().flat_map(str::parse).collect::<Vec<_>>();
    lists.flat_map(words).collect()
}

fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("Linux tells of its processes");
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(process)
        .collect()
}

/// `None` if the process has ended meanwhile.
fn process(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before it may hold anything, brackets too.
    let mut after_name = stat.rsplit_once(')')?.1.split_whitespace();
    let state = after_name.next()?;
    let parent = after_name.next()?.parse().ok()?;
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    Some(Process {
        pid: Pid::from_raw(pid),
        parent: Pid::from_raw(parent),
        zombie: state == "Z" || state == "X",
        command: String::from_utf8_lossy(&command)
            .trim_end_matches('\0')
            .replace('\0', " "),
    })
}

fn field(pid: Pid, name: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    find(&status, name)
}

fn find(status: &str, name: &str) -> Option<String> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.trim().to_owned())
}
