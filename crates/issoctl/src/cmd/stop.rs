//! `issoctl stop`.

use std::process::ExitCode;

use serde_json::json;

use crate::api::Client;
use crate::data::DataDir;
use crate::error::Failure;
use crate::output::Output;

/// Ends the running `up` and returns once it is gone.
pub async fn run(data: &DataDir, output: Output) -> Result<ExitCode, Failure> {
    Client::required(data)?.stop().await?;
    // `up` holds this lock as long as it, and so any Isso of it, lives.
    data.wait_until_free()?;
    if output.json {
        output.json(&json!({ "stopped": true }));
    } else {
        output.line("Isso is stopped.");
    }
    Ok(ExitCode::SUCCESS)
}
