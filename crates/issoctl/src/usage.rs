//! A command line that clap does not take: leads to the command that was meant, and tells a program in JSON.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Command, CommandFactory, Parser};
use isso_host::actions::Action;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

/// What other programs call our commands.
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

/// The same error, which suggests no command that is hidden from people, and those of other names and other places.
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

/// The commands that have this name below others, or that do what it does elsewhere.
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

/// What clap says, in our own form.
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
