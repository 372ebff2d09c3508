//! Which of many files the settings of an Isso are.

use std::path::{Path, PathBuf};

use super::super::error::{SourceError, SourceRole};
use super::super::probe;
use super::walk::{Entry, USUAL};
use crate::manifest::CONFIG;

const LAST_GOOD: &str = "isso.cfg.last-good";

/// Finds the settings by their name and content.
pub(super) fn find(folder: &Path, entries: &[Entry]) -> Result<Option<PathBuf>, SourceError> {
    let mut found: Vec<(&Entry, blake3::Hash)> = Vec::new();
    let mut unread = None;
    for entry in entries {
        let is_usual = USUAL.contains(&&*entry.name);
        let endings = [".cfg", ".conf", ".ini", ".config"];
        if !is_usual && !endings.iter().any(|it| entry.name.ends_with(it)) {
            continue;
        }
        match probe::text(&entry.path) {
            Ok(text) if text.trim_ascii().is_empty() => {}
            Ok(text) if probe::are_settings(&text) || is_named_isso_cfg(entry)? => {
                // Two copies of one file are as good as one.
                let hash = blake3::hash(&text);
                if found.iter().all(|(_, other)| *other != hash) {
                    found.push((entry, hash));
                }
            }
            Ok(_) => {}
            Err(error) if is_usual => return Err(error),
            Err(error @ SourceError::Read(..)) => unread = Some(error),
            Err(_) => {}
        }
    }
    // The name that Isso's documentation has, in the place that its image has, needs no other.
    let canonical = folder.join(CONFIG);
    if found.iter().any(|(entry, _)| entry.path == canonical) {
        found.retain(|(entry, _)| entry.name == "isso.cfg");
    }
    match &found[..] {
        [] => match entries.iter().find(|it| it.name == LAST_GOOD) {
            Some(last_good) => Ok(Some(last_good.path.clone())),
            // It may be the file with the settings.
            None => unread.map_or(Ok(None), Err),
        },
        [(one, _)] => Ok(Some(one.path.clone())),
        several => Err(SourceError::Several {
            of: SourceRole::Settings,
            found: several.iter().map(|(it, _)| it.path.clone()).collect(),
        }),
    }
}

/// Whether a file is named `isso.cfg`. It is an error if such a file sets nothing.
fn is_named_isso_cfg(entry: &Entry) -> Result<bool, SourceError> {
    if entry.name != "isso.cfg" {
        return Ok(false);
    }
    probe::settings(&entry.path).map(|_| true)
}
