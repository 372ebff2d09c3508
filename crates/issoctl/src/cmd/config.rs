//! `issoctl config`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_host::cfg::{Diagnostic, Document, Environment, Severity, Volume};
use isso_host::{Client, Setting, SettingsReport, SettingsView};
use serde_json::{Map, Value, json};

use crate::cli::ConfigCommand;
use crate::errors::data_dir::unreadable_settings;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARN};

/// Shows, checks or parses `isso.cfg`.
pub async fn run(data: &DataFolder, output: Output, command: ConfigCommand) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Show { reveal } => show(data, reveal, output).await,
        ConfigCommand::Check { file } => check(data, file, output).await,
        ConfigCommand::Parse { file } => parse(&file, output),
    }
}

/// The volume with this command's environment, for when no host runs that has its own.
fn volume(data: &DataFolder) -> Volume {
    data.volume().with_environment(environment())
}

fn environment() -> Environment {
    Environment::of_command(std::env::vars_os())
}

async fn show(data: &DataFolder, reveal: bool, output: Output) -> Result<ExitCode, Failure> {
    let settings = match Client::connect(data.path())? {
        Some(client) => client.settings(reveal).await?,
        None => {
            data.require_isso()?;
            SettingsView::of(&volume(data), reveal).map_err(unreadable_settings)?
        }
    };
    let settings = match settings.read {
        Ok(read) => read,
        Err(diagnostics) => {
            return Ok(refused(&settings.file, &diagnostics, Failure::FAILED, output));
        }
    };
    if output.json {
        let mut sections = Map::new();
        for setting in settings {
            let section = sections.entry(setting.section).or_insert_with(|| json!({}));
            section[setting.name] = json!(setting.value);
        }
        output.json(&sections);
        return Ok(ExitCode::SUCCESS);
    }
    let sections = settings.chunk_by(|one, next| one.section == next.section);
    for settings in sections {
        output.line(&format!("{BOLD}[{}]{BOLD:#}", settings[0].section));
        for setting in settings {
            let text = setting.value.trim().replace('\n', ", ");
            let origin = match setting {
                Setting { by_default: true, .. } => format!("  {DIM}(default){DIM:#}"),
                Setting { expanded: true, .. } => format!("  {DIM}(from the environment){DIM:#}"),
                _ => String::new(),
            };
            output.line(&format!("{} = {text}{origin}", setting.name));
        }
        output.line("");
    }
    Ok(ExitCode::SUCCESS)
}

async fn check(data: &DataFolder, file: Option<PathBuf>, output: Output) -> Result<ExitCode, Failure> {
    let SettingsReport {
        file: path,
        diagnostics,
    } = match file {
        // Of its own file issoctl knows more: the keys that it repairs itself, and the environment of the host.
        None => match Client::connect(data.path())? {
            Some(client) => client.check_settings().await?,
            None => {
                data.require_isso()?;
                SettingsReport::of(&volume(data))?
            }
        },
        Some(file) => {
            let diagnostics = match read(&file)? {
                Ok(document) => isso_host::cfg::diagnose(&document.with_environment(&environment())),
                Err(diagnostics) => diagnostics,
            };
            SettingsReport { file, diagnostics }
        }
    };
    let is_refused = diagnostics.iter().any(|found| found.severity == Severity::Refused);
    let only_told = diagnostics.iter().all(|found| found.severity == Severity::Info);
    if output.json {
        output.json(&json!({ "file": path.to_string_lossy(), "accepted": !is_refused, "diagnostics": diagnostics }));
    } else {
        for found in &diagnostics {
            print(&path, found, output);
        }
        match (is_refused, only_told) {
            (true, _) => output.line(&format!("{BAD}Isso would refuse this file.{BAD:#}")),
            (false, true) => output.line(&format!("{GOOD}Nothing to complain about.{GOOD:#}")),
            (false, false) => output.line(&format!("{GOOD}Isso takes this file.{GOOD:#}")),
        }
    }
    Ok(ExitCode::from(if is_refused { Failure::FAILED } else { 0 }))
}

fn parse(path: &Path, output: Output) -> Result<ExitCode, Failure> {
    let document = match read(path)? {
        Ok(document) => document,
        Err(diagnostics) => return Ok(refused(path, &diagnostics, Failure::USAGE, output)),
    };
    let sections = effective(&document);
    if output.json {
        output.json(&sections);
        return Ok(ExitCode::SUCCESS);
    }
    for (section, values) in sections {
        output.line(&format!("{BOLD}[{section}]{BOLD:#}"));
        for (key, value) in values.as_object().into_iter().flatten() {
            // Quotes show line breaks and white space.
            output.line(&format!("{key} = {value}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the sections as Python's parser does: each has the keys of `[DEFAULT]`, which is not a section itself.
fn effective(document: &Document) -> Map<String, Value> {
    let sections = document.ini().get_map_ref();
    let shared = sections.get("DEFAULT");
    let own = sections.iter().filter(|(name, _)| *name != "DEFAULT");
    own.map(|(name, values)| {
        let values = shared.into_iter().flatten().chain(values);
        let values = values.map(|(key, value)| (key.clone(), json!(value)));
        (name.clone(), values.collect::<Map<_, _>>().into())
    })
    .collect()
}

fn read(path: &Path) -> Result<Result<Document, Vec<Diagnostic>>, Failure> {
    let bytes = crate::files::read(path)?;
    Ok(Document::from_bytes(&bytes))
}

fn refused(path: &Path, diagnostics: &[Diagnostic], code: u8, output: Output) -> ExitCode {
    if output.json {
        output.json(&json!({ "file": path.to_string_lossy(), "accepted": false, "diagnostics": diagnostics }));
    } else {
        for found in diagnostics {
            print(path, found, output);
        }
    }
    ExitCode::from(code)
}

fn print(path: &Path, found: &Diagnostic, output: Output) {
    let (style, word) = match found.severity {
        Severity::Refused => (BAD, "refused"),
        Severity::Misread => (WARN, "misread"),
        Severity::Warning => (WARN, "warning"),
        Severity::Info => (DIM, "note"),
    };
    let Diagnostic {
        line,
        column,
        message,
        text,
        fix,
        ..
    } = found;
    output.line(&format!(
        "{}:{line}:{column}: {style}{word}:{style:#} {message}",
        path.display()
    ));
    if !text.is_empty() {
        output.line(&format!("    {DIM}|{DIM:#} {text}"));
    }
    output.line(&format!("    {BOLD}fix:{BOLD:#} {fix}"));
}
