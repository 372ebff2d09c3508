//! `issoctl backup list`.

use std::path::Path;
use std::process::ExitCode;

use isso_host::backup::{BackupFile, list};
use isso_host::lifecycle::with_causes;
use serde_json::json;

use super::words::{bytes, comments, time, to_json};
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{BAD, BOLD, DIM, Output};

/// Lists the backups in a folder.
pub fn run(data: &DataFolder, output: Output, folder: Option<&Path>) -> Result<ExitCode, Failure> {
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::usage(format!("there is no folder {}", folder.display()))
            .hint("look at the name; without --in, the backups in the data folder are listed"));
    }
    let in_data = data.backups();
    let folder = folder.unwrap_or(&in_data);
    let backups = list(folder).map_err(|error| Failure::new("no backup can be listed", error))?;
    if output.json {
        let all = backups.iter().map(|it| match &it.manifest {
            Ok(manifest) => to_json(&it.path, it.size, manifest),
            Err(error) => json!({
                "path": it.path.to_string_lossy(),
                "size": it.size,
                "error": with_causes(error),
            }),
        });
        output.json(&all.collect::<Vec<_>>());
    } else if backups.is_empty() {
        output.note(&format!("There are no backups in {}.", folder.display()));
    } else {
        backups.iter().for_each(|it| print(it, output));
    }
    Ok(ExitCode::SUCCESS)
}

fn print(backup: &BackupFile, output: Output) {
    let name = backup.path.file_name().unwrap_or_default();
    let (name, size) = (name.to_string_lossy(), bytes(backup.size));
    output.line(&match &backup.manifest {
        Ok(manifest) => format!(
            "{BOLD}{name}{BOLD:#}  {}, {} {DIM}({size}){DIM:#}",
            time(manifest.created),
            comments(manifest.database)
        ),
        Err(error) => format!("{BOLD}{name}{BOLD:#}  {BAD}{error}{BAD:#} {DIM}({size}){DIM:#}"),
    });
}
