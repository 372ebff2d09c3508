//! Finding the files of an Isso in a folder, whatever they are called there.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use isso_cfg::Store;
use isso_database::SchemaProblem;

use super::Choice;
use super::error::{SourceError, SourceRole};
use super::probe::{self, Database};
use crate::backup_dir::{BEFORE_RESTORE, NOT_SERVED};
use crate::manifest::{CONFIG, DATABASE, STORE};

/// How deep to look: the folder, what is in it, and what is in that.
const DEPTH: usize = 2;
/// How deep to look for what is not found so, as in the copy of a whole system: `var/lib/isso`, `etc/isso.d/enabled`.
const DEEPER: usize = 5;
/// How long to look at databases. A file of some megabytes can keep SQLite busy for half a minute.
const LONGEST: Duration = Duration::from_secs(300);
/// How many names to look at, those of folders among them.
const MOST: usize = 20_000;
/// Where other states lie than the one that is looked for.
const ASIDE: [&str; 4] = ["backups", "runtime", "node_modules", "lost+found"];
/// What people call their settings.
const USUAL: [&str; 6] = [
    "isso.cfg",
    "isso.conf",
    "isso.ini",
    "isso.config",
    "user.cfg",
    "comments.cfg",
];
const LAST_GOOD: &str = "isso.cfg.last-good";

/// The files of an Isso.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Where each stands in a volume, and where it is.
    pub files: Vec<(&'static str, PathBuf)>,
    /// The database that the settings name and that is not there.
    pub missing: Option<PathBuf>,
}

/// Finds the files, those that were chosen first.
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
        None => settings(folder, &entries)?,
    };
    let dbpath = match &settings {
        Some(settings) => probe::dbpath(&probe::settings(settings)?),
        None => None,
    };
    // Settings that name none leave it to Isso, which calls it so.
    let by_default = settings.is_some().then(|| Path::new("comments.db"));
    let database = match &choice.database {
        Some(chosen) => Some(require_database(resolve_choice(folder, chosen))?),
        None => database(folder, &entries, dbpath.as_deref().or(by_default), end)?,
    };
    // What is in a folder that cannot be entered, cannot be said to be nothing.
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

/// A chosen file, from here or from the folder.
fn resolve_choice(folder: &Path, chosen: &Path) -> PathBuf {
    let inside = folder.join(chosen);
    match !chosen.exists() && inside.exists() {
        true => inside,
        false => chosen.to_owned(),
    }
}

/// A file, or what stands in the place of one.
struct Entry {
    path: PathBuf,
    /// In lower case.
    name: String,
}

/// All files, and why one of the folders cannot be entered.
fn walk(folder: &Path, deepest: usize) -> Result<(Vec<Entry>, Option<SourceError>), SourceError> {
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

fn settings(folder: &Path, entries: &[Entry]) -> Result<Option<PathBuf>, SourceError> {
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
            // It may have been what was looked for.
            None => unread.map_or(Ok(None), Err),
        },
        [(one, _)] => Ok(Some(one.path.clone())),
        several => Err(SourceError::Several {
            of: SourceRole::Settings,
            found: several.iter().map(|(it, _)| it.path.clone()).collect(),
        }),
    }
}

/// Whether these are settings by their name; if there are none in them after all, that is an error.
fn is_named_isso_cfg(entry: &Entry) -> Result<bool, SourceError> {
    if entry.name != "isso.cfg" {
        return Ok(false);
    }
    probe::settings(&entry.path).map(|_| true)
}

fn database(
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

/// A file that has to be the database.
pub(super) fn require_database(path: PathBuf) -> Result<PathBuf, SourceError> {
    match probe::database(&path)? {
        Database::Isso | Database::Unsure => Ok(path),
        Database::Other(why) => {
            let why = why.to_string();
            Err(SourceError::NotIsso { path, why })
        }
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
