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

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::HumanBytes;
use isso_host::actions::closest;
use isso_host::backup::{Counts, Manifest};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::cli::BackupCommand;
use crate::failure::Failure;
use crate::harmless::{As, harmless};
use crate::locate::DataFolder;
use crate::output::Output;
use crate::terminal::{Questions, is_person};

/// Makes backups, looks at them, puts them back.
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

/// A backup by its path, or by its name in the data folder.
fn find(data: &DataFolder, given: &Path) -> Result<PathBuf, Failure> {
    if given.exists() {
        return Ok(given.to_owned());
    }
    if let Err(error) = std::fs::metadata(given)
        && error.kind() == ErrorKind::PermissionDenied
    {
        return Err(Failure::new(format!("cannot read {}", given.display()), error));
    }
    let backup = data.backups().join(given);
    if given.components().count() == 1 && backup.exists() {
        return Ok(backup);
    }
    let backups = isso_host::backup::list(&data.backups()).unwrap_or_default();
    let names: Vec<_> = backups.iter().filter_map(|it| it.path.file_name()?.to_str()).collect();
    let given_name = given.file_name().unwrap_or_default().to_string_lossy();
    let hint = match closest(&given_name, names.iter().copied()) {
        Some(name) => format!("did you mean {name}? `issoctl backup list` shows all"),
        None => "see which there are with `issoctl backup list`, or with --in DIR elsewhere".to_owned(),
    };
    Err(Failure::usage(format!("there is no backup {}", given.display())).hint(hint))
}

/// Asks, where a person is there to answer.
async fn confirm(question: &str) -> Result<(), Failure> {
    if !is_person() {
        return Err(Failure::usage(
            "this has to be confirmed, and there is no terminal to ask on: stdin or stderr is something else",
        )
        .hint("say --yes to have it done without being asked"));
    }
    let question = question.to_owned();
    let confirm = move || {
        dialoguer::Confirm::new()
            .with_prompt(harmless(&question, As::Text))
            .default(false)
            .interact()
    };
    match Questions::begin()?.ask(confirm).await? {
        true => Ok(()),
        false => Err(Failure::plain("nothing was changed")),
    }
}

fn time(time: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    time.format(FORMAT).expect("every time can be written so")
}

fn comments(counts: Option<Counts>) -> String {
    counts.map_or_else(
        || "no database".to_owned(),
        |it| format!("{} in {}", some(it.comments, "comment"), some(it.threads, "thread")),
    )
}

fn some(number: u64, name: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {name}{plural}")
}

fn bytes(size: u64) -> String {
    HumanBytes(size).to_string()
}

fn to_json(path: &Path, size: u64, manifest: &Manifest) -> Value {
    let mut value = json!(manifest);
    value["path"] = json!(path);
    value["size"] = json!(size);
    value
}
