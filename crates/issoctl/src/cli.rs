//! The command line.

mod startos;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use isso_host::backup::{Retention, RetentionError};
use isso_host::cfg::{Timedelta, TimedeltaError};

use crate::listen::Listen;

pub use startos::HookCommand;

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
    #[command(after_help = SUPERVISE_EXAMPLES)]
    Supervise(SuperviseArgs),
    /// Tell how Isso is
    ///
    /// Exits with 0 when Isso serves, with 1 when it serves with a damaged database, with 3 when it does not serve.
    Status,
    /// Change Isso's settings, set its password, get the code to embed
    #[command(subcommand)]
    Action(ActionCommand),
    /// Back up comments and settings while Isso serves, and put them back
    #[command(subcommand, after_help = BACKUP_EXAMPLES)]
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

/// The options of `up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// The address and port that Isso answers on
    ///
    /// `8080` or `127.0.0.1:8080` is for this machine alone, `:8080` or `0.0.0.0:8080` for all its
    /// IPv4 addresses, `[::1]:8080` for an IPv6 address, and `localhost:8080` for a name.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: Listen,
    /// Set an admin password right away if none is set yet
    ///
    /// It is shown once, on the terminal. Without one, `issoctl config show --reveal` shows it.
    #[arg(long)]
    pub create_password: bool,
    /// Make a backup so often, such as every `24h`
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub backup_every: Option<Timedelta>,
    /// The folder that receives these backups (by default `backups` in the data folder)
    #[arg(long, value_name = "DIR", requires = "backup_every")]
    pub backup_to: Option<PathBuf>,
    /// Which of the backups there to keep; all others are deleted (by default none is)
    #[arg(long, value_name = "RULES", requires = "backup_every", value_parser = rules)]
    pub backup_keep: Option<String>,
    /// The folder of the Python environment (by default `runtime` in the data folder)
    #[arg(long, env = "ISSOCTL_RUNTIME", value_name = "DIR")]
    pub runtime: Option<PathBuf>,
}

const SUPERVISE_EXAMPLES: &str = "\
Examples:
  issoctl supervise -- /isso/bin/gunicorn -b 0.0.0.0:8080 -w 4 --preload isso.run
  issoctl --data /run/issoctl supervise --config /config/isso.cfg --listen 0.0.0.0:8080 \\
    -- gunicorn -w 4 --preload isso.run
  issoctl --data /run/issoctl status";

/// The options of `supervise`.
#[derive(Debug, Args)]
pub struct SuperviseArgs {
    /// Isso's settings; their folder may be read-only
    #[arg(long, env = "ISSO_SETTINGS", value_name = "FILE", required_unless_present = "volume")]
    pub config: Option<PathBuf>,
    /// The folder with config/isso.cfg and db/comments.db in it, to write to, wherever the entrypoint sees them;
    /// instead of --config
    #[arg(long, value_name = "DIR")]
    pub volume: Option<PathBuf>,
    /// The address and port that Isso answers on (by default what `-b` in the command line says)
    ///
    /// It is written as for `up`.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<Listen>,
    /// gunicorn and its arguments
    #[arg(last = true, required = true, value_name = "ENTRYPOINT")]
    pub entrypoint: Vec<OsString>,
}

/// The `action` commands.
#[derive(Debug, Subcommand)]
pub enum ActionCommand {
    /// List the actions
    List,
    /// Show an action's form and what stands in it now
    Show {
        /// The action, such as `set-websites`.
        id: String,
        /// Show passwords too
        #[arg(long)]
        reveal: bool,
    },
    /// Run an action
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  issoctl action run configure-server maxAge=1h guard.ratelimit=5
  issoctl action run set-websites websites=https://a.example websites=https://b.example
  issoctl action run set-websites websites=
  issoctl action run set-websites --input '{\"websites\": [\"https://a.example\"]}'
  issoctl action run configure-smtp                 asks for each field
  issoctl action run configure-smtp --input mail.json
  pass show mail.json | issoctl action run configure-smtp --input -";

/// The options of `action run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The action, such as `set-websites`.
    pub id: String,
    /// Fields to change; the others stay as they are
    ///
    /// On a terminal, without any field and without --input, each field is asked for.
    /// A field inside a group is written `group.field`; a list is its field given once for each
    /// item, or `field=` for an empty one. Passwords are not taken here, where other users of the
    /// machine could read them: give them with --input.
    #[arg(value_name = "FIELD=VALUE", conflicts_with = "input")]
    pub fields: Vec<String>,
    /// Take the whole form as JSON: from a file, from stdin with `-`, or as it stands here
    ///
    /// JSON with a password in it is not taken from the command line.
    #[arg(long, value_name = "FILE|JSON")]
    pub input: Option<PathBuf>,
    /// Do not wait until changed settings are in force
    #[arg(long)]
    pub no_wait: bool,
}

const BACKUP_EXAMPLES: &str = "\
Examples:
  issoctl backup create --to /mnt/usb
  issoctl backup create --keep daily=7,weekly=4,monthly=6
  issoctl backup list
  issoctl backup verify isso-20260131T030000Z.isso-backup.tar.zst
  issoctl backup restore isso-20260131T030000Z.isso-backup.tar.zst
  issoctl backup restore old-volume/             a plain copy of a data folder or StartOS volume
  issoctl backup restore comments.db --dry-run   what would be done with a database alone
  issoctl backup restore old/ --database old/blog.db --settings old/user.cfg

A backup without a folder in its name is looked for here, then in `backups` in the data folder. It
is a tar archive: `tar --zstd -xf` unpacks it anywhere. It holds passwords, so keep it safe.";

/// The `backup` commands.
#[derive(Debug, Subcommand)]
pub enum BackupCommand {
    /// Make a backup; Isso goes on serving meanwhile
    Create(CreateArgs),
    /// List the backups in a folder, the newest first
    List {
        /// The folder (by default `backups` in the data folder)
        #[arg(long = "in", value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Show what a backup says of itself, or what is found in a folder
    Show {
        /// The backup, or a folder or file as `restore` takes it
        backup: PathBuf,
        /// Which files to take.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Read a whole backup and tell whether it can be put back
    ///
    /// Exits with 1 when it is damaged. Unpacks the database into the data folder for a while.
    Verify {
        /// The backup, or a folder or file as `restore` takes it
        backup: PathBuf,
        /// Which files to take.
        #[command(flatten)]
        choice: ChoiceArgs,
    },
    /// Put a backup back, or take in the comments and settings of another Isso
    ///
    /// Everything is unpacked and checked first, and it is shown what comes from where, what stays
    /// and what is repaired. Then Isso is stopped for about a second, in which visitors wait. What
    /// was there is kept in `backups/before-restore-…`; what the source does not have stays.
    Restore(RestoreArgs),
    /// Delete a backup
    Delete {
        /// The backup, or a folder `before-restore-…`
        backup: PathBuf,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// The options of `backup create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The folder that receives it (by default `backups` in the data folder)
    #[arg(long, value_name = "DIR")]
    pub to: Option<PathBuf>,
    /// Which of the backups there to keep; all others are deleted
    ///
    /// The last one of each of so many days, weeks and months, as in daily=7,weekly=4,monthly=6.
    /// The newest one is always kept.
    #[arg(long, value_name = "RULES")]
    pub keep: Option<Retention>,
}

/// The options of `backup restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup; or a folder with files of an Isso, such as the copy of a data folder or of a
    /// StartOS volume; or a database or isso.cfg alone
    ///
    /// In a folder, the settings are found under any usual name, and the database by the name that
    /// they give to it.
    pub backup: PathBuf,
    /// Which files to take.
    #[command(flatten)]
    pub choice: ChoiceArgs,
    /// Put the files into this empty folder instead, and leave Isso alone
    #[arg(long, value_name = "DIR")]
    pub into: Option<PathBuf>,
    /// Only show what would be done
    #[arg(long, conflicts_with = "into")]
    pub dry_run: bool,
    /// Replace the database even if another program uses it or Litestream copies it
    #[arg(long)]
    pub force: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// Which files of a folder to take.
#[derive(Debug, Args)]
pub struct ChoiceArgs {
    /// The file that is Isso's database, where it is not found or there are several
    #[arg(long, value_name = "FILE")]
    pub database: Option<PathBuf>,
    /// The file with Isso's settings, where it is not found or there are several
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

/// The `config` commands.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the settings as Isso takes them, its own defaults included
    Show {
        /// Show passwords too
        #[arg(long)]
        reveal: bool,
    },
    /// Tell what Isso would refuse or misread
    ///
    /// Exits with 1 when Isso would refuse the file.
    Check {
        /// The file (by default the isso.cfg of the data folder).
        file: Option<PathBuf>,
    },
    /// Print what Isso's parser sees in a file: section, key, value
    ///
    /// Passwords are printed too. Exits with 2 when the parser would refuse the file.
    Parse {
        /// The file.
        file: PathBuf,
    },
}

/// The options of `logs`.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// How many of the last lines to show
    #[arg(short = 'n', long, value_name = "N", default_value_t = 100, value_parser = number)]
    pub lines: usize,
    /// Go on with new lines as they come
    #[arg(short, long)]
    pub follow: bool,
}

/// The time between two backups; `daily` is answered with the right form.
fn span(text: &str) -> Result<Timedelta, String> {
    Timedelta::parse(text)
        .map_err(|error: TimedeltaError| format!("{error}; every hour is 1h, every day 24h, every week 7d"))
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "write a whole number, such as 100".to_owned())
}

/// Rules that are handed on as they stand.
fn rules(text: &str) -> Result<String, RetentionError> {
    text.parse::<Retention>().map(|_| text.to_owned())
}
