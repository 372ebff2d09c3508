//! `issoctl backup`.

mod create;
mod delete;
mod list;
mod plan;
mod progress;
mod restore;
mod show;
mod source;
mod verify;
mod words;

use std::fs::File;
use std::process::ExitCode;

use crate::cli::BackupCommand;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::Output;

/// Runs a `backup` command. `opened` is the backup, if root has opened it before it became another user.
pub async fn run(
    data: &DataFolder,
    output: Output,
    command: BackupCommand,
    opened: Option<File>,
) -> Result<ExitCode, Failure> {
    match command {
        BackupCommand::Create(args) => create::run(data, output, args).await,
        BackupCommand::List { folder } => list::run(data, output, folder.as_deref()),
        BackupCommand::Show { backup, choice } => show::run(data, output, &backup, &choice, opened).await,
        BackupCommand::Verify { backup, choice } => verify::run(data, output, &backup, &choice, opened).await,
        BackupCommand::Restore(args) => restore::run(data, output, args, opened).await,
        BackupCommand::Delete { backup, yes } => delete::run(data, output, &backup, yes).await,
    }
}
