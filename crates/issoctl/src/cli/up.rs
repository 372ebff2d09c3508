//! `issoctl up`.

use std::path::PathBuf;

use clap::Args;
use isso_host::backup::{Retention, RetentionError};
use isso_host::cfg::{Timedelta, TimedeltaError};

use crate::listen::Listen;

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

/// The time between two backups; `daily` is answered with the right form.
fn span(text: &str) -> Result<Timedelta, String> {
    Timedelta::parse(text)
        .map_err(|error: TimedeltaError| format!("{error}; every hour is 1h, every day 24h, every week 7d"))
}

/// Rules that are handed on as they stand.
fn rules(text: &str) -> Result<String, RetentionError> {
    text.parse::<Retention>().map(|_| text.to_owned())
}
