//! `issoctl action`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use isso_host::actions::Action;

/// The `action` commands.
#[derive(Debug, Subcommand)]
pub enum ActionCommand {
    /// List the actions
    List,
    /// Show an action's form and its present values
    Show {
        /// Action, such as `set-websites`
        id: String,
        /// Show passwords too
        #[arg(long)]
        reveal: bool,
    },
    /// Run an action
    #[command(after_help = run_help())]
    Run(RunArgs),
}

/// Names the actions, and shows examples. What each action does, `action list` says in the person's language.
fn run_help() -> String {
    let actions = Action::ALL.map(|action| format!("  {}\n", action.id())).concat();
    format!("Actions (`issoctl action list` says what each does):\n{actions}\n{RUN_EXAMPLES}")
}

const RUN_EXAMPLES: &str = "\
Examples:
  issoctl action run configure-server maxAge=1h guard.ratelimit=5
  issoctl action run set-websites websites=https://a.example websites=https://b.example
  issoctl action run set-websites websites=
  issoctl action run sign-out-everywhere            end every login to the moderation panel
  issoctl action run set-websites --input '{\"websites\": [\"https://a.example\"]}'
  issoctl action run configure-smtp                 ask for each field
  issoctl action run configure-smtp --input mail.json
  pass show mail.json | issoctl action run configure-smtp --input -";

/// The options of `action run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Action, such as `set-websites`
    pub id: String,
    /// Fields to change; the others stay as they are
    ///
    /// On a terminal, without any field and without --input, the command asks for each field. Write a field inside a
    /// group as `group.field`. For a list, give its field once for each item, or `field=` for an empty list. Passwords
    /// are refused here, because other users of the machine could read them: give them with --input.
    #[arg(value_name = "FIELD=VALUE", conflicts_with = "input")]
    pub fields: Vec<String>,
    /// Read the whole form as JSON: from a file, from stdin with `-`, or from this argument itself
    ///
    /// JSON with a password in it is refused on the command line.
    #[arg(long, value_name = "FILE|JSON")]
    pub input: Option<PathBuf>,
    /// Do not wait until changed settings are in force
    #[arg(long)]
    pub no_wait: bool,
}
