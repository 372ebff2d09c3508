//! Disks for tests: in memory, full or read-only, and the namespaces in which a test may mount them.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::sys::statvfs::statvfs;
use tempfile::TempDir;

use crate::not_tested;

/// A temporary folder in memory, if there is enough memory: the files of a test need not survive, and Isso and issoctl
/// would wait for a disk at each change. No program can be run from there. A release build measures, so its folders are
/// on the disk. If `TMPDIR` is set the folder is made there, so that a test can remove the files of a process that it
/// kills.
pub fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let free = statvfs(memory).map_or(0, |disk| disk.blocks_available() * disk.fragment_size());
    let wanted = cfg!(debug_assertions) && env::var_os("TMPDIR").is_none();
    let folder = match wanted && free > 1024 * 1024 * 1024 {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    folder.expect("a temporary folder can be made")
}

/// The words to put before a command so that it runs as root in namespaces of its own. `more` holds further options of
/// `unshare`, such as `--mount`. If the system permits no namespaces it returns `None`, and prints that the test was
/// not run.
pub fn namespaces(more: &[&str]) -> Option<Vec<String>> {
    let words = [&["unshare", "--user", "--map-root-user"], more].concat();
    let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
    let probe = through(&words, &Command::new("true")).output();
    if probe.is_ok_and(|it| it.status.success()) {
        return Some(words);
    }
    not_tested("this system permits no namespaces");
    None
}

/// Wraps a command: `words` are the program that runs it, and the arguments of that program.
pub fn through(words: &[impl AsRef<OsStr>], command: &Command) -> Command {
    let mut outer = Command::new(words[0].as_ref());
    outer.args(&words[1..]).arg(command.get_program());
    outer.args(command.get_args()).stdin(Stdio::null());
    let set = command.get_envs();
    outer.envs(set.filter_map(|(name, value)| Some((name, value?))));
    outer
}

/// Mounts a file system in memory with these options, or changes the options of a mounted one.
pub fn mount(options: &str, at: &Path) {
    run("mount", &["-t", "tmpfs", "-o", options, "none", text(at)]);
}

/// Makes a mount read-only. The file system itself cannot be remounted: that needs its owner, who has no name in the
/// namespace.
pub fn make_read_only(at: &Path) {
    run("mount", &["-o", "remount,bind,ro", text(at)]);
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

/// Runs a command of the system, and fails the test if the command fails.
pub fn run(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(done.status.success(), "{arguments:?}: {done:?}");
}

/// Fills a disk to the last page, with a file `filler`.
pub fn fill(folder: &Path) {
    let mut filler = File::create(folder.join("filler")).expect("there is room");
    let error = loop {
        if let Err(error) = filler.write_all(&[1; 4096]) {
            break error;
        }
    };
    assert_eq!(error.kind(), ErrorKind::StorageFull);
}
