//! gunicorn's workers, seen from outside.

use std::fs;
use std::time::Duration;

use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use tokio::time::{sleep, timeout};

use crate::group::Group;

/// For how long no worker has been forked once all are there: gunicorn pauses for up to 0.1 s between
/// two forks.
const NO_FORK_FOR: Duration = Duration::from_millis(250);
/// Longer than gunicorn takes, even if each fork waits for Isso to clear old comments.
const BOOT_LIMIT: Duration = Duration::from_secs(25);
const POLL_INTERVAL: Duration = Duration::from_millis(25);

/// The children of a gunicorn's master; see `proc_pid_task(5)`. None where the kernel does not list them.
pub(crate) fn of(master: u32) -> Option<Vec<u32>> {
    let children = fs::read_to_string(format!("/proc/{master}/task/{master}/children")).ok()?;
    children.split_whitespace().map(|pid| pid.parse().ok()).collect()
}

/// Waits until all workers of a master take requests and handle the signal to end.
///
/// Their number is not known from outside: all are there when no more come. Without a kernel that lists them, and after
/// [`BOOT_LIMIT`], this returns all the same: a worker that boots later only comes later.
pub(crate) async fn booted(master: u32) {
    let all = async {
        let mut before = None;
        let mut quiet = Duration::ZERO;
        while quiet < NO_FORK_FOR {
            let Some(workers) = of(master) else { return };
            let booted = !workers.is_empty() && workers.iter().all(|worker| is_booted(*worker));
            // Their number, as one may have been replaced by another.
            quiet = match booted && before == Some(workers.len()) {
                true => quiet + POLL_INTERVAL,
                false => Duration::ZERO,
            };
            before = Some(workers.len());
            sleep(POLL_INTERVAL).await;
        }
    };
    let _ = timeout(BOOT_LIMIT, all).await;
}

/// Waits until each of these processes of a group has ended, whether it was reaped or not.
pub(crate) async fn ended(group: Group, workers: &[u32]) {
    while workers.iter().any(|worker| runs(group, *worker)) {
        sleep(POLL_INTERVAL).await;
    }
}

/// The time that all workers together have spent on a CPU.
pub(crate) fn cpu(master: u32) -> Option<Duration> {
    let time = |worker: u32| {
        let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(worker).ok()?)).ok()?;
        Some(Duration::from(clock_gettime(clock).ok()?))
    };
    Some(of(master)?.into_iter().filter_map(time).sum())
}

/// Whether a process runs; the number of one that was reaped may belong to another group since.
fn runs(group: Group, process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in brackets, may hold anything; the state follows.
    let state = stat.rsplit_once(") ").map(|(_, fields)| fields.as_bytes());
    let ended = matches!(state, None | Some([b'Z' | b'X', ..]));
    !ended && group.has(Pid::from_raw(process.cast_signed()))
}

/// Whether a worker has set up its own signal handlers: it handles SIGABRT, and no longer SIGCHLD as its master
/// does.
fn is_booted(worker: u32) -> bool {
    const CHILD: u64 = 1 << (17 - 1);
    const ABORT: u64 = 1 << (6 - 1);
    let status = fs::read_to_string(format!("/proc/{worker}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & ABORT != 0 && mask & CHILD == 0)
}
