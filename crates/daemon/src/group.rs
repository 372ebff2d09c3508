//! The processes of one generation, found by their process group.

use std::io;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid, waitpid};
use nix::unistd::{Pid, getpgid, getsid};
use tokio::signal::unix;
use tokio::time::sleep;

/// Makes workers whose master was killed the children of this process, so that they can be
/// signalled and are reaped. Holds for the whole process, and for orphans of any other child too.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(set_child_subreaper(true)?)
}

/// Reaps orphans of whatever else runs here, as the first process of a container must. Does not end.
///
/// Those of a generation are left to that generation, which needs their exit status. While this runs, every child that
/// is waited for elsewhere in this process must be in this process's session and in a group of its own. A process that
/// enters the container from outside has another session. A process that was adopted with this process's group is in
/// its group. Both are reaped here.
pub(crate) async fn reap_strangers(mut child_ended: unix::Signal) {
    loop {
        child_ended.recv().await;
        while let Some(dead) = next_dead() {
            let ours = getsid(Some(dead)) == getsid(None);
            if ours && getpgid(Some(dead)) != getpgid(None) {
                // One of ours that was not waited for yet hides those behind it.
                sleep(Duration::from_millis(10)).await;
            } else {
                let _ = waitpid(dead, Some(WaitPidFlag::WNOHANG));
            }
        }
    }
}

fn next_dead() -> Option<Pid> {
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(Id::All, flags).ok()?.pid()
}

/// A process group led by a child of this process.
///
/// A signal may be sent only while a process of the group has not been reaped: afterwards the number may
/// belong to another group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Group {
    leader: Pid,
}

impl Group {
    pub(crate) fn of(leader: u32) -> Group {
        let leader = i32::try_from(leader).expect("Linux process ids are positive i32");
        Group {
            leader: Pid::from_raw(leader),
        }
    }

    /// The process that leads the group, and gives it its number.
    pub(crate) fn leader(self) -> Pid {
        self.leader
    }

    /// Signals every process of the group.
    pub(crate) fn signal(self, signal: Signal) {
        // A process that has just ended needs no signal.
        let _ = killpg(self.leader, signal);
    }

    /// Signals one process, unless it has left the group or ended.
    pub(crate) fn signal_member(self, member: Pid, signal: Signal) {
        if self.has(member) {
            let _ = kill(member, signal);
        }
    }

    /// Whether a process belongs to the group.
    pub(crate) fn has(self, process: Pid) -> bool {
        getpgid(Some(process)) == Ok(self.leader)
    }

    /// Reaps the processes of the group that have ended, and returns whether any is left. To be called once the
    /// leader was reaped: this would take its exit status.
    pub(crate) fn orphans_left(self) -> bool {
        let group = Pid::from_raw(-self.leader.as_raw());
        loop {
            match waitpid(group, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) => return true,
                Ok(_) | Err(Errno::EINTR) => {}
                Err(_) => return false,
            }
        }
    }

    /// Waits until no process is left of a group whose leader was reaped. `child_ended` is SIGCHLD.
    pub(crate) async fn orphans_gone(self, child_ended: &mut unix::Signal) {
        while self.orphans_left() {
            child_ended.recv().await;
        }
    }
}
