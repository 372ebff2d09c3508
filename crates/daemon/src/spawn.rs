//! What a child does between fork and exec, and the limit of descriptors that it gets back there.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{self, Command};
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use nix::sys::prctl::set_pdeathsig;
use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::getppid;

/// The limit of descriptors that this process was started with: the soft one, and the hard one.
static DESCRIPTORS: OnceLock<(rlim_t, rlim_t)> = OnceLock::new();

/// Raises this process's limit of descriptors as far as the system allows, and returns the new limit. Programs that it
/// starts get the old one.
pub fn raise_descriptor_limit() -> u64 {
    let (soft, hard) = *DESCRIPTORS.get_or_init(descriptor_limit);
    match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(_) => soft,
    }
}

/// What a host needs of its descriptors besides the connections that it takes, to start an Isso beside the one that
/// serves among others.
const RESERVED_DESCRIPTORS: u64 = 48;
/// How many connections a host takes on each of its sockets, however few descriptors it may have.
const MIN_CONNECTIONS: u64 = 4;

/// How many connections each of the host's two sockets (visitors, commands) may have open: half of the descriptors that
/// are left after `RESERVED_DESCRIPTORS`, at least `MIN_CONNECTIONS`, at most `most`.
pub fn connections(descriptors: u64, most: u64) -> usize {
    let half = descriptors.saturating_sub(RESERVED_DESCRIPTORS) / 2;
    usize::try_from(half.clamp(MIN_CONNECTIONS, most)).expect("it is a small number")
}

/// How many descriptors this process may have.
pub(crate) fn descriptors() -> u64 {
    descriptor_limit().0
}

fn descriptor_limit() -> (rlim_t, rlim_t) {
    getrlimit(Resource::RLIMIT_NOFILE).expect("a process may ask for its own limits")
}

/// Has the command begin as a program expects it: with every signal doing what it does by default and none blocked, and
/// the limit of descriptors that this process was started with.
///
/// What this process ignores would otherwise be ignored by all that it starts, such as SIGQUIT where a script said
/// `issoctl up &`.
pub fn begin_afresh(command: &mut Command) {
    before_exec(command, || Ok(()));
}

/// Does the same as [`begin_afresh`], and has the kernel send the command a signal when this process ends.
///
/// It does so when the *thread* that spawned the command ends (PR_SET_PDEATHSIG(2const)), so spawn from one that lives
/// as long as the process.
pub fn end_with_us(command: &mut Command, signal: Signal) {
    before_exec(command, dying_with(supervisor(), signal));
}

/// Does the same as [`end_with_us`] for a gunicorn, which also inherits `socket` and `settings` under their present
/// numbers.
///
/// The signal is SIGQUIT, at which gunicorn's master takes its workers along at once
/// (<https://docs.gunicorn.org/en/stable/signals.html>); before gunicorn has set up its handlers,
/// it ends the process.
pub(crate) fn attach(
    command: &mut tokio::process::Command,
    socket: impl AsFd + Send + Sync + 'static,
    settings: impl AsFd + Send + Sync + 'static,
) {
    let dying = dying_with(supervisor(), Signal::SIGQUIT);
    before_exec(command.as_std_mut(), move || {
        dying()?;
        fcntl(&socket, FcntlArg::F_SETFD(FdFlag::empty()))?;
        fcntl(&settings, FcntlArg::F_SETFD(FdFlag::empty()))?;
        Ok(())
    });
}

fn supervisor() -> i32 {
    i32::try_from(process::id()).expect("Linux process ids are positive i32")
}

fn dying_with(supervisor: i32, signal: Signal) -> impl Fn() -> io::Result<()> {
    move || {
        set_pdeathsig(signal)?;
        // This process may have died before the line above.
        if getppid().as_raw() != supervisor {
            return Err(io::Error::from(Errno::ESRCH));
        }
        Ok(())
    }
}

/// `more` runs in the forked child, where little is allowed: see below.
#[expect(unsafe_code, reason = "nothing else runs code in the child before exec")]
fn before_exec(command: &mut Command, more: impl Fn() -> io::Result<()> + Send + Sync + 'static) {
    let descriptors = DESCRIPTORS.get().copied();
    let in_child = move || {
        // Real-time signals included. Those that cannot be set, the two of the C library too, are as they must be.
        for signal in 1..=64 {
            // SAFETY: the default action runs no code of ours.
            unsafe { libc::signal(signal, libc::SIG_DFL) };
        }
        SigSet::empty().thread_set_mask()?;
        if let Some((soft, hard)) = descriptors {
            setrlimit(Resource::RLIMIT_NOFILE, soft, hard)?;
        }
        more()
    };
    // SAFETY: the closure makes a few system calls. It allocates nothing, takes no lock and does not
    // panic, as a forked child of a process with threads must not.
    unsafe {
        command.pre_exec(in_child);
    }
}

#[cfg(test)]
mod tests {
    use nix::sys::resource::RLIM_INFINITY;
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, sigaction};

    use super::*;

    #[test]
    fn few_descriptors_leave_few_connections() {
        assert_eq!(connections(20, 100), 4);
        assert_eq!(connections(64, 100), 8);
        assert_eq!(connections(256, 128), 104);
        assert_eq!(connections(1024, 128), 128);
        assert_eq!(connections(u64::MAX, 100), 100);
    }

    #[test]
    #[expect(unsafe_code, reason = "no code of ours runs at the signal")]
    fn a_command_begins_with_default_signals_and_the_limit_before() {
        let (before, _) = descriptor_limit();
        raise_descriptor_limit();
        let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
        // SAFETY: to ignore a signal runs no code of ours.
        unsafe { sigaction(Signal::SIGUSR1, &ignore) }.unwrap();
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGUSR2);
        blocked.thread_block().unwrap();

        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -n; exec cat /proc/self/status"]);
        begin_afresh(&mut command);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Those of the C library stay as they were.
        let own = 0b111 << 31;
        let mask = |name| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            u64::from_str_radix(line.unwrap().trim(), 16).unwrap() & !own
        };
        assert_eq!((mask("SigIgn:"), mask("SigBlk:")), (0, 0), "{text}");
        let limit = text.lines().next().unwrap().parse().ok();
        assert_eq!(limit, (before != RLIM_INFINITY).then_some(before));
    }
}
