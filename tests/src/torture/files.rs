//! What makes an Isso this one, and no other.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

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
    /// Reads them.
    pub fn of(root: &Path) -> Self {
        Self {
            cfg: fs::read_to_string(root.join("config/isso.cfg")).expect("isso.cfg is there"),
            store: fs::read_to_string(root.join("start9/store.json")).ok(),
            texts: database::texts(&root.join("db/comments.db")),
        }
    }
}

/// The names of what issoctl has not finished, or not taken away, in a data folder and its folder of backups.
pub fn unfinished(root: &Path) -> Vec<String> {
    let folders = [root.to_owned(), root.join("backups")];
    let entries = folders.iter().flat_map(fs::read_dir).flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with(".issoctl-") || name == ".restore")
        .collect()
}
