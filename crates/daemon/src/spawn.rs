//! The one step between fork and exec.

use std::io;
use std::os::fd::AsFd;
use std::process;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::getppid;
use tokio::process::Command;

/// Lets the command inherit `socket` and `settings` under their present numbers, and end with this
/// process, whatever signals it ignores.
///
/// The signal is SIGQUIT, at which gunicorn's master takes its workers along at once
/// (<https://docs.gunicorn.org/en/stable/signals.html>); before gunicorn has set up its handlers,
/// it ends the process. The kernel sends it when the *thread* that spawned the command ends
/// (PR_SET_PDEATHSIG(2const)), so spawn from one that lives as long as the process.
#[expect(
    unsafe_code,
    reason = "nothing else runs code in the child before exec"
)]
pub(crate) fn attach(
    command: &mut Command,
    socket: impl AsFd + Send + Sync + 'static,
    settings: impl AsFd + Send + Sync + 'static,
) {
    let supervisor = i32::try_from(process::id()).expect("Linux process ids are positive i32");
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    let in_child = move || {
        // A shell starts `issoctl up &` with this signal ignored, and exec does not change that.
        // SAFETY: the default action runs no code of ours.
        unsafe { sigaction(Signal::SIGQUIT, &default) }?;
        set_pdeathsig(Signal::SIGQUIT)?;
        // This process may have died before the line above.
        if getppid().as_raw() != supervisor {
            return Err(io::Error::from(Errno::ESRCH));
        }
        fcntl(&socket, FcntlArg::F_SETFD(FdFlag::empty()))?;
        fcntl(&settings, FcntlArg::F_SETFD(FdFlag::empty()))?;
        Ok(())
    };
    // SAFETY: the closure makes a few system calls. It allocates nothing, takes no lock and does not
    // panic, as a forked child of a process with threads must not.
    unsafe {
        command.pre_exec(in_child);
    }
}
