//! Functions that the backup commands share: find a backup, ask for confirmation, format numbers and times.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use indicatif::HumanBytes;
use isso_host::actions::closest;
use isso_host::backup::{Counts, Manifest};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::escape::{Escape, escape};
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::terminal::{Questions, is_person};

/// Finds a backup by its path, or by its name in the data folder.
pub(super) fn find(data: &DataFolder, given: &Path) -> Result<PathBuf, Failure> {
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

/// Asks the person at the terminal for confirmation. Without a terminal, this is an error.
pub(super) async fn confirm(question: &str) -> Result<(), Failure> {
    if !is_person() {
        return Err(Failure::usage(
            "this has to be confirmed, and there is no terminal to ask on: stdin or stderr is something else",
        )
        .hint("say --yes to have it done without being asked"));
    }
    let question = question.to_owned();
    let confirm = move || {
        dialoguer::Confirm::new()
            .with_prompt(escape(&question, Escape::Text))
            .default(false)
            .interact()
    };
    match Questions::start()?.ask(confirm).await? {
        true => Ok(()),
        false => Err(Failure::plain("nothing was changed")),
    }
}

/// Formats a time for a person.
pub(super) fn time(time: OffsetDateTime) -> String {
    const FORMAT: &[BorrowedFormatItem] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
    time.format(FORMAT).expect("every time can be written so")
}

/// Formats the numbers of comments and threads.
pub(super) fn comments(counts: Option<Counts>) -> String {
    counts.map_or_else(
        || "no database".to_owned(),
        |it| {
            format!(
                "{} in {}",
                counted(it.comments, "comment"),
                counted(it.threads, "thread")
            )
        },
    )
}

fn counted(number: u64, name: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {name}{plural}")
}

/// Formats a size for a person.
pub(super) fn bytes(size: u64) -> String {
    HumanBytes(size).to_string()
}

/// Paths for programs. JSON is text, so what is not UTF-8 in a path is replaced, as it is on a terminal.
pub(super) fn to_texts(paths: &[PathBuf]) -> Value {
    paths.iter().map(|path| path.to_string_lossy()).collect()
}

/// The manifest of a backup for programs, with its path and size.
pub(super) fn to_json(path: &Path, size: u64, manifest: &Manifest) -> Value {
    let mut value = json!(manifest);
    value["path"] = json!(path.to_string_lossy());
    value["size"] = json!(size);
    value
}
