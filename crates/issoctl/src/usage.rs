//! Parses the command line. For one that clap refuses, suggests the command that was meant, and prints the error in
//! JSON for programs.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Command, CommandFactory, Parser};
use isso_host::actions::Action;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

/// Names that other programs have for our commands.
const ALIASES: [(&str, &str); 5] = [
    ("start", "up"),
    ("run", "up"),
    ("serve", "up"),
    ("restart", "up"),
    ("password", "action run set-admin-password"),
];

/// Reads the command line, or says what is wrong with it and returns the exit code.
pub fn parse(args: Vec<OsString>) -> Result<Cli, ExitCode> {
    let json = args.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
    Cli::try_parse_from(args).map_err(|error| {
        let error = tidy_suggestions(error);
        let output = Output { json };
        if error.use_stderr() && json {
            return failure(&error).report(None, &output);
        }
        let text = error.render().ansi().to_string();
        match error.use_stderr() {
            true => output.note(text.trim_end()),
            false => output.line(text.trim_end()),
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Failure::USAGE))
    })
}

/// Removes hidden commands from the suggestions of an error, and adds commands with another name or below another
/// command.
fn tidy_suggestions(mut error: clap::Error) -> clap::Error {
    let mut known = Cli::command();
    known.build();
    let hidden = |name: &str| known.find_subcommand(name).is_some_and(Command::is_hide_set);
    if let Some(ContextValue::Strings(mut valid)) = error.remove(ContextKind::ValidSubcommand) {
        valid.retain(|name| !hidden(name));
        error.insert(ContextKind::ValidSubcommand, ContextValue::Strings(valid));
    }
    let Some(ContextValue::String(given)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let mut meant = suggestions(&known, given);
    if meant.is_empty()
        && let Some(ContextValue::Strings(near)) = error.get(ContextKind::SuggestedSubcommand)
    {
        meant.extend(near.iter().filter(|name| !hidden(name)).cloned());
    }
    error.remove(ContextKind::SuggestedSubcommand);
    if !meant.is_empty() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(meant));
    }
    error
}

/// The commands with this name below another command, or with this alias.
fn suggestions(known: &Command, given: &str) -> Vec<String> {
    if let Some((_, ours)) = ALIASES.iter().find(|(theirs, _)| *theirs == given) {
        return vec![(*ours).to_owned()];
    }
    if Action::find(given).is_ok() {
        return vec![format!("action run {given}")];
    }
    let shown = known.get_subcommands().filter(|group| !group.is_hide_set());
    shown
        .filter(|group| group.get_name() != "help" && group.find_subcommand(given).is_some())
        .map(|group| format!("{} {given}", group.get_name()))
        .collect()
}

/// Converts clap's error.
fn failure(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let mut parts = text
        .trim()
        .split("\n\n")
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    let first = parts.next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(&first);
    let tip = parts.find_map(|part| part.strip_prefix("tip: ").map(str::to_owned));
    Failure::usage(message).hint(tip.unwrap_or_else(|| "see what it takes with --help".to_owned()))
}
