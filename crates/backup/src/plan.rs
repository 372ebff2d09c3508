//! The plan of a restore, which lies beside the files until they are in place.

use std::fs::{self, File};
use std::io;
use std::path::{Component, Path, PathBuf};

use isso_cfg::resolve;
use serde::{Deserialize, Serialize};

use crate::companions::COMPANIONS;
use crate::manifest::{CONFIG, MEMBERS};
use crate::moves::Move;

/// Where the files wait to be put in place.
pub(crate) const READY: &str = ".restore";
/// The name of a plan.
pub(crate) const PLAN: &str = "plan.json";
/// What follows the name of the settings where the text from before the repair is kept; a time comes behind it.
pub(crate) const REJECTED: &str = ".rejected-";

/// Which files go where. A process that finishes the restore after a crash reads it.
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

impl Plan {
    /// Puts it beside the files, on the disk.
    pub fn write(&self, below: &Path) -> io::Result<()> {
        let mut file = File::create_new(below.join(PLAN))?;
        serde_json::to_writer(&mut file, self)?;
        file.sync_all()
    }

    /// The moves, in an order in which they may be broken off and begun again.
    pub fn moves(&self, root: &Path) -> io::Result<Vec<Move>> {
        let before = root.join(&self.before);
        let ready = root.join(READY);
        let mut moves = Vec::new();
        for companion in &COMPANIONS {
            let mut moved = self.files.iter().chain(&self.removed);
            if !moved.any(|file| file == companion.of) {
                continue;
            }
            let name = companion.name();
            let new = self.files.contains(&name);
            moves.push(Move {
                place: companion.place(root)?,
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
pub(crate) fn read_plan(ready: &Path) -> io::Result<Option<Plan>> {
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

/// Whether a path that begins in the volume's folder stays in it.
fn is_inside(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}
