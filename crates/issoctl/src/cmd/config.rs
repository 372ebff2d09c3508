//! `issoctl config`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use isso_cfg::keys::{self, Kind};
use isso_cfg::{Diagnostic, Document, Severity};
use serde_json::{Map, Value, json};

use crate::cli::ConfigCommand;
use crate::data::DataDir;
use crate::error::Failure;
use crate::output::{BAD, BOLD, DIM, GOOD, Output, WARN};

/// Shows, checks or parses `isso.cfg`.
pub fn run(data: &DataDir, output: Output, command: ConfigCommand) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Show { reveal } => show(data, reveal, output),
        ConfigCommand::Check { file } => check(data, file, output),
        ConfigCommand::Parse { file } => parse(&file, output),
    }
}

fn show(data: &DataDir, reveal: bool, output: Output) -> Result<ExitCode, Failure> {
    let path = data.volume().config_path();
    let document = match read(&path)? {
        Ok(document) => document,
        Err(diagnostics) => return Ok(refused(&path, &diagnostics, Failure::FAILED, output)),
    };
    let mut sections = Map::new();
    for key in keys::ALL {
        let value = document.read_text(key);
        let hidden = key.kind == Kind::Secret && !reveal && !value.is_empty();
        let shown = if hidden {
            "••••••••".to_owned()
        } else {
            value
        };
        sections.entry(key.section).or_insert_with(|| json!({}))[key.name] = json!(shown);
    }
    if output.json {
        output.json(&sections);
        return Ok(ExitCode::SUCCESS);
    }
    for (section, values) in &sections {
        output.line(&format!("{BOLD}[{section}]{BOLD:#}"));
        for (name, value) in values.as_object().into_iter().flatten() {
            let text = value
                .as_str()
                .unwrap_or_default()
                .trim()
                .replace('\n', ", ");
            let by_default = !document.has(section, name);
            let origin = if by_default {
                format!("  {DIM}(default){DIM:#}")
            } else {
                String::new()
            };
            output.line(&format!("{name} = {text}{origin}"));
        }
        output.line("");
    }
    Ok(ExitCode::SUCCESS)
}

fn check(data: &DataDir, file: Option<PathBuf>, output: Output) -> Result<ExitCode, Failure> {
    let volume = data.volume();
    let (path, diagnostics) = match file {
        // Of its own file issoctl knows more: the keys that it puts right itself.
        None => (volume.config_path(), volume.check()?),
        Some(path) => {
            let diagnostics = match read(&path)? {
                Ok(document) => isso_cfg::diagnose(&document),
                Err(diagnostics) => diagnostics,
            };
            (path, diagnostics)
        }
    };
    let is_refused = diagnostics
        .iter()
        .any(|found| found.severity == Severity::Refused);
    if output.json {
        output.json(&json!({ "file": path, "accepted": !is_refused, "diagnostics": diagnostics }));
    } else {
        for found in &diagnostics {
            print(&path, found, output);
        }
        match (is_refused, diagnostics.len()) {
            (true, _) => output.line(&format!("{BAD}Isso would refuse this file.{BAD:#}")),
            (false, 0) => output.line(&format!("{GOOD}Nothing to complain about.{GOOD:#}")),
            (false, _) => output.line(&format!("{GOOD}Isso takes this file.{GOOD:#}")),
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
            // Quoted, so that line breaks and white space can be seen.
            output.line(&format!("{key} = {value}"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What Python's parser answers: `[DEFAULT]` feeds every section and is none itself.
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
    let bytes = std::fs::read(path).map_err(|source| {
        Failure::new(format!("cannot read {}", path.display()), source)
            .exit(Failure::USAGE)
            .hint("name the file, or a data folder with --data DIR")
    })?;
    Ok(Document::from_bytes(&bytes))
}

fn refused(path: &Path, diagnostics: &[Diagnostic], code: u8, output: Output) -> ExitCode {
    if output.json {
        output.json(&json!({ "file": path, "accepted": false, "diagnostics": diagnostics }));
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
