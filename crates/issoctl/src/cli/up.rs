//! `issoctl up`.

use std::path::PathBuf;

use clap::Args;
use isso_host::backup::{Retention, RetentionError};
use isso_host::cfg::{Timedelta, TimedeltaError};

use crate::listen::Listen;

/// The options of `up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// Address and port for Isso
    ///
    /// `8080` or `127.0.0.1:8080` is for this machine alone, `:8080` or `0.0.0.0:8080` for all its IPv4 addresses,
    /// `[::1]:8080` for an IPv6 address, and `localhost:8080` for a name.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    pub listen: Listen,
    /// Set an admin password if none is set yet
    ///
    /// Shows it once, on the terminal. Without a terminal, see it with `issoctl config show --reveal`.
    #[arg(long)]
    pub create_password: bool,
    /// Interval between scheduled backups, such as `24h`
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub backup_every: Option<Timedelta>,
    /// Folder for scheduled backups (default: `backups` in the data folder)
    #[arg(long, value_name = "DIR", requires = "backup_every")]
    pub backup_to: Option<PathBuf>,
    /// Backups to keep in that folder; all others are deleted (default: keep all)
    #[arg(long, value_name = "RULES", requires = "backup_every", value_parser = rules)]
    pub backup_keep: Option<String>,
    /// Folder of the Python environment (default: `runtime` in the data folder)
    #[arg(long, env = "ISSOCTL_RUNTIME", value_name = "DIR")]
    pub runtime: Option<PathBuf>,
}

/// Parses the interval between two backups. The error for a word such as `daily` shows the right form.
fn span(text: &str) -> Result<Timedelta, String> {
    Timedelta::parse(text)
        .map_err(|error: TimedeltaError| format!("{error}; every hour is 1h, every day 24h, every week 7d"))
}

/// Checks the rules, and returns them as they were given.
fn rules(text: &str) -> Result<String, RetentionError> {
    text.parse::<Retention>().map(|_| text.to_owned())
}
