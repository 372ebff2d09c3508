//! Runs this program as another process, which is killed or lives in another namespace.

use std::env;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;

/// The variables that tell the other process what to do.
const ROLE: &str = "ISSO_BACKUP_TEST_ROLE";
const FOLDER: &str = "ISSO_BACKUP_TEST_FOLDER";
const DETAIL: &str = "ISSO_BACKUP_TEST_DETAIL";

/// A command that runs the test below in a role.
pub fn command(role: &str, folder: impl AsRef<OsStr>, detail: usize) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", "children::child", "--ignored", "--nocapture"])
        .env(ROLE, role)
        .env(FOLDER, folder.as_ref())
        .env(DETAIL, detail.to_string())
        // What it reports of its own success is read by the test alone.
        .stdout(Stdio::piped())
        .stdin(Stdio::null());
    command
}

/// Waits until the other process says that it is [`here`].
pub fn wait_until_here(child: &mut Child) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let mut lines = lines.map(Result::unwrap);
    assert!(lines.any(|line| line.ends_with(HERE)), "it ended");
}

const HERE: &str = "It is here.";

/// Tells the parent that the moment has come.
pub fn here() {
    println!("{HERE}");
}

/// Tells the parent that the moment has come, and waits to be killed.
pub fn here_it_ends() -> ! {
    here();
    loop {
        thread::park();
    }
}

#[test]
#[ignore = "it is the process that other tests start"]
fn child() {
    let (Ok(role), Some(folder)) = (env::var(ROLE), env::var_os(FOLDER)) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let detail = env::var(DETAIL).unwrap().parse().unwrap();
    match &*role {
        "bombs" => crate::bombs::look_at_bombs(&folder),
        "closed" => crate::not_found::what_is_closed(&folder),
        "create" => crate::killed::create(&folder, detail),
        "stage" => crate::killed::stage(&folder, detail),
        "swap" => crate::interrupted::swap_and_swap(&folder),
        "disk" => crate::namespaces::CASES[detail].1(&folder),
        "undo" => crate::undone::restore_and_undo(&folder),
        "verify" => crate::owners::verify_as_somebody(&folder),
        other => panic!("{other}"),
    }
}
