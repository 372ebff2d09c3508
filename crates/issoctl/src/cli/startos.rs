//! The hidden commands of the StartOS package.

use std::path::PathBuf;

use clap::Subcommand;
use isso_startos::Hook;

/// The hooks of the StartOS package.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// The service is installed, updated, restored or begins with the server
    Init,
    /// The system's mail server may have changed
    Smtp,
    /// The service is to start
    Main,
    /// An action's form is opened
    Input {
        /// The action, such as `set-websites`
        action: String,
    },
    /// An action is run
    Run {
        /// The action, such as `set-websites`
        action: String,
    },
    /// The volume is to be copied
    Backup,
    /// StartOS wants to know how Isso is; --data is the supervisor's folder
    Health {
        /// The volume, to tell what was repaired in it
        #[arg(long, value_name = "DIR")]
        volume: Option<PathBuf>,
    },
}

impl From<HookCommand> for Hook {
    fn from(command: HookCommand) -> Self {
        match command {
            HookCommand::Init => Self::Init,
            HookCommand::Smtp => Self::Smtp,
            HookCommand::Main => Self::Main,
            HookCommand::Input { action } => Self::Input { action },
            HookCommand::Run { action } => Self::Run { action },
            HookCommand::Backup => Self::Backup,
            HookCommand::Health { volume } => Self::Health { volume },
        }
    }
}
