//! The second half of a restore: puts staged files in place.
//!
//! ```text
//! DIR/.issoctl-XXXXXX/          the files are unpacked and checked; killed here, the folder is removed by the next
//!   │ Isso is stopped
//!   ▼ renamed                   from here on the new state counts: whatever is killed, the next start finishes
//! DIR/.restore/                 each old file is moved to DIR/backups/before-restore-<time>/,
//!   │                           each new one into its place
//!   │ its plan is removed
//!   ▼
//! done
//! ```
//!
//! A rename that fails halfway is undone, and the old state is whole again. What cannot be undone either is left for
//! the next [`finish`], and until that succeeds Isso must not be started.
//!
//! A restore that was done can be undone in the same way ([`stage_undo`](crate::stage_undo)): `before-restore-<time>`
//! takes the place of the hidden folder, and the files with which Isso did not serve go to `not-served-<time>`. At any
//! time, each file from before is in that folder or in its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use isso_cfg::{Lock, sync_folder};

use crate::manifest::MEMBERS;
use crate::moves::{Move, flush, is_there, rename};
use crate::places::check_places;
use crate::plan::{PLAN, Plan, READY, read_plan};
use crate::restored::{Restored, SwapError};
use crate::stage_error::StageError;
use crate::staging_dir::{is_staging_name, remove_abandoned};

/// How long the volume's lock is waited for: a process that was stopped while it holds it must not keep Isso down for
/// ever.
const PATIENCE: Duration = Duration::from_secs(30);
/// Puts staged files in place. No process may use those of the volume meanwhile. Files that are not among the staged
/// ones stay as they are. Where a link stands in the place of a file, the link stays, and the file that it
/// names is replaced.
///
/// Takes a few renames. Afterwards the new files are in place, or after [`SwapError::Undone`] the old ones; whatever
/// happens in between, [`finish`] brings it to one of these. Anything but [staged](crate::stage()) files of this
/// volume is refused, and left as it is.
pub fn swap(root: &Path, staging: &Path) -> Result<Restored, SwapError> {
    let ready = root.join(READY);
    let commit = || {
        let lock = Lock::of_volume(root, PATIENCE)?;
        // A link that leads nowhere is noticed before anything counts.
        let plan = staged_plan(root, staging)?;
        plan.moves(root)?;
        remove_leavings(&ready)?;
        fs::rename(staging, &ready)?;
        // A swap that fails here must not be finished later.
        flush(staging, &ready).or_else(|error| fs::rename(&ready, staging).and(Err(error)))?;
        Ok((lock, plan))
    };
    let (_lock, plan) = commit().map_err(|source| SwapError::Undone {
        path: ready.clone(),
        source,
    })?;
    put_in_place(root, &ready, &plan)
}

/// The staging folder of this name, if [`swap`] would take it. A host checks a name that it was given before it stops
/// Isso.
pub fn find_staged(root: &Path, name: &str) -> Result<PathBuf, StageError> {
    let staging = root.join(name);
    let plan = staged_plan(root, &staging);
    let plan = plan.map_err(|error| StageError::NotStaged(staging.clone(), error))?;
    let files: Vec<&str> = plan.files.iter().map(String::as_str).collect();
    check_places(root, &files)?;
    Ok(staging)
}

/// The plan of staged files, which lie in a folder directly below the volume's.
fn staged_plan(root: &Path, staging: &Path) -> io::Result<Plan> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    let place = match staging.strip_prefix(root) {
        Ok(place) => place.to_owned(),
        // Links may give either path another spelling.
        Err(_) => fs::canonicalize(staging)?
            .strip_prefix(fs::canonicalize(root)?)
            .map_err(|_| wrong("it does not lie in the data folder"))?
            .to_owned(),
    };
    if !fs::symlink_metadata(staging)?.is_dir() {
        return Err(wrong("it is no folder"));
    }
    let plan = read_plan(staging)?.ok_or_else(|| wrong("there is no plan in it"))?;
    // The files from before a restore are staged where they are kept.
    let is_staging_name = is_staging_name(place.as_os_str()) && place.components().count() == 1;
    if !is_staging_name && plan.home.as_ref() != Some(&place) {
        return Err(wrong("that is no name of prepared files"));
    }
    Ok(plan)
}

/// Finishes a restore that a crash has interrupted after Isso was stopped for it; does nothing if there is none. Has to
/// succeed before a process uses the volume.
pub fn finish(root: &Path) -> Result<Option<Restored>, SwapError> {
    // Removes what killed processes have left. A failure does not matter here.
    for folder in [root, &root.join("backups")] {
        let _ = remove_abandoned(folder);
    }
    let ready = root.join(READY);
    let halfway = |source| SwapError::Halfway {
        path: ready.clone(),
        source,
    };
    if !is_there(&ready).map_err(halfway)? {
        return Ok(None);
    }
    // Another process that comes to finish it waits, and finds it finished.
    let _lock = Lock::of_volume(root, PATIENCE).map_err(halfway)?;
    let Some(plan) = read_plan(&ready).map_err(halfway)? else {
        // That it cannot be removed matters as little.
        let _ = remove_leavings(&ready);
        return Ok(None);
    };
    put_in_place(root, &ready, &plan).map(Some)
}

/// Whether a restore was broken off and [`finish`] has something to do.
pub fn is_unfinished(root: &Path) -> bool {
    root.join(READY).join(PLAN).exists()
}

fn put_in_place(root: &Path, ready: &Path, plan: &Plan) -> Result<Restored, SwapError> {
    let halfway = |source| SwapError::Halfway {
        path: ready.to_owned(),
        source,
    };
    let moves = plan.moves(root).map_err(halfway)?;
    for step in &moves {
        if let Err(source) = step.apply() {
            let path = step.place.clone();
            let undone = moves.iter().rev().try_for_each(Move::revert);
            let undone = undone.and_then(|()| match &plan.home {
                Some(home) => rename(ready, &root.join(home)),
                None => close(root, ready),
            });
            remove_empty(&root.join(&plan.before));
            return Err(match undone {
                Ok(()) => SwapError::Undone { path, source },
                Err(_) => SwapError::Halfway { path, source },
            });
        }
    }
    close(root, ready).map_err(halfway)?;
    let before = root.join(&plan.before);
    Ok(Restored {
        before: before.exists().then_some(before),
        files: plan.files.clone(),
    })
}

/// Removes the rest of a restore that was finished or undone.
fn remove_leavings(ready: &Path) -> io::Result<()> {
    if is_there(ready)? && !is_there(&ready.join(PLAN))? {
        fs::remove_dir_all(ready)?;
    }
    Ok(())
}

/// Removes the folders for the files from before, if they are empty.
fn remove_empty(before: &Path) {
    for path in MEMBERS {
        let _ = fs::remove_dir(before.join(path).parent().expect("members are in folders"));
    }
    let _ = fs::remove_dir(before);
}

/// Ends a restore: without its plan, the folder means nothing any more.
fn close(root: &Path, ready: &Path) -> io::Result<()> {
    fs::remove_file(ready.join(PLAN))?;
    sync_folder(ready)?;
    fs::remove_dir_all(ready)?;
    sync_folder(root)
}
