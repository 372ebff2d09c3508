//! The contents of a volume, to compare two states of it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::database;

/// The settings and comments in a folder that is laid out as a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// `isso.cfg`.
    pub cfg: String,
    /// `store.json`, if there is one.
    pub store: Option<String>,
    /// The texts of the comments.
    pub texts: HashSet<String>,
}

impl Files {
    /// Reads the files of a volume.
    pub fn of(root: &Path) -> Self {
        Self {
            cfg: fs::read_to_string(root.join("config/isso.cfg")).expect("isso.cfg is there"),
            store: fs::read_to_string(root.join("start9/store.json")).ok(),
            texts: database::texts(&root.join("db/comments.db")),
        }
    }
}

/// Unfinished work of issoctl in a data folder and its folder of backups.
///
/// A folder that was made just now and is not locked yet is left out: its owner may have been killed, or may be about
/// to lock it.
pub fn unfinished(root: &Path) -> Vec<PathBuf> {
    let folders = [root.to_owned(), root.join("backups")];
    let entries = folders.iter().flat_map(fs::read_dir).flatten().flatten();
    let mut found: Vec<_> = entries.map(|entry| entry.path()).collect();
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == ".restore" || name.starts_with(".issoctl-") && !is_bare(path)
    });
    found
}

fn is_bare(folder: &Path) -> bool {
    let mut names = fs::read_dir(folder).into_iter().flatten().flatten();
    names.all(|it| it.file_name() == "locking")
}
