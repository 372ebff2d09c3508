//! Finds the files of an Isso in a folder, whatever their names are.

mod database;
mod settings;
mod walk;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use isso_cfg::Store;

pub(super) use self::database::require_database;
use self::walk::walk;
use super::choice::Choice;
use super::error::SourceError;
use super::probe;
use crate::manifest::{CONFIG, DATABASE, STORE};

/// How deep to search: the folder, its subfolders, and theirs.
const DEPTH: usize = 2;
/// How deep to search for files that are not found so, as in the copy of a whole system: `var/lib/isso`,
/// `etc/isso.d/enabled`.
const DEEPER: usize = 5;
/// How long to examine databases. A file of some megabytes can keep SQLite busy for half a minute.
const LONGEST: Duration = Duration::from_secs(300);
/// The files of an Isso.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Each file's path in a volume, and where it is.
    pub files: Vec<(&'static str, PathBuf)>,
    /// The database that the settings name and that is not there.
    pub missing: Option<PathBuf>,
}

/// Finds the files that were not chosen.
pub(super) fn find(folder: &Path, choice: &Choice) -> Result<Found, SourceError> {
    let end = Instant::now() + LONGEST;
    let near = find_within(folder, choice, DEPTH, end)?;
    let of = |member| {
        let found = near.files.iter().find(|(it, _)| *it == member);
        found.map(|(_, path)| path.clone())
    };
    let (settings, database) = (of(CONFIG), of(DATABASE));
    if settings.is_some() && database.is_some() {
        return Ok(near);
    }
    let is_nothing = settings.is_none() && database.is_none();
    match find_within(folder, &Choice { settings, database }, DEEPER, end) {
        Err(SourceError::TooMany(_) | SourceError::Read(..)) if !is_nothing => Ok(near),
        found => found,
    }
}

fn find_within(folder: &Path, choice: &Choice, depth: usize, end: Instant) -> Result<Found, SourceError> {
    let (entries, unread) = walk(folder, depth)?;
    let settings = match &choice.settings {
        Some(chosen) => Some(resolve_choice(folder, chosen)),
        None => settings::find(folder, &entries)?,
    };
    let dbpath = match &settings {
        Some(settings) => probe::dbpath(&probe::settings(settings)?),
        None => None,
    };
    // Settings that name none leave it to Isso, which calls it so.
    let by_default = settings.is_some().then(|| Path::new("comments.db"));
    let database = match &choice.database {
        Some(chosen) => Some(require_database(resolve_choice(folder, chosen))?),
        None => database::find(folder, &entries, dbpath.as_deref().or(by_default), end)?,
    };
    // A folder that cannot be entered may hold the file that was not found.
    if let Some(error) = unread.filter(|_| settings.is_none() || database.is_none()) {
        return Err(error);
    }
    let mut found = Found {
        missing: dbpath.filter(|_| database.is_none()),
        ..Found::default()
    };
    // A volume may be copied into a folder with other things.
    let of = |file: &Option<PathBuf>, member: &str| {
        let file = file.as_ref().filter(|it| it.ends_with(member))?;
        file.parent()?.parent().map(Path::to_owned)
    };
    let volumes = [of(&settings, CONFIG), of(&database, DATABASE)];
    let mut store = store(folder)?;
    for volume in volumes.into_iter().flatten() {
        store = store.or(self::store(&volume)?);
    }
    for (member, path) in [(CONFIG, settings), (STORE, store), (DATABASE, database)] {
        found.files.extend(path.map(|path| (member, path)));
    }
    Ok(found)
}

/// A chosen file, from the working directory or from the folder.
fn resolve_choice(folder: &Path, chosen: &Path) -> PathBuf {
    let inside = folder.join(chosen);
    match !chosen.exists() && inside.exists() {
        true => inside,
        false => chosen.to_owned(),
    }
}

/// The choice of the mail server, if it can be read. Outside of a volume, another program's file may have this name.
fn store(folder: &Path) -> Result<Option<PathBuf>, SourceError> {
    let is_ours = |text: Vec<u8>| Store::from_bytes(&text).is_ok();
    let place = folder.join(STORE);
    if fs::symlink_metadata(&place).is_ok() {
        return Ok(is_ours(probe::text(&place)?).then_some(place));
    }
    let flat = folder.join("store.json");
    Ok(probe::text(&flat).is_ok_and(is_ours).then_some(flat))
}
