//! `issoctl config`.

use std::path::PathBuf;

use clap::Subcommand;

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
