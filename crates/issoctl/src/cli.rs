//! The command line.

mod action;
mod backup;
mod config;
mod logs;
mod startos;
mod supervise;
mod up;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub use action::{ActionCommand, RunArgs};
pub use backup::{BackupCommand, ChoiceArgs, CreateArgs, RestoreArgs};
pub use config::ConfigCommand;
pub use logs::LogsArgs;
pub use startos::HookCommand;
pub use supervise::SuperviseArgs;
pub use up::UpArgs;

/// Runs Isso, the comment server, so that you need not administer it.
///
/// `issoctl up` brings up a real Isso behind an admin password, keeps it running and restarts it
/// when it dies. Everything else looks at it or changes it; a command works whether `up` runs or
/// not.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// The folder that holds everything: settings, database, Python environment
    ///
    /// By default `issoctl` in your data folder, mostly ~/.local/share/issoctl.
    // A hint may be pasted behind an alias that names the folder, too.
    #[arg(
        long,
        global = true,
        env = "ISSOCTL_DATA",
        value_name = "DIR",
        overrides_with = "data"
    )]
    pub data: Option<PathBuf>,
    /// Print JSON on stdout, for programs
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  issoctl up                                  start Isso here, in the foreground
  issoctl action run set-admin-password       set a new admin password and show it
  issoctl action run set-websites websites=https://blog.example.org
  issoctl action run embed-code               the lines to paste into your pages
  issoctl status                              is it well?

Exit codes: 0 done, 1 failed, 2 wrong input, 3 Isso does not run.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run Isso in the foreground
    ///
    /// SIGTERM and Ctrl-C stop it gracefully, a second one or SIGQUIT at once. SIGHUP has it look at isso.cfg, and
    /// stops it if its terminal was closed. SIGUSR1 and SIGUSR2 do nothing.
    Up(UpArgs),
    /// Run somebody else's gunicorn command line as `up` runs Isso, such as a container's entrypoint
    #[command(after_help = supervise::EXAMPLES)]
    Supervise(SuperviseArgs),
    /// Tell how Isso is
    ///
    /// Exits with 0 when Isso serves, with 1 when it serves with a damaged database, with 3 when it does not serve.
    Status,
    /// Change Isso's settings, set its password, get the code to embed
    #[command(subcommand)]
    Action(ActionCommand),
    /// Back up comments and settings while Isso serves, and put them back
    #[command(subcommand, after_help = backup::EXAMPLES)]
    Backup(BackupCommand),
    /// Look at isso.cfg
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Show what Isso logged
    Logs(LogsArgs),
    /// Stop the running `issoctl up` or `supervise`, and Isso with it
    Stop,
    /// Answer the hooks of the StartOS package: JSON in on stdin, JSON out on stdout
    #[command(subcommand, hide = true)]
    Startos(HookCommand),
    /// Check every page of a database; `up` and `supervise` start this beside Isso
    #[command(hide = true)]
    CheckDatabase {
        /// The database.
        database: PathBuf,
    },
    /// Print a completion script for a shell
    ///
    /// For bash, say: issoctl completions bash > ~/.local/share/bash-completion/completions/issoctl
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or write one page for each command
    Man {
        /// Write all pages into this folder instead
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

impl Command {
    /// The folder that the command changes or reads, as whose owner it works if root runs it; none where root's own
    /// rights are meant: in a container, and for a file that is only read.
    pub fn works_in<'a>(&'a self, data: &'a Path) -> Option<&'a Path> {
        match self {
            Self::Supervise(_)
            | Self::Startos(_)
            | Self::CheckDatabase { .. }
            | Self::Completions { .. }
            | Self::Man { .. }
            | Self::Config(ConfigCommand::Parse { .. } | ConfigCommand::Check { file: Some(_) }) => None,
            Self::Backup(BackupCommand::List { folder: Some(folder) }) => Some(folder),
            Self::Backup(BackupCommand::Restore(RestoreArgs { into: Some(folder), .. })) => Some(folder),
            // One that is not here is looked for in the data folder.
            Self::Backup(BackupCommand::Delete { backup, .. }) if backup.exists() => Some(backup),
            _ => Some(data),
        }
    }

    /// The file that the command reads beside that folder.
    pub fn source(&self) -> Option<&Path> {
        match self {
            Self::Backup(
                BackupCommand::Show { backup, .. }
                | BackupCommand::Verify { backup, .. }
                | BackupCommand::Restore(RestoreArgs { backup, .. }),
            ) => Some(backup),
            _ => None,
        }
    }
}
