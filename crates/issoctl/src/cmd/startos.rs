//! `issoctl startos`: answers a hook of the StartOS package, with JSON on stdin and stdout.

use std::io::Read;
use std::process::ExitCode;

use isso_startos::protocol::Request;
use isso_startos::{Hook, answer};

use crate::cmd::host::COMMANDS;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::Output;

/// Answers a hook.
pub async fn run(data: &DataFolder, hook: Hook) -> Result<ExitCode, Failure> {
    let request = request()?;
    let answer = answer(data.path(), COMMANDS, hook, request).await?;
    Output { json: true }.json(&answer);
    Ok(ExitCode::SUCCESS)
}

fn request() -> Result<Request, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|source| Failure::new("cannot read the request from stdin", source))?;
    serde_json::from_str(&text).map_err(|error| {
        // The message of serde_json may repeat values, which may be secret.
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!("the request on stdin is not one, at {line}:{column}"))
            .hint("this command is for the StartOS package; people use `issoctl action`")
    })
}
