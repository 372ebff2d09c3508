//! Putting a backup back: prepared and checked beside what is there, then swapped.
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
//! A restore that was done can be undone in the same way ([`stage_undo`]): `before-restore-<time>` takes the place of
//! the hidden folder, and the files with which Isso did not serve go to `not-served-<time>`. The files before are in
//! one folder or in their places at any time.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use isso_cfg::{Lock, resolve, sync_folder};
use serde::{Deserialize, Serialize};

use crate::backup_dir::NOT_SERVED;
use crate::counts::with_suffix;
use crate::manifest::{CONFIG, DATABASE, MEMBERS};
use crate::moves::{Move, flush, is_there, rename};
use crate::stage::{REJECTED, StageError, check_places, free_name};
use crate::staging_dir::{is_staging_name, remove_abandoned};

/// How long the volume's lock is waited for: a process that was stopped while it holds it must not keep Isso down for
/// ever.
const PATIENCE: Duration = Duration::from_secs(30);
/// Where the files wait to be put in place.
const READY: &str = ".restore";
const PLAN: &str = "plan.json";
/// What belongs to a file before, and would be taken for a part of the new one.
const COMPANIONS: [Companion; 6] = [
    Companion::of(DATABASE, "-journal", Beside::Target),
    Companion::of(DATABASE, "-wal", Beside::Target),
    Companion::of(DATABASE, "-shm", Beside::Target),
    Companion::of(DATABASE, ".exists", Beside::Link),
    Companion::of(DATABASE, ".checked", Beside::Link),
    Companion::of(CONFIG, ".last-good", Beside::Link),
];

/// A restore that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Where the files before are now, laid out as a volume; nothing where there were none.
    pub before: Option<PathBuf>,
    /// What was put in place, by where it stands in a volume.
    pub files: Vec<String>,
}

/// The files could not be put in place.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The files that were there are in place again.
    #[error("cannot put {path} in place; everything is as it was")]
    Undone {
        /// The file in question.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// They are neither.
    #[error(
        "cannot put {path} in place, nor back what was there; Isso is not started until it can be, which every start tries again"
    )]
    Halfway {
        /// The file in question.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Which files go where, for the process that has to go on after a crash.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The folder, below that of the volume, that receives the files before.
    pub before: PathBuf,
    /// What is put in place.
    pub files: Vec<String>,
    /// What gives way to nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// For an undo: the folder below the volume's that the files came from, and go back to if the undo fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<PathBuf>,
}

/// A file that belongs to another one and is called after it.
struct Companion {
    of: &'static str,
    suffix: &'static str,
    beside: Beside,
}

/// Where a companion lies, if the file that it belongs to is a link.
#[derive(Clone, Copy)]
enum Beside {
    /// SQLite follows links before it names its files.
    Target,
    Link,
}

impl Companion {
    const fn of(of: &'static str, suffix: &'static str, beside: Beside) -> Companion {
        Companion { of, suffix, beside }
    }

    /// Where it stands in a volume, where nothing is a link.
    fn name(&self) -> String {
        format!("{}{}", self.of, self.suffix)
    }
}

/// Puts prepared files in place. No process may use those of the volume meanwhile. Files that are not among the
/// prepared ones stay as they are. Where a link stands in the place of a file, the link stays, and the file that it
/// names is replaced.
///
/// Takes a few renames. Afterwards the new files are in place, or after [`SwapError::Undone`] the old ones; whatever
/// happens in between, [`finish`] brings it to one of these. Anything but [prepared](crate::stage()) files of this
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
        // What was said to be undone must not be finished later.
        flush(staging, &ready).or_else(|error| fs::rename(&ready, staging).and(Err(error)))?;
        Ok((lock, plan))
    };
    let (_lock, plan) = commit().map_err(|source| SwapError::Undone {
        path: ready.clone(),
        source,
    })?;
    put_in_place(root, &ready, &plan)
}

/// The prepared files of this name, if [`swap`] would take them: what a process was asked to put in place is looked at
/// before Isso is stopped for it.
pub fn find_staged(root: &Path, name: &str) -> Result<PathBuf, StageError> {
    let staging = root.join(name);
    let plan = staged_plan(root, &staging);
    let plan = plan.map_err(|error| StageError::NotStaged(staging.clone(), error))?;
    let files: Vec<&str> = plan.files.iter().map(String::as_str).collect();
    check_places(root, &files)?;
    Ok(staging)
}

/// The plan of prepared files, which lie in a folder directly below the volume's.
fn staged_plan(root: &Path, staging: &Path) -> io::Result<Plan> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_owned());
    let place = match staging.strip_prefix(root) {
        Ok(place) => place.to_owned(),
        // Either may be written in more than one way.
        Err(_) => fs::canonicalize(staging)?
            .strip_prefix(fs::canonicalize(root)?)
            .map_err(|_| wrong("it does not lie in the data folder"))?
            .to_owned(),
    };
    if !fs::symlink_metadata(staging)?.is_dir() {
        return Err(wrong("it is no folder"));
    }
    let plan = read_plan(staging)?.ok_or_else(|| wrong("there is no plan in it"))?;
    // The files before a restore are prepared where they are kept.
    let is_staging_name = is_staging_name(place.as_os_str()) && place.components().count() == 1;
    if !is_staging_name && plan.home.as_ref() != Some(&place) {
        return Err(wrong("that is no name of prepared files"));
    }
    Ok(plan)
}

/// Whether a path that is told from the volume's folder leads to nothing above or beside it.
fn is_inside(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Makes a restore ready to be undone. Returns the folder to give to [`swap`]: it holds the files from before the
/// restore. What the restore has put in place is kept beside the backups, for Isso may have taken comments with it.
///
/// The files before lie in their folder until the swap begins, and again after one that fails.
pub fn stage_undo(root: &Path, restored: &Restored) -> io::Result<PathBuf> {
    let before = restored.before.as_ref();
    let before = before.ok_or(io::ErrorKind::NotFound)?;
    let (mut files, mut removed) = (Vec::new(), Vec::new());
    for file in &restored.files {
        match is_there(&before.join(file))? {
            true => files.push(file.clone()),
            false => removed.push(file.clone()),
        }
    }
    for companion in COMPANIONS.iter().map(Companion::name) {
        if is_there(&before.join(&companion))? {
            files.push(companion);
        }
    }
    let home = before.strip_prefix(root).map_err(io::Error::other)?;
    let plan = Plan {
        before: free_name(root, NOT_SERVED),
        removed,
        home: Some(home.to_owned()),
        files,
    };
    match fs::remove_file(before.join(PLAN)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    plan.write(before)?;
    sync_folder(before)?;
    Ok(before.clone())
}

/// Finishes a restore that a crash has interrupted after Isso was stopped for it; does nothing if there is none. Has to
/// succeed before anybody uses the volume.
pub fn finish(root: &Path) -> Result<Option<Restored>, SwapError> {
    // What killed processes have left. That it cannot be removed keeps nobody from going on.
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

/// Whether a restore was broken off, so that [`finish`] has something to do.
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

impl Plan {
    /// Puts it beside the files, on the disk.
    pub fn write(&self, below: &Path) -> io::Result<()> {
        let mut file = File::create_new(below.join(PLAN))?;
        serde_json::to_writer(&mut file, self)?;
        file.sync_all()
    }

    /// What is moved, in an order in which it may be broken off and begun again.
    fn moves(&self, root: &Path) -> io::Result<Vec<Move>> {
        let before = root.join(&self.before);
        let ready = root.join(READY);
        let mut moves = Vec::new();
        for companion in &COMPANIONS {
            let mut moved = self.files.iter().chain(&self.removed);
            if !moved.any(|file| file == companion.of) {
                continue;
            }
            let link = root.join(companion.of);
            let file = match companion.beside {
                Beside::Target => resolve(&link)?,
                Beside::Link => link,
            };
            let name = companion.name();
            let new = self.files.contains(&name);
            moves.push(Move {
                place: with_suffix(&file, companion.suffix),
                before: before.join(&name),
                new: new.then(|| ready.join(&name)),
            });
        }
        let is_companion = |file: &String| COMPANIONS.iter().any(|it| it.name() == *file);
        let files = self.files.iter().filter(|file| !is_companion(file));
        let new = files.map(|file| (file, Some(ready.join(file))));
        for (file, new) in new.chain(self.removed.iter().map(|file| (file, None))) {
            moves.push(Move {
                place: resolve(&root.join(file))?,
                before: before.join(file),
                new,
            });
        }
        Ok(moves)
    }
}

/// The plan in a folder, if there is one. A plan that names a path outside of the volume is refused, and one that names
/// other files than a restore moves: a link in the volume could lead them out.
fn read_plan(ready: &Path) -> io::Result<Option<Plan>> {
    match fs::read(ready.join(PLAN)) {
        Ok(text) => {
            let plan: Plan = serde_json::from_slice(&text)?;
            let mut files = plan.files.iter().chain(&plan.removed);
            let is_good = files.all(|file| is_moved(file))
                && is_inside(&plan.before)
                && plan.home.as_deref().is_none_or(is_inside);
            match is_good {
                true => Ok(Some(plan)),
                false => Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "its plan names other files than those of Isso, or leads out of the data folder",
                )),
            }
        }
        // A file that stands in the folder's place holds no plan either.
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a restore or its undo may move a file of this name.
fn is_moved(file: &str) -> bool {
    let rejected = file.strip_prefix(CONFIG).and_then(|it| it.strip_prefix(REJECTED));
    MEMBERS.contains(&file)
        || COMPANIONS.iter().any(|it| it.name() == file)
        || rejected.is_some_and(|it| !it.contains('/'))
}

/// Removes what is left of a restore that was finished, or undone.
fn remove_leavings(ready: &Path) -> io::Result<()> {
    if is_there(ready)? && !is_there(&ready.join(PLAN))? {
        fs::remove_dir_all(ready)?;
    }
    Ok(())
}

/// Removes the folders in which there are no files before, after all.
fn remove_empty(before: &Path) {
    for path in MEMBERS {
        let _ = fs::remove_dir(before.join(path).parent().expect("members are in folders"));
    }
    let _ = fs::remove_dir(before);
}

/// Without its plan, the folder means nothing any more.
fn close(root: &Path, ready: &Path) -> io::Result<()> {
    fs::remove_file(ready.join(PLAN))?;
    sync_folder(ready)?;
    fs::remove_dir_all(ready)?;
    sync_folder(root)
}
