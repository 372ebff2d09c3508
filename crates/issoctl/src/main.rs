//! `issoctl`: the program. It reads the command line, the environment and the terminal, runs a command over
//! [`isso_host`], and prints the result.

mod announce;
mod bind;
mod cli;
mod cmd;
mod errors;
mod escape;
mod failure;
mod fields;
mod files;
mod gunicorn;
mod install;
mod language;
mod listen;
mod locate;
mod log;
mod output;
mod owner;
mod printer;
mod public_address;
mod signals;
mod spelling;
mod terminal;
mod usage;
mod waiting;

use std::fs::File;
use std::process::ExitCode;

use tokio::task::LocalSet;

use cli::Command;
use failure::Failure;
use locate::DataFolder;
use output::Output;
use printer::FLUSH_WITHIN;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    signals::undo_inherited();
    let cli = match usage::parse(std::env::args_os().collect()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let output = Output { json: cli.json };
    let data = match DataFolder::locate(cli.data) {
        Ok(data) => data,
        Err(failure) => return failure.report(None, &output),
    };
    // Root opens this file before it becomes another user, who may not be able to read it, and before any other thread
    // starts.
    let source = cli.command.source().and_then(owner::open_as_root);
    if let Some(folder) = cli.command.works_in(data.path())
        && let Err(error) = owner::become_owner(folder)
    {
        return Failure::from(error).report(Some(data.spelling()), &output);
    }
    if matches!(cli.command, Command::Up(_) | Command::Supervise(_)) {
        isso_host::limit_arenas();
    }
    // The state machine's futures stay on this thread.
    let code = match LocalSet::new().run_until(run(&data, output, cli.command, source)).await {
        Ok(code) => code,
        Err(failure) => failure.report(Some(data.spelling()), &output),
    };
    printer::flush(FLUSH_WITHIN);
    code
}

async fn run(data: &DataFolder, output: Output, command: Command, source: Option<File>) -> Result<ExitCode, Failure> {
    match command {
        Command::Up(args) => cmd::up::run(data, output, args).await,
        Command::Supervise(args) => cmd::supervise::run(data, output, args).await,
        Command::Status => cmd::status::run(data, output).await,
        Command::Action(command) => cmd::action::run(data, output, command).await,
        Command::Backup(command) => cmd::backup::run(data, output, command, source).await,
        Command::Config(command) => cmd::config::run(data, output, command).await,
        Command::Proxy(args) => cmd::proxy::run(data, output, args).await,
        Command::Doctor(args) => cmd::doctor::run(data, output, args).await,
        Command::Logs(args) => cmd::logs::run(data, output, args).await,
        Command::CheckDatabase { database } => Ok(cmd::check_database::run(&database)),
        Command::Startos(hook) => cmd::startos::run(data, hook.into()).await,
        Command::Stop => cmd::stop::run(data, output).await,
        Command::Completions { shell } => cmd::pages::completions(shell),
        Command::Man { out } => cmd::pages::man(output, out.as_deref()),
    }
}
