//! `issoctl action`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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
