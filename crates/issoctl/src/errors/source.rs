//! Errors of a backup, file or folder to restore from.

use std::io::ErrorKind;
use std::path::Path;

use isso_host::backup::{ArchiveError, Kind, SourceError, SourceRole, list};
use serde_json::json;

use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::spelling::quoted;

/// Says why nothing can be restored from it, and what to name instead.
pub fn cannot_open(data: &DataFolder, error: SourceError) -> Failure {
    let hint = hint(data, &error);
    let details = match &error {
        SourceError::Several { of, found } => Some(json!({
            "option": option(*of),
            "candidates": found.iter().map(|it| it.to_string_lossy()).collect::<Vec<_>>(),
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

/// How to convert a file of another kind into one that can be restored.
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
