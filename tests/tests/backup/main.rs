//! Backups as a person makes them and puts them back, of a real Isso that serves meanwhile.

mod create;
mod input;
mod interrupted;
mod restore;
mod schedule;
mod take_in;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use isso_tests::torture::{Files, Load, Settings, Shape, Tally};
use isso_tests::{Site, Up, spin_until, wait_for};
use serde_json::Value;

/// Some visitors; every fifth request is a comment.
const LIGHT: Shape = Shape::Mixed(20);

/// The admin password that stands in [`Settings`].
const PASSWORD: &str = "correct-horse-battery-staple";

/// A data folder whose Isso lets every visitor comment without a limit.
fn site() -> Site {
    let site = Site::new();
    for folder in ["config", "db"] {
        fs::create_dir(site.data().join(folder)).expect("the folder is new");
    }
    site.save_cfg(&settings(&site).to_string());
    site
}

fn settings(site: &Site) -> Settings {
    Settings::new(site.data().join("db/comments.db"))
}

/// The files in a backup.
fn files_in(site: &Site, backup: &str) -> Files {
    let folder = isso_tests::quick_folder();
    let into = folder.path().to_str().expect("the path is text");
    site.ok(&["backup", "restore", backup, "--into", into]);
    Files::of(folder.path())
}

/// Makes a backup, and returns its path.
fn create(site: &Site) -> String {
    site.ok(&["backup", "create"]).trim().to_owned()
}

/// Puts a backup back, and returns the folder with what was there before.
fn restore(site: &Site, backup: &str) -> PathBuf {
    let done = site.json(&["backup", "restore", "--yes", backup]);
    PathBuf::from(done["before"].as_str().expect("there was something"))
}

/// Starts a command that goes on beside the test.
fn begin(site: &Site, args: &[&str]) -> Child {
    let mut command = site.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("issoctl runs")
}

/// Waits for its end.
fn end(child: Child) -> Output {
    child.wait_with_output().expect("issoctl ends")
}

/// Waits until Isso is down for a restore, or the restore has ended before anything was seen of that.
fn wait_until_down(up: &Up, restore: &mut Child) {
    wait_for(
        || (up.status()["serving"] == false || matches!(restore.try_wait(), Ok(Some(_)))).then_some(()),
        || "Isso goes on serving".into(),
    );
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether Isso is in a state, and no backup is being made.
fn in_state<'a>(state: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |status| status["state"] == state && status["backingUp"] == false
}

fn is_backing_up(status: &Value) -> bool {
    status["backingUp"] == true
}

/// The process that serves now, and how it came to be.
fn generation(up: &Up<'_>) -> Value {
    let status = up.status();
    assert_eq!(status["serving"], true, "{status}");
    status["supervisor"]["pid"].clone()
}

fn backups(site: &Site) -> PathBuf {
    site.data().join("backups")
}

/// The backups that a person would find in the data folder.
fn listed(site: &Site) -> Vec<Value> {
    let list = site.json(&["backup", "list"]);
    list.as_array().expect("it is a list").clone()
}

/// Waits until a file or folder is there, and looks very often.
fn wait_for_path(path: &Path) {
    spin_until(&format!("no {}", path.display()), || path.exists());
}

/// How long requests wait for Isso before the supervisor answers.
const UNANSWERED: Duration = Duration::from_secs(2);

/// What visitors are promised during a restore that began then, however long Isso is down for it: Isso answers, or
/// the supervisor does once they have waited, and no request is refused, broken off or left without an answer.
fn assert_all_answered(tally: &Tally, began: Instant) {
    assert_eq!(tally.failed_otherwise(), 0, "{tally}");
    assert!(
        tally
            .first_unavailable()
            .is_none_or(|first| first >= began + UNANSWERED),
        "Isso was given up too early: {tally}"
    );
}

/// Waits until visitors have had so many more answers, and commented.
fn wait_for_visitors(load: &Load, more: usize) {
    let before = load.so_far();
    wait_for(
        || {
            let now = load.so_far();
            (now.ok >= before.ok + more && now.posted.len() > before.posted.len()).then_some(())
        },
        || load.so_far().to_string(),
    );
}
