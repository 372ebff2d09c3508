//! `issoctl backup list` and `show`.

use std::path::Path;
use std::process::ExitCode;

use isso_backup::{Archive, Manifest, Shelved, list};
use serde_json::json;

use super::{bytes, comments, find, time, to_json};
use crate::data::DataDir;
use crate::error::{Failure, chain};
use crate::output::{BAD, BOLD, DIM, Output};

/// Lists the backups in a folder.
pub fn run(data: &DataDir, output: Output, folder: Option<&Path>) -> Result<ExitCode, Failure> {
    let shelf = data.backups();
    let folder = folder.unwrap_or(&shelf);
    let shelved = list(folder).map_err(|error| Failure::new("no backup can be listed", error))?;
    if output.json {
        let all = shelved.iter().map(|it| match &it.manifest {
            Ok(manifest) => to_json(&it.path, it.size, manifest),
            Err(error) => json!({
                "path": it.path,
                "size": it.size,
                "error": chain(error).join(": "),
            }),
        });
        output.json(&all.collect::<Vec<_>>());
    } else if shelved.is_empty() {
        output.note(&format!("There are no backups in {}.", folder.display()));
    } else {
        shelved.iter().for_each(|it| print(it, output));
    }
    Ok(ExitCode::SUCCESS)
}

fn print(shelved: &Shelved, output: Output) {
    let name = shelved.path.file_name().unwrap_or_default();
    let (name, size) = (name.to_string_lossy(), bytes(shelved.size));
    output.line(&match &shelved.manifest {
        Ok(manifest) => format!(
            "{BOLD}{name}{BOLD:#}  {}, {} {DIM}({size}){DIM:#}",
            time(manifest.created),
            comments(manifest.database)
        ),
        Err(error) => format!("{BOLD}{name}{BOLD:#}  {BAD}{error}{BAD:#} {DIM}({size}){DIM:#}"),
    });
}

/// Shows what a backup says of itself.
pub fn show(data: &DataDir, output: Output, backup: &Path) -> Result<ExitCode, Failure> {
    let path = find(data, backup)?;
    let archive = Archive::open(&path)
        .map_err(|error| Failure::new("the backup does not say what it is", error))?;
    let size = std::fs::metadata(&path).map_or(0, |it| it.len());
    let manifest = archive.manifest();
    if output.json {
        output.json(&to_json(&path, size, manifest));
        return Ok(ExitCode::SUCCESS);
    }
    let line = |name: &str, text: &str| output.line(&format!("{BOLD}{name:<10}{BOLD:#}{text}"));
    line("Backup", &path.display().to_string());
    line("Made", &time(manifest.created));
    line("Isso", manifest.isso.as_deref().unwrap_or("did not run"));
    line("Holds", &comments(manifest.database));
    line("Size", &bytes(size));
    files(manifest, output);
    Ok(ExitCode::SUCCESS)
}

fn files(manifest: &Manifest, output: Output) {
    for member in &manifest.members {
        output.line(&format!(
            "          {}  {DIM}{}, blake3 {}{DIM:#}",
            member.path,
            bytes(member.size),
            member.blake3
        ));
    }
}
