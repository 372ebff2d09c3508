//! Opens what a restore reads from.

use std::fs::File;
use std::path::{Path, PathBuf};

use isso_host::backup::{Choice, RestoreSource, SourceError, SourceRole};

use super::words::find;
use crate::cli::ChoiceArgs;
use crate::errors::source::cannot_open;
use crate::escape::{Escape, escape};
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::terminal::{Questions, is_person};

/// Opens a backup, or finds the files of an Isso. Asks a person at the terminal which file to take if there are
/// several.
///
/// `opened` is the backup if root has opened it already, because the user that root has become may not be able to read
/// it.
pub async fn open(
    data: &DataFolder,
    given: &Path,
    choice: &ChoiceArgs,
    opened: Option<File>,
) -> Result<RestoreSource, Failure> {
    let is_chosen = choice.settings.is_some() || choice.database.is_some();
    if let Some(file) = opened.filter(|_| !is_chosen)
        && let Some(source) = RestoreSource::of_file(&std::path::absolute(given).unwrap_or_default(), file)
    {
        return Ok(source);
    }
    let path = find(data, given)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let mut choice = Choice {
        settings: choice.settings.clone(),
        database: choice.database.clone(),
    };
    loop {
        match RestoreSource::choose(&path, &choice) {
            Ok(source) => return Ok(source),
            Err(SourceError::Several { of, found }) if is_person() => {
                let chosen = ask(of, found).await?;
                match of {
                    SourceRole::Settings => choice.settings = Some(chosen),
                    SourceRole::Database => choice.database = Some(chosen),
                }
            }
            Err(error) => return Err(cannot_open(data, error)),
        }
    }
}

async fn ask(of: SourceRole, found: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    let named = |it: &PathBuf| escape(&it.display().to_string(), Escape::Text).into_owned();
    let items: Vec<_> = found.iter().map(named).collect();
    let select = move || {
        dialoguer::Select::new()
            .with_prompt(format!("Which of these files is taken as {of}?"))
            .items(&items)
            .default(0)
            .interact()
    };
    let chosen = Questions::start()?.ask(select).await?;
    Ok(found[chosen].clone())
}
