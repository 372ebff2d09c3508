//! The command line.

mod action;
mod backup;
mod config;
mod doctor;
mod logs;
mod proxy;
mod startos;
mod supervise;
mod up;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use clap_complete::Shell;

pub use action::{ActionCommand, RunArgs};
pub use backup::{BackupCommand, ChoiceArgs, CreateArgs, RestoreArgs};
pub use config::ConfigCommand;
pub use doctor::DoctorArgs;
pub use logs::LogsArgs;
pub use proxy::{Proxy, ProxyArgs};
pub use startos::HookCommand;
pub use supervise::SuperviseArgs;
pub use up::UpArgs;

/// Run and manage Isso, the comment server
///
/// `issoctl up` starts Isso behind an admin password, keeps it running and restarts it when it dies. The other commands
/// show or change it; most of them work whether `up` runs or not.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    /// Folder for everything: settings, database, Python environment
    ///
    /// The default is `issoctl` in your data folder, usually ~/.local/share/issoctl.
    // A hint may be pasted behind an alias that names the folder, too.
    #[arg(
        long,
        global = true,
        env = "ISSOCTL_DATA",
        value_name = "DIR",
        overrides_with = "data"
    )]
    pub data: Option<PathBuf>,
    /// Print JSON on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// The command to run.
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  issoctl up                                  start Isso here, in the foreground
  issoctl action run set-admin-password       set a new admin password and show it
  issoctl action run set-websites websites=https://blog.example.org
  issoctl action run set-public-address address=https://comments.example.org
  issoctl action run embed-code               print the lines to paste into your pages
  issoctl status                              show the status
  issoctl doctor                              say why comments do not appear

Exit codes: 0 done, 1 failed, 2 wrong input, 3 Isso does not run.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run Isso in the foreground
    ///
    /// SIGTERM and Ctrl-C stop it gracefully; a second one, or SIGQUIT, stops it at once. SIGHUP reviews isso.cfg, or
    /// stops Isso if the terminal was closed. SIGUSR1 and SIGUSR2 do nothing.
    Up(UpArgs),
    /// Run a given gunicorn command line, such as a container's entrypoint, as `up` runs Isso
    #[command(after_help = supervise::EXAMPLES)]
    Supervise(SuperviseArgs),
    /// Show the status
    ///
    /// Exits with 0 when Isso serves, with 1 when its database is damaged or cannot be written, with 3 when Isso does
    /// not serve.
    Status,
    /// Change Isso's settings, set its password, get the code to embed
    #[command(subcommand)]
    Action(ActionCommand),
    /// Say whether visitors' browsers will show comments, and if not, what to change where
    ///
    /// Looks at the websites, this server's public address, the pages with comments, the settings, the database and the
    /// mail server, as a visitor's browser would. Changes nothing, and posts no comment.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(DoctorArgs),
    /// Back up comments and settings while Isso serves, and restore them
    #[command(subcommand, after_help = backup::EXAMPLES)]
    Backup(BackupCommand),
    /// Show and check isso.cfg
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a configuration for the reverse proxy that stands before Isso
    #[command(after_help = proxy::EXAMPLES)]
    Proxy(ProxyArgs),
    /// Show the log of Isso
    Logs(LogsArgs),
    /// Stop the running `issoctl up` or `supervise`, and Isso with it
    Stop,
    /// Answer a hook of the StartOS package: read JSON from stdin, print JSON on stdout
    #[command(subcommand, hide = true)]
    Startos(HookCommand),
    /// Check every page of a database; `up` and `supervise` run this beside Isso
    #[command(hide = true)]
    CheckDatabase {
        /// Database file
        database: PathBuf,
    },
    /// Print a completion script for a shell
    ///
    /// For bash: issoctl completions bash > ~/.local/share/bash-completion/completions/issoctl
    Completions {
        /// Shell
        shell: Shell,
    },
    /// Print the manual page, or write a page for each command
    Man {
        /// Folder to write all pages into
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

impl Command {
    /// The folder that the command changes or reads. Root runs the command as the owner of this folder. `None` where
    /// root keeps its own rights: in a container, and for a file that is only read.
    pub fn works_in<'a>(&'a self, data: &'a Path) -> Option<&'a Path> {
        match self {
            Self::Supervise(_)
            | Self::Startos(_)
            | Self::CheckDatabase { .. }
            | Self::Completions { .. }
            | Self::Man { .. }
            | Self::Config(ConfigCommand::Parse { .. } | ConfigCommand::Check { file: Some(_) }) => None,
            // The process that starts it has become that user already.
            Self::Doctor(DoctorArgs { lines: Some(_), .. }) => None,
            Self::Backup(BackupCommand::List { folder: Some(folder) }) => Some(folder),
            Self::Backup(BackupCommand::Restore(RestoreArgs { into: Some(folder), .. })) => Some(folder),
            // A name that is not found here is that of a backup in the data folder.
            Self::Backup(BackupCommand::Delete { backup, .. }) if backup.exists() => Some(backup),
            _ => Some(data),
        }
    }

    /// The file that the command reads besides that folder.
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
