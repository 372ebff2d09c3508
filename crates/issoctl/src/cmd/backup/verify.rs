//! `issoctl backup verify`.

use std::path::Path;
use std::process::ExitCode;

use isso_backup::verify;
use serde_json::json;

use super::progress::watched;
use super::{comments, open};
use crate::data::DataDir;
use crate::error::Failure;
use crate::output::{GOOD, Output, WARN};

/// Reads a whole backup.
pub async fn run(data: &DataDir, output: Output, backup: &Path) -> Result<ExitCode, Failure> {
    let origin = open(data, backup)?;
    data.create()?;
    let scratch = data.path().to_owned();
    let verified = watched(move |watch| verify(&origin, &scratch, watch))
        .await?
        .map_err(|error| {
            Failure::new("the backup cannot be put back", error)
                .hint("take another one: `issoctl backup list`")
        })?;
    let findings = &verified.diagnostics;
    if output.json {
        output.json(&json!({
            "good": true,
            "database": verified.database,
            "findings": findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }));
        return Ok(ExitCode::SUCCESS);
    }
    let found = comments(verified.database);
    output.line(&format!("{GOOD}The backup is good:{GOOD:#} {found}."));
    for finding in findings {
        output.note(&format!("{WARN}isso.cfg:{WARN:#} {finding}"));
    }
    Ok(ExitCode::SUCCESS)
}
