//! `issoctl logs`.

use std::io::Write;
use std::process::ExitCode;

use crate::api::Client;
use crate::cli::LogsArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::output::Output;

/// Prints the log of the running `up`: lines, or with `--json` an object a line.
pub async fn run(data: &DataDir, output: Output, args: LogsArgs) -> Result<ExitCode, Failure> {
    let mut log = Client::required(data)?
        .logs(args.lines, args.follow, output.json)
        .await?;
    while let Some(part) = log
        .chunk()
        .await
        .map_err(|source| Failure::new("the log ended early", source))?
    {
        let mut stdout = std::io::stdout().lock();
        if stdout
            .write_all(&part)
            .and_then(|()| stdout.flush())
            .is_err()
        {
            // The reader went away, as in `… | head`.
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}
