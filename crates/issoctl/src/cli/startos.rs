//! The hidden commands of the StartOS package.

use std::path::PathBuf;

use clap::Subcommand;
use isso_startos::Hook;

/// The hooks of the StartOS package.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Prepare the volume when the service is installed, updated, restored or started with the server
    Init,
    /// Apply the mail server of the system, which may have changed
    Smtp,
    /// Look whether the service still has its public address
    Addresses,
    /// Say what to run for the service, or why it must not start
    Main,
    /// Print the form of an action
    Input {
        /// Action, such as `set-websites`
        action: String,
    },
    /// Run an action
    Run {
        /// Action, such as `set-websites`
        action: String,
    },
    /// Permit or refuse a copy of the volume
    Backup,
    /// Report the health of Isso; --data is the supervisor's folder
    Health {
        /// Volume whose repairs to report
        #[arg(long, value_name = "DIR")]
        volume: Option<PathBuf>,
    },
}

impl From<HookCommand> for Hook {
    fn from(command: HookCommand) -> Self {
        match command {
            HookCommand::Init => Self::Init,
            HookCommand::Smtp => Self::Smtp,
            HookCommand::Addresses => Self::Addresses,
            HookCommand::Main => Self::Main,
            HookCommand::Input { action } => Self::Input { action },
            HookCommand::Run { action } => Self::Run { action },
            HookCommand::Backup => Self::Backup,
            HookCommand::Health { volume } => Self::Health { volume },
        }
    }
}
