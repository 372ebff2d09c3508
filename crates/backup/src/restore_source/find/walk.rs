//! Lists the files of a folder, to find those of Isso among them.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::error::SourceError;
use crate::backup_dir::{BEFORE_RESTORE, NOT_SERVED};

/// How many names to read, those of folders among them.
const MOST: usize = 20_000;
/// What people call their settings.
pub(super) const USUAL: [&str; 6] = [
    "isso.cfg",
    "isso.conf",
    "isso.ini",
    "isso.config",
    "user.cfg",
    "comments.cfg",
];
/// Folders that hold other states of an Isso, or other programs.
const ASIDE: [&str; 4] = ["backups", "runtime", "node_modules", "lost+found"];

/// A file, or anything else that has a name like one of Isso's files.
pub(super) struct Entry {
    pub path: PathBuf,
    /// In lower case.
    pub name: String,
}

/// Lists all files down to a depth, and says why one of the folders cannot be entered.
pub(super) fn walk(folder: &Path, deepest: usize) -> Result<(Vec<Entry>, Option<SourceError>), SourceError> {
    let mut entries = Vec::new();
    let mut closed = None;
    let mut seen = HashSet::new();
    let mut names_seen = 0;
    let mut level = vec![folder.to_owned()];
    for depth in 0..=deepest {
        let mut next = Vec::new();
        for folder in level {
            let unread = |error| SourceError::Read(folder.clone(), error);
            let list = match fs::read_dir(&folder) {
                Err(error) if depth > 0 => {
                    closed.get_or_insert(unread(error));
                    continue;
                }
                list => list.map_err(unread)?,
            };
            let mut names = Vec::new();
            for entry in list {
                names.push(entry.map_err(unread)?.file_name());
                names_seen += 1;
                if names_seen > MOST {
                    return Err(SourceError::TooMany(folder));
                }
            }
            names.sort();
            for name in names {
                let path = folder.join(&name);
                let name = name.to_string_lossy().to_lowercase();
                let there = fs::metadata(&path).ok();
                // Two names of one file are one file.
                if there.as_ref().is_some_and(|it| !seen.insert((it.dev(), it.ino()))) {
                    continue;
                }
                let is_usual = USUAL.contains(&&*name) || name == "comments.db";
                if there.is_some_and(|it| it.is_dir()) && !is_usual {
                    let is_aside =
                        ASIDE.contains(&&*name) || name.starts_with(BEFORE_RESTORE) || name.starts_with(NOT_SERVED);
                    if !is_aside && !name.starts_with('.') {
                        next.push(path);
                    }
                    continue;
                }
                entries.push(Entry { path, name });
            }
        }
        level = next;
    }
    Ok((entries, closed))
}
