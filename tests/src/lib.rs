//! End-to-end tests. Each runs a real `issoctl` with a real Isso, in a data folder of its own.
//!
//! `make test` names the Python environment with Isso in `ISSO_TEST_RUNTIME`, so that no test has to install one. One
//! test alone checks that `up` installs Isso by itself.

pub mod disks;
mod only;
mod site;
mod smtp;
mod status;
pub mod table;
mod terminal;
pub mod torture;
mod up;
mod visitor;

use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

pub use disks::quick_folder;
pub use only::{BENCH, Only};
pub use site::Site;
pub use smtp::{SmtpServer, mail};
pub use status::{GOLDEN_STATUS, golden_status};
pub use terminal::Terminal;
pub use up::Up;
pub use visitor::{Admin, Visitor};

/// The limit of every wait for a condition. Only a real hang reaches it, however busy the machine is: installing
/// Isso beside several other builds takes two minutes.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// What the official image gives gunicorn, after the address.
pub const IMAGE_ARGUMENTS: [&str; 6] = ["-w", "4", "--preload", "--worker-tmp-dir", "/dev/shm", "isso.run"];

/// The binary under test: what `ISSO_TEST_PROGRAM` names, or the binary of these sources, built once.
pub fn issoctl() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(program) = std::env::var_os("ISSO_TEST_PROGRAM") {
            return program.into();
        }
        let build = escargot::CargoBuild::new().package("issoctl").bin("issoctl");
        let build = if cfg!(debug_assertions) { build } else { build.release() };
        build.run().expect("issoctl builds").path().to_owned()
    })
}

/// The binary as it is packed, which `make torture` names in `ISSO_TEST_PACKED`; elsewhere the same as [`issoctl`].
pub fn packed() -> PathBuf {
    let packed = std::env::var_os("ISSO_TEST_PACKED");
    packed.map_or_else(|| issoctl().to_owned(), PathBuf::from)
}

/// The Python environment with Isso and gunicorn, which `make test` names in `ISSO_TEST_RUNTIME`.
pub fn runtime() -> PathBuf {
    std::env::var_os("ISSO_TEST_RUNTIME")
        .expect("ISSO_TEST_RUNTIME names a Python environment with Isso; `make test` makes one")
        .into()
}

/// Says that a test cannot be run on this machine, and why. Where `CI` is set every test has to be run, so there the
/// test fails.
#[track_caller]
pub fn not_tested(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "NOT TESTED: {why}");
    // The test harness captures what a macro prints.
    let _ = writeln!(std::io::stderr(), "NOT TESTED: {why}");
}

/// Waits for a condition, and says what was there instead if it does not come.
pub fn wait_for<T>(mut condition: impl FnMut() -> Option<T>, instead: impl Fn() -> String) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < end, "{}", instead());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Waits for a condition that holds for less time than a sleep may last, or says what was there instead.
pub fn spin_until(instead: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < end, "{instead}");
        std::thread::yield_now();
    }
}

/// The address of a server whose port the kernel chooses.
pub const ANY_PORT: &str = "127.0.0.1:0";

/// A free address for a server that is started again on the same port. The kernel takes the ports of clients from 32768
/// on, and this port is below: while the server is down, no client gets it.
pub fn free_address() -> SocketAddr {
    let chance = || RandomState::new().hash_one(());
    let ports = std::iter::repeat_with(|| 10_000 + chance() % 20_000);
    let mut listeners = ports.filter_map(|port| {
        let port = u16::try_from(port).expect("it is below 30000");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
    });
    let listener = listeners.next().expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::not_tested;

    #[test]
    #[ignore = "it is the test that the next one starts"]
    fn a_test_that_cannot_be_run() {
        not_tested("on purpose");
    }

    #[test]
    fn a_test_that_cannot_be_run_says_so_and_fails_in_ci() {
        let run = |set: &dyn Fn(&mut Command)| {
            let mut test = Command::new(std::env::current_exe().expect("it runs"));
            test.args(["--exact", "tests::a_test_that_cannot_be_run", "--ignored"]);
            set(&mut test);
            let done = test.output().expect("it runs");
            let said = [done.stdout, done.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            assert!(said.contains("NOT TESTED: on purpose"), "{said}");
            done.status.success()
        };
        assert!(run(&|test| {
            test.env_remove("CI");
        }));
        assert!(!run(&|test| {
            test.env("CI", "true");
        }));
    }
}
