//! Which of many files the database of an Isso is.

use std::path::{Path, PathBuf};
use std::time::Instant;

use isso_database::SchemaProblem;

use super::super::error::{SourceError, SourceRole};
use super::super::probe::{self, Database};
use super::walk::Entry;

/// Finds the database by the name that the settings have for it, or by its content.
pub(super) fn find(
    folder: &Path,
    entries: &[Entry],
    dbpath: Option<&Path>,
    end: Instant,
) -> Result<Option<PathBuf>, SourceError> {
    let named = dbpath.map(|it| named(entries, it)).unwrap_or_default();
    if let [one] = named[..] {
        return require_database(one.path.clone()).map(Some);
    }
    // The content decides between several files of that name, and between all files if none has it.
    let candidates: Vec<&Entry> = match named.is_empty() {
        true => entries.iter().collect(),
        false => named,
    };
    let mut found = Vec::new();
    let mut other = None;
    for entry in candidates {
        if ["-journal", "-wal", "-shm"].iter().any(|it| entry.name.ends_with(it)) {
            continue;
        }
        if Instant::now() > end {
            return Err(SourceError::TooMany(folder.to_owned()));
        }
        let is_usual = entry.name == "comments.db";
        match probe::database(&entry.path) {
            Ok(Database::Isso) => found.push(entry.path.clone()),
            Ok(Database::Unsure) => found.push(entry.path.clone()),
            Ok(Database::Other(why)) if is_usual || matches!(why, SchemaProblem::Altered(_)) => {
                other.get_or_insert(SourceError::NotIsso {
                    path: entry.path.clone(),
                    why: why.to_string(),
                });
            }
            Err(error) if is_usual => return Err(error),
            Ok(Database::Other(_)) | Err(_) => {}
        }
    }
    match (&found[..], other) {
        ([], None) => Ok(None),
        ([], Some(error)) => Err(error),
        ([_], _) => Ok(found.pop()),
        _ => Err(SourceError::Several {
            of: SourceRole::Database,
            found,
        }),
    }
}

/// The files that end as the settings spell the database, by as many parts of its path as possible: in a copy, it lies
/// elsewhere than the settings say.
fn named<'e>(entries: &'e [Entry], dbpath: &Path) -> Vec<&'e Entry> {
    let common = |entry: &Entry| {
        let parts = entry.path.components().rev().zip(dbpath.components().rev());
        parts.take_while(|(one, other)| one == other).count()
    };
    let most = entries.iter().map(common).max().unwrap_or(0);
    let named = entries.iter().filter(|it| most > 0 && common(it) == most);
    named.collect()
}

/// Returns a path, unless the file is no database of Isso.
pub(in super::super) fn require_database(path: PathBuf) -> Result<PathBuf, SourceError> {
    match probe::database(&path)? {
        Database::Isso | Database::Unsure => Ok(path),
        Database::Other(why) => {
            let why = why.to_string();
            Err(SourceError::NotIsso { path, why })
        }
    }
}
