//! `make bench`, the part about backups: a database of 1 GiB under an Isso that serves, and other ways to copy it, in
//! one run. Exits with 1 when a goal is missed.
//!
//! `make bench ONLY=load RUNS=5` measures five times in a row what visitors notice of a backup, and nothing else.

mod beside;
mod copies;
mod load;
mod made;
mod others;
mod restore;
mod visitors;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use isso_tests::table::Table;
use isso_tests::{BENCH, Only, Site};
use nix::sys::statfs::{TMPFS_MAGIC, statfs};

fn main() -> ExitCode {
    let only = Only::of(&BENCH);
    if !["load", "others", "cp", "restore"]
        .into_iter()
        .any(|part| only.wants(part))
    {
        return ExitCode::SUCCESS;
    }
    let work = tempfile::tempdir().expect("a temporary folder can be made");
    if statfs(work.path()).is_ok_and(|it| it.filesystem_type() == TMPFS_MAGIC) {
        // In memory a copy costs no disk, and Isso's comments never wait for one.
        eprintln!(
            "error: {} is in memory; name a folder on a disk: TMPDIR=…",
            work.path().display()
        );
        return ExitCode::FAILURE;
    }
    let site = large_site(number("MIB", 1024));
    let mut table = Table::begin(&["measured"]);
    if only.wants("load") {
        visitors::measure(&mut table, &site, work.path(), number("RUNS", 1));
    }
    if only.wants("others") {
        beside::alone(&table, &site, work.path());
        beside::beside(&table, &site, work.path());
    }
    if only.wants("cp") {
        copies::theirs(&table, &site, work.path());
        copies::ours(&mut table, &site, work.path());
    }
    if only.wants("restore") {
        restore::restore(&mut table, &site, work.path());
    }
    table.end()
}

/// A number from the environment.
fn number(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty());
    text.map_or(otherwise, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {text}"))
    })
}

/// An Isso with a database of this size that takes every comment.
fn large_site(mib: u64) -> Site {
    let site = Site::new();
    site.set_password();
    let settings = ["moderationEnabled=false", "guard.enabled=false"];
    site.ok(&[&["action", "run", "configure-server"], &settings[..]].concat());
    let python = std::env::var_os("ISSO_TEST_PYTHON").expect("`make bench` sets it");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/backup/large.py");
    let mut make = Command::new(python);
    make.arg(script).arg(database(&site)).arg((mib << 20).to_string());
    let made = make.stderr(Stdio::null()).status().expect("Python runs");
    assert!(made.success(), "Isso makes a database");
    // Without this, the measurements would begin while the disk is still busy.
    Command::new("sync").status().expect("coreutils has sync");
    site
}

fn database(site: &Site) -> PathBuf {
    site.data().join("db/comments.db")
}
