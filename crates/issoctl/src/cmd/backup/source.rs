//! Opening what is restored from, and what to do where that cannot be done.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use isso_host::backup::{
    ArchiveError, Choice, DatabaseProblem, Kind, RestoreSource, SourceError, SourceRole, StageError, list,
};
use isso_host::database::SchemaProblem;
use serde_json::json;

use super::words::find;
use crate::cli::ChoiceArgs;
use crate::escape::{Escape, escape};
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::terminal::{Questions, is_person};

/// Opens a backup or finds files of an Isso; where there are several, a person at a terminal is asked.
/// A backup that root has opened already need not be readable by the user that root has become.
pub async fn open(
    data: &DataFolder,
    given: &Path,
    choice: &ChoiceArgs,
    opened: Option<File>,
) -> Result<RestoreSource, Failure> {
    let is_chosen = choice.settings.is_some() || choice.database.is_some();
    if let Some(file) = opened.filter(|_| !is_chosen)
        && let Some(source) = RestoreSource::of_file(&std::path::absolute(given).unwrap_or_default(), file)
    {
        return Ok(source);
    }
    let path = find(data, given)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut choice = Choice {
        settings: choice.settings.clone(),
        database: choice.database.clone(),
    };
    loop {
        match RestoreSource::choose(&path, &choice) {
            Ok(source) => return Ok(source),
            Err(SourceError::Several { of, found }) if is_person() => {
                let chosen = ask(of, found).await?;
                match of {
                    SourceRole::Settings => choice.settings = Some(chosen),
                    SourceRole::Database => choice.database = Some(chosen),
                }
            }
            Err(error) => return Err(cannot_open(data, error)),
        }
    }
}

async fn ask(of: SourceRole, found: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    let named = |it: &PathBuf| escape(&it.display().to_string(), Escape::Text).into_owned();
    let items: Vec<_> = found.iter().map(named).collect();
    let select = move || {
        dialoguer::Select::new()
            .with_prompt(format!("Which of these files is taken as {of}?"))
            .items(&items)
            .default(0)
            .interact()
    };
    let chosen = Questions::start()?.ask(select).await?;
    Ok(found[chosen].clone())
}

fn cannot_open(data: &DataFolder, error: SourceError) -> Failure {
    let hint = hint(data, &error);
    let details = match &error {
        SourceError::Several { of, found } => Some(json!({
            "option": option(*of),
            "candidates": found,
        })),
        _ => None,
    };
    let is_usage = match &error {
        SourceError::Several { .. } | SourceError::TooMany(_) | SourceError::Chosen(_) => true,
        SourceError::Read(_, error) => error.kind() == ErrorKind::NotFound,
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

fn option(of: SourceRole) -> &'static str {
    match of {
        SourceRole::Settings => "--settings",
        SourceRole::Database => "--database",
    }
}

fn hint(data: &DataFolder, error: &SourceError) -> String {
    match error {
        SourceError::Archive(ArchiveError::NotABackup(_)) => {
            "name a backup (`issoctl backup list`), or Isso's database or settings, or a folder with them".to_owned()
        }
        SourceError::Archive(_) => "take another one: `issoctl backup list`".to_owned(),
        SourceError::ForeignFile { path, what } => advice(data, path, *what),
        SourceError::Nothing(folder) => match list(folder).unwrap_or_default().first() {
            Some(backup) => format!(
                "it holds backups; name one of them, such as {}",
                quoted(&backup.path)
            ),
            None => "name the folder with Isso's database (comments.db) or settings (isso.cfg), or name the files with --database FILE and --settings FILE".to_owned(),
        },
        SourceError::Unusable { .. } => {
            "put the file itself there, or name another with --settings FILE or --database FILE".to_owned()
        }
        SourceError::Read(_, error) if error.kind() == ErrorKind::NotFound => {
            "name a file that is there, from here or from the folder that is restored from".to_owned()
        }
        SourceError::Read(..) => {
            "run this as a user who may read it, or name other files with --settings FILE or --database FILE".to_owned()
        }
        SourceError::NotIsso { .. } => "name Isso's database with --database FILE".to_owned(),
        SourceError::Several { of, found } => {
            let first = found.first().map(|it| quoted(it)).unwrap_or_default();
            format!("say which one: {} {first}", option(*of))
        }
        SourceError::TooMany(_) => "name the files with --database FILE and --settings FILE".to_owned(),
        SourceError::Chosen(_) => {
            "unpack it with `--into DIR`, and restore from there".to_owned()
        }
    }
}

/// How a file of another kind becomes something that can be restored from.
fn advice(data: &DataFolder, path: &Path, what: Kind) -> String {
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
pub fn cannot_stage(message: &str, error: StageError) -> Failure {
    let hint = match &error {
        StageError::Apart(..) | StageError::Link(..) => {
            Some("unpack it with --into DIR, stop Isso, and copy the files to where they belong")
        }
        StageError::Unsound(_, DatabaseProblem::Schema(SchemaProblem::NotIsso(_))) => {
            Some("name Isso's database with --database FILE")
        }
        StageError::Unsound(_, DatabaseProblem::Schema(SchemaProblem::Altered(_))) => Some(
            "take another one (`issoctl backup list`), or put the schema right in a copy of the database, and name that with --database FILE",
        ),
        StageError::Unsound(..) => Some(
            "take another one (`issoctl backup list`), or save what can be saved: sqlite3 DAMAGED .recover | sqlite3 comments.db",
        ),
        StageError::Archive(ArchiveError::Changing(_)) => Some("stop the Isso that writes to it, and restore then"),
        StageError::Archive(_) => Some("take another one: `issoctl backup list`"),
        _ => None,
    };
    let failure = Failure::new(message, error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
