//! `issoctl stop`.

use std::process::ExitCode;

use isso_host::on_thread;
use serde_json::json;

use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::Output;
use crate::waiting::waiting;

/// Stops the running `up`, and returns when it has ended.
pub async fn run(data: &DataFolder, output: Output) -> Result<ExitCode, Failure> {
    data.client()?.stop().await?;
    // `up` holds this lock until it ends, and it ends after its Isso.
    let folder = data.clone();
    let freed = waiting(on_thread(move || folder.wait_until_free())).await;
    freed.map_err(|error| Failure::new("it is not known whether Isso is stopped", error))??;
    if output.json {
        output.json(&json!({ "stopped": true }));
    } else {
        output.line("Isso is stopped.");
    }
    Ok(ExitCode::SUCCESS)
}
