//! `issoctl config`.

use std::path::PathBuf;

use clap::Subcommand;

/// The `config` commands.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the settings as Isso reads them, including its defaults
    Show {
        /// Show passwords too
        #[arg(long)]
        reveal: bool,
    },
    /// Report what Isso would refuse or misread
    ///
    /// Exits with 1 when Isso would refuse the file.
    Check {
        /// File to check (default: the isso.cfg of the data folder)
        file: Option<PathBuf>,
    },
    /// Print what Isso's parser reads from a file: section, key, value
    ///
    /// Prints passwords too. Exits with 2 when the parser would refuse the file.
    Parse {
        /// File to parse
        file: PathBuf,
    },
}
