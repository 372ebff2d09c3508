//! `issoctl backup show`.

use std::fs::File;
use std::path::Path;
use std::process::ExitCode;

use isso_host::backup::{Archive, Manifest, RestoreSource};

use super::plan::Plan;
use super::words::{bytes, comments, time, to_json};
use super::{source, verify};
use crate::cli::ChoiceArgs;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{BOLD, DIM, Output};

/// Shows the manifest of a backup, or the files of Isso in a folder.
pub async fn run(
    data: &DataFolder,
    output: Output,
    backup: &Path,
    choice: &ChoiceArgs,
    opened: Option<File>,
) -> Result<ExitCode, Failure> {
    match source::open(data, backup, choice, opened).await? {
        RestoreSource::Archive(archive) => Ok(of_archive(&archive, output)),
        source @ RestoreSource::Folder(_) => of_folder(data, source, output).await,
    }
}

/// Shows what a restore would find in a folder.
async fn of_folder(data: &DataFolder, source: RestoreSource, output: Output) -> Result<ExitCode, Failure> {
    let (source, inspection) = verify::inspect(data, source).await?;
    let volume = data.volume();
    let plan = Plan::new(&source, &inspection, &volume);
    if output.json {
        output.json(&plan.to_json());
        return Ok(ExitCode::SUCCESS);
    }
    for line in plan.source().into_iter().chain(plan.found()) {
        output.line(&line);
    }
    Ok(ExitCode::SUCCESS)
}

fn of_archive(archive: &Archive, output: Output) -> ExitCode {
    let path = archive.path();
    let size = std::fs::metadata(path).map_or(0, |it| it.len());
    let manifest = archive.manifest();
    if output.json {
        output.json(&to_json(path, size, manifest));
        return ExitCode::SUCCESS;
    }
    let line = |name: &str, text: &str| output.line(&format!("{BOLD}{name:<10}{BOLD:#}{text}"));
    line("Backup", &path.display().to_string());
    line("Made", &time(manifest.created));
    line("Isso", manifest.isso.as_deref().unwrap_or("did not run"));
    line("Holds", &comments(manifest.database));
    line("Size", &bytes(size));
    files(manifest, output);
    ExitCode::SUCCESS
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
