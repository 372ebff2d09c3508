//! Opening what is restored from, and what to do where that cannot be done.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use isso_backup::{ArchiveError, Choice, Kind, Origin, OriginError, PrepareError, Unsound, Wanted, list};
use isso_database::Foreign;
use serde_json::json;

use super::find;
use crate::cli::ChoiceArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::harmless::{As, harmless};
use crate::terminal::{Questions, is_person};

/// Opens a backup or finds files of an Isso; where there are several, a person at a terminal is asked.
/// A backup that root has opened already need not be readable by the user that root has become.
pub async fn open(data: &DataDir, given: &Path, choice: &ChoiceArgs, opened: Option<File>) -> Result<Origin, Failure> {
    let is_chosen = choice.settings.is_some() || choice.database.is_some();
    if let Some(file) = opened.filter(|_| !is_chosen)
        && let Some(origin) = Origin::of_file(&std::path::absolute(given).unwrap_or_default(), file)
    {
        return Ok(origin);
    }
    let path = find(data, given)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut choice = Choice {
        settings: choice.settings.clone(),
        database: choice.database.clone(),
    };
    loop {
        match Origin::choose(&path, &choice) {
            Ok(origin) => return Ok(origin),
            Err(OriginError::Several { of, found }) if is_person() => {
                let chosen = ask(of, found).await?;
                match of {
                    Wanted::Settings => choice.settings = Some(chosen),
                    Wanted::Database => choice.database = Some(chosen),
                }
            }
            Err(error) => return Err(unusable(data, error)),
        }
    }
}

async fn ask(of: Wanted, found: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    let named = |it: &PathBuf| harmless(&it.display().to_string(), As::Text).into_owned();
    let items: Vec<_> = found.iter().map(named).collect();
    let select = move || {
        dialoguer::Select::new()
            .with_prompt(format!("Which of these files is taken as {of}?"))
            .items(&items)
            .default(0)
            .interact()
    };
    let chosen = Questions::begin()?.ask(select).await?;
    Ok(found[chosen].clone())
}

fn unusable(data: &DataDir, error: OriginError) -> Failure {
    let hint = hint(data, &error);
    let details = match &error {
        OriginError::Several { of, found } => Some(json!({
            "option": option(*of),
            "candidates": found,
        })),
        _ => None,
    };
    let is_usage = match &error {
        OriginError::Several { .. } | OriginError::TooMany(_) | OriginError::Chosen(_) => true,
        OriginError::Read(_, error) => error.kind() == ErrorKind::NotFound,
        _ => false,
    };
    let mut failure = Failure::new("the backup cannot be used", error).hint(hint);
    if let Some(details) = details {
        failure = failure.details(details);
    }
    match is_usage {
        true => failure.exit(Failure::USAGE),
        false => failure,
    }
}

fn option(of: Wanted) -> &'static str {
    match of {
        Wanted::Settings => "--settings",
        Wanted::Database => "--database",
    }
}

fn hint(data: &DataDir, error: &OriginError) -> String {
    match error {
        OriginError::Archive(ArchiveError::NotABackup(_)) => {
            "name a backup (`issoctl backup list`), or Isso's database or settings, or a folder with them".to_owned()
        }
        OriginError::Archive(_) => "take another one: `issoctl backup list`".to_owned(),
        OriginError::Foreign { path, what } => advice(data, path, *what),
        OriginError::Nothing(folder) => match list(folder).unwrap_or_default().first() {
            Some(backup) => format!(
                "it holds backups; name one of them, such as {}",
                quoted(&backup.path)
            ),
            None => "name the folder with Isso's database (comments.db) or settings (isso.cfg), or name the files with --database FILE and --settings FILE".to_owned(),
        },
        OriginError::Unusable { .. } => {
            "put the file itself there, or name another with --settings FILE or --database FILE".to_owned()
        }
        OriginError::Read(_, error) if error.kind() == ErrorKind::NotFound => {
            "name a file that is there, from here or from the folder that is restored from".to_owned()
        }
        OriginError::Read(..) => {
            "run this as a user who may read it, or name other files with --settings FILE or --database FILE".to_owned()
        }
        OriginError::NotIsso { .. } => "name Isso's database with --database FILE".to_owned(),
        OriginError::Several { of, found } => {
            let first = found.first().map(|it| quoted(it)).unwrap_or_default();
            format!("say which one: {} {first}", option(*of))
        }
        OriginError::TooMany(_) => "name the files with --database FILE and --settings FILE".to_owned(),
        OriginError::Chosen(_) => {
            "unpack it with `--into DIR`, and restore from there".to_owned()
        }
    }
}

/// How a file of another kind becomes something that can be restored from.
fn advice(data: &DataDir, path: &Path, what: Kind) -> String {
    let file = quoted(path);
    let then_folder = "issoctl backup restore unpacked";
    let unpacked = path.with_extension("");
    let then_file = format!("issoctl backup restore {}", quoted(&unpacked));
    let import = |kind: &str| {
        format!(
            "Isso imports it itself: `issoctl up` once, `issoctl stop`, `issoctl backup create`, then {} -c {} import -t {kind} {file}",
            quoted(&data.runtime().join("bin/isso")),
            quoted(&data.volume().config_path()),
        )
    };
    match what {
        Kind::Empty => "take another one: nothing is in this file".to_owned(),
        Kind::Tar => format!("unpack it first: mkdir unpacked && tar -xf {file} -C unpacked && {then_folder}"),
        Kind::Zip => format!("unpack it first: unzip {file} -d unpacked && {then_folder}"),
        Kind::SevenZip => format!("unpack it first: 7z x {file} -ounpacked && {then_folder}"),
        Kind::Gzip => format!("unpack it first: gunzip -k {file} && {then_file}"),
        Kind::Bzip2 => format!("unpack it first: bunzip2 -k {file} && {then_file}"),
        Kind::Xz => format!("unpack it first: unxz -k {file} && {then_file}"),
        Kind::Zstd => format!("unpack it first: unzstd {file} && {then_file}"),
        Kind::Sql => {
            format!("make a database of it first: sqlite3 comments.db < {file} && issoctl backup restore comments.db")
        }
        Kind::Disqus => import("disqus"),
        Kind::WordPress => import("wordpress"),
        Kind::Json => import("generic"),
    }
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    shell_words::quote(&path.to_string_lossy()).into_owned()
}

/// Tells that a source cannot be put back, and what may be done about it.
pub fn unprepared(message: &str, error: PrepareError) -> Failure {
    let hint = match &error {
        PrepareError::Apart(..) | PrepareError::Link(..) => {
            Some("unpack it with --into DIR, stop Isso, and copy the files to where they belong")
        }
        PrepareError::Unsound(_, Unsound::Foreign(Foreign::Other(_))) => {
            Some("name Isso's database with --database FILE")
        }
        PrepareError::Unsound(_, Unsound::Foreign(Foreign::Altered(_))) => Some(
            "take another one (`issoctl backup list`), or put the schema right in a copy of the database, and name that with --database FILE",
        ),
        PrepareError::Unsound(..) => Some(
            "take another one (`issoctl backup list`), or save what can be saved: sqlite3 DAMAGED .recover | sqlite3 comments.db",
        ),
        PrepareError::Archive(ArchiveError::Changing(_)) => Some("stop the Isso that writes to it, and restore then"),
        PrepareError::Archive(_) => Some("take another one: `issoctl backup list`"),
        _ => None,
    };
    let failure = Failure::new(message, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
