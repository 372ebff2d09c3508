//! `issoctl backup verify`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_host::backup::{Inspection, RestoreSource, verify};
use serde_json::{Value, json};

use super::plan::Plan;
use super::progress::with_progress;
use super::source;
use crate::cli::ChoiceArgs;
use crate::errors::stage::stage_error;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{GOOD, Output};

/// Reads a whole backup, and reports what is wrong with it.
pub async fn run(
    data: &DataFolder,
    output: Output,
    backup: &Path,
    choice: &ChoiceArgs,
    opened: Option<File>,
) -> Result<ExitCode, Failure> {
    let source = source::open(data, backup, choice, opened).await?;
    let (source, inspection) = inspect(data, source).await?;
    let volume = data.volume();
    let plan = Plan::new(&source, &inspection, &volume);
    if output.json {
        let findings = inspection.diagnostics.iter().map(ToString::to_string);
        let findings = findings.collect::<Vec<_>>();
        let mut value = plan.to_json();
        value["good"] = Value::Bool(true);
        value["findings"] = json!(findings);
        output.json(&value);
        return Ok(ExitCode::SUCCESS);
    }
    output.line(&format!("{GOOD}The backup is good:{GOOD:#} {}.", plan.brings()));
    for line in plan.found() {
        output.note(&line);
    }
    Ok(ExitCode::SUCCESS)
}

/// Inspects a source as a restore does, and changes nothing.
pub async fn inspect(data: &DataFolder, source: RestoreSource) -> Result<(RestoreSource, Inspection), Failure> {
    let scratch = scratch(data)?;
    with_progress(move |progress| {
        let inspection = verify(&source, &scratch, progress)?;
        Ok((source, inspection))
    })
    .await?
    .map_err(|error| stage_error("the backup cannot be put back", error))
}

/// The folder to unpack into: the data folder, where a restore needs the space too, or the folder for temporary files
/// if this user may only read the data folder.
fn scratch(data: &DataFolder) -> Result<PathBuf, Failure> {
    if data.may_only_read() {
        return Ok(std::env::temp_dir());
    }
    data.create()?;
    Ok(data.path().to_owned())
}
