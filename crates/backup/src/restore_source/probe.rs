//! Examines one file of a source. Writes nothing there, and waits for no other process.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use isso_cfg::{SETTINGS_MAX, mend};
use isso_database::SchemaProblem;
use nix::fcntl::OFlag;

use super::error::{SourceError, SourceRole};
use super::kind::Kind;
use crate::archive::ArchiveError;
use crate::beside::journals;
use crate::counts;

const MAGIC: &[u8] = b"SQLite format 3\0";

/// Whether a file is a database of Isso, as far as is known without a copy of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Database {
    /// It has Isso's tables.
    Isso,
    /// It is damaged, or has a journal beside it, so only a copy shows what it is.
    Unsure,
    /// It is something else.
    Other(SchemaProblem),
}

/// Opens a file to read it. A pipe, folder or device in its place is an error, and is not waited for.
pub(super) fn open(path: &Path) -> Result<File, SourceError> {
    let unread = |error| SourceError::Read(path.to_owned(), error);
    let unusable = |why: &str| SourceError::Unusable {
        path: path.to_owned(),
        why: why.to_owned(),
    };
    let there = match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && fs::read_link(path).is_ok() => {
            return Err(unusable("a link that leads nowhere"));
        }
        there => there.map_err(unread)?,
    };
    if !there.is_file() {
        return Err(unusable(kind(there.file_type())));
    }
    let mut options = File::options();
    // It may have become a pipe since, which would wait for a writer.
    let options = options.read(true).custom_flags(OFlag::O_NONBLOCK.bits());
    options.open(path).map_err(unread)
}

fn kind(it: FileType) -> &'static str {
    if it.is_dir() {
        "a folder, where a file belongs"
    } else if it.is_fifo() {
        "a named pipe, where a file belongs"
    } else if it.is_socket() {
        "a socket, where a file belongs"
    } else {
        "a device, where a file belongs"
    }
}

/// Says what a file is that was named alone.
pub(super) fn single(path: &Path) -> Result<SourceRole, SourceError> {
    const ENOUGH: u64 = 64 * 1024;
    let mut start = Vec::new();
    let read = open(path)?.take(ENOUGH).read_to_end(&mut start);
    read.map_err(|error| SourceError::Read(path.to_owned(), error))?;
    if start.starts_with(MAGIC) || (start.is_empty() && has_journals(path)) {
        return Ok(SourceRole::Database);
    }
    if let Some(what) = Kind::recognise(path, &start) {
        let path = path.to_owned();
        return Err(SourceError::ForeignFile { path, what });
    }
    let is_named_so = path.file_name().is_some_and(|it| it == "isso.cfg");
    match is_named_so || are_settings(&start) {
        true => Ok(SourceRole::Settings),
        false => Err(ArchiveError::NotABackup(path.to_owned()).into()),
    }
}

/// Reads settings, or another file of text.
pub(super) fn text(path: &Path) -> Result<Vec<u8>, SourceError> {
    let file = open(path)?;
    let mut bytes = Vec::new();
    let read = file.take(SETTINGS_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| SourceError::Read(path.to_owned(), error))?;
    let unusable = |why: &str| SourceError::Unusable {
        path: path.to_owned(),
        why: why.to_owned(),
    };
    if bytes.len() as u64 > SETTINGS_MAX {
        return Err(unusable("larger than any settings are (1 MiB)"));
    }
    if bytes.contains(&0) {
        let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        return Err(unusable(match is_utf16 {
            true => "written in UTF-16, and Isso reads UTF-8 (iconv -f UTF-16 -t UTF-8 makes that of it)",
            false => "no text",
        }));
    }
    Ok(bytes)
}

/// Reads settings of Isso. A file that sets nothing is refused: put in place, it would take the present settings away.
pub(super) fn settings(path: &Path) -> Result<Vec<u8>, SourceError> {
    let text = text(path)?;
    match mend(&text).is_made_anew() {
        true => Err(SourceError::Unusable {
            path: path.to_owned(),
            why: "without a single setting of Isso".to_owned(),
        }),
        false => Ok(text),
    }
}

/// Whether a text is that of Isso's settings: it has a section `[general]`, and a key that Isso needs.
pub(super) fn are_settings(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let has = |wanted: &dyn Fn(&str) -> bool| text.lines().any(|line| wanted(line.trim()));
    let key = |line: &str| {
        let key = line.split(['=', ':']).next().unwrap_or_default();
        ["host", "dbpath"].contains(&&*key.trim().to_lowercase())
    };
    has(&|line| line.trim_start_matches('\u{feff}') == "[general]") && has(&key)
}

/// The database that settings name, as they spell it.
pub(super) fn dbpath(settings: &[u8]) -> Option<PathBuf> {
    let path = mend(settings).cfg.get("general", "dbpath")?.trim().to_owned();
    let path = path.trim_matches(['"', '\'']);
    Path::new(path).file_name()?;
    Some(PathBuf::from(path))
}

/// Whether there are journals beside a database that hold something.
fn has_journals(path: &Path) -> bool {
    let size = |(_, beside)| fs::metadata(beside).map_or(0, |it| it.len());
    journals(path).map(size).sum::<u64>() > 0
}

/// Examines whether a file is a database of Isso.
pub(super) fn database(path: &Path) -> Result<Database, SourceError> {
    let mut start = Vec::new();
    let read = open(path)?.take(16).read_to_end(&mut start);
    read.map_err(|error| SourceError::Read(path.to_owned(), error))?;
    let is_told_beside = has_journals(path);
    Ok(if start.is_empty() && !is_told_beside {
        Database::Other(SchemaProblem::NotIsso("it is empty".to_owned()))
    } else if !start.is_empty() && start != MAGIC {
        Database::Other(SchemaProblem::NotIsso("SQLite did not write it".to_owned()))
    } else {
        match counts::find_schema_problem_immutable(path) {
            Ok(None) => Database::Isso,
            Ok(Some(other)) if !is_told_beside => Database::Other(other),
            _ => Database::Unsure,
        }
    })
}
