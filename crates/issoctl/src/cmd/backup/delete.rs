//! `issoctl backup delete`.

use std::path::Path;
use std::process::ExitCode;

use isso_host::backup::{delete, is_backup};
use serde_json::json;

use super::words::{confirm, find};
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::Output;

/// Deletes a backup, after a question unless `--yes` is given.
pub async fn run(data: &DataFolder, output: Output, backup: &Path, yes: bool) -> Result<ExitCode, Failure> {
    let path = find(data, backup)?;
    if !is_backup(&path) {
        return Err(Failure::usage(format!("{} is no backup of issoctl", path.display()))
            .hint("delete it yourself if you want it gone"));
    }
    if !yes {
        confirm(&format!("Delete {} for good?", path.display())).await?;
    }
    delete(&path).map_err(|error| Failure::new("the backup is still there", error))?;
    if output.json {
        output.json(&json!({ "deleted": path.to_string_lossy() }));
    } else {
        output.line(&format!("{} is deleted.", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}
