//! Commands of issoctl that may be killed, and what they leave.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::outcome::Interrupted;
use crate::torture::{Deployment, database, processes, unfinished};

pub(super) fn begin(deployment: &Deployment, args: &[&str]) -> Child {
    let mut command = deployment.command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("issoctl runs")
}

pub(super) fn is_at_work(command: &mut Child) -> bool {
    command.try_wait().expect("it is our child").is_none()
}

/// Kills a command, and returns whether it was still at work. If it was not, it must have succeeded.
pub(super) fn end_by_force(command: &mut Child, outcome: &mut Interrupted) -> bool {
    let ended = command.try_wait().expect("it is our child");
    let Some(status) = ended else {
        command.kill().expect("it is our child");
        command.wait().expect("it is our child");
        return true;
    };
    if !status.success() {
        outcome.unclean.push(format!("it ended with {status}"));
    }
    false
}

pub(super) fn create(deployment: &Deployment, to: &Path) -> Result<PathBuf, String> {
    let to = to.to_string_lossy();
    let output = deployment
        .command(&["backup", "create", "--to", &to])
        .output()
        .expect("issoctl runs");
    if !output.status.success() {
        return Err(format!("no backup: {output:?}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

pub(super) fn backups(deployment: &Deployment) -> PathBuf {
    deployment.folder().join("backups")
}

pub(super) fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The files in a folder that look like backups.
pub(super) fn made(folder: &Path) -> Vec<PathBuf> {
    let mut found = entries(folder);
    found.retain(|path| path.to_string_lossy().ends_with(".isso-backup.tar.zst"));
    found
}

pub(super) fn forget(folder: &Path) {
    for backup in made(folder) {
        fs::remove_file(backup).expect("it is ours");
    }
}

/// Checks that Isso serves, and that no backup or change is under way.
pub(super) fn serves(deployment: &Deployment) -> Result<(), String> {
    deployment.well()?;
    let status = deployment.status().unwrap_or_default();
    if status["state"] == "serving" {
        Ok(())
    } else {
        Err(format!("status {status}"))
    }
}

/// Checks that nothing is left of a command that was killed.
pub(super) fn is_tidy(deployment: &Deployment) -> Result<(), String> {
    let left = unfinished(deployment.folder());
    if !left.is_empty() {
        return Err(format!("left: {left:?}"));
    }
    // SQLite makes a journal for each comment, and removes it.
    let journal = deployment.database().with_extension("db-journal");
    if journal.exists() {
        return Err("a journal".into());
    }
    let mut others = processes::naming(&deployment.folder().to_string_lossy());
    others.retain(|process| process.pid != deployment.root() && !process.is_gunicorn());
    if others.is_empty() {
        Ok(())
    } else {
        Err(format!("processes {others:?}"))
    }
}

pub(super) fn damage(deployment: &Deployment) -> Option<String> {
    database::damage(&deployment.database())
}

/// Waits for less time than the kernel would let a thread sleep.
pub(super) fn spin(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}
