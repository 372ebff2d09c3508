//! The host on StartOS: the hooks of its package.
//!
//! StartOS keeps no process of ours between its hooks, so each of them is one call of this program. It
//! builds the state machine over the volume, sends it what happened, and answers what the package has
//! to do; [`protocol`] says how they talk. What lasts, StartOS keeps itself: the task, and whether the
//! service is wanted up. Isso runs under `issoctl supervise`, in a container of its own.
//!
//! Each hook but `health` first has the machine settle the volume if Isso does not run on it. While Isso runs, the
//! settings in force decide about the task, and the supervisor sees to the files. Which of the two it is tells a lock
//! of the volume ([`isso_cfg::Volume::mark_in_use`]). What was repaired, by a hook or by the supervisor, stands in the
//! volume until the next hook tells it.
//!
//! | hook | events | what comes of it |
//! |---|---|---|
//! | `init` | `Init`, after a restore also `Restore` and its end | the volume is put right; actions, interfaces, task |
//! | `smtp` | `Init`, `SettingsChanged` | `isso.cfg` follows the system's mail server |
//! | `main` | `Init`, `Start` | what to run, or why not |
//! | `input` | `Init` | the form of an action |
//! | `run` | `Init`, `Invoke` | an action is carried out |
//! | `backup` | `Init`, `Backup` and its end | leave to copy the volume, or why not |
//! | `health` | none, it only reads | how Isso is |

mod actions;
mod addresses;
mod backup;
#[cfg(test)]
mod bindings;
mod health;
mod host;
mod in_use;
mod init;
mod main_hook;
mod protocol;
mod smtp;
mod texts;

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde::Serialize;

pub use self::in_use::mark_while_running;
use self::protocol::Request;
use crate::data::DataDir;
use crate::error::Failure;
use crate::output::Output;

/// Where StartOS keeps the backup of the service.
const BACKUP: &str = "/media/startos/backup";

/// The hooks of the StartOS package.
#[derive(Debug, Subcommand)]
pub enum Hook {
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

/// Answers a hook.
pub async fn run(data: &DataDir, hook: Hook) -> Result<ExitCode, Failure> {
    let request = request()?;
    match hook {
        Hook::Init => answer(&init::run(data, &request).await),
        Hook::Smtp => answer(&smtp::run(data, &request).await),
        Hook::Main => answer(&main_hook::run(data, &request).await?),
        Hook::Input { action } => answer(&actions::input(data, &request, &action).await),
        Hook::Run { action } => answer(&actions::run(data, request, &action).await),
        Hook::Backup => answer(&backup::run(data, &request).await),
        Hook::Health { volume } => answer(&health::run(data, &request, volume.as_deref()).await?),
    }
    Ok(ExitCode::SUCCESS)
}

fn request() -> Result<Request, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|source| Failure::new("cannot read the request from stdin", source))?;
    serde_json::from_str(&text).map_err(|error| {
        // What serde_json says of the error would repeat values, and those may be secret.
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!("the request on stdin is not one, at {line}:{column}"))
            .hint("this command is for the StartOS package; people use `issoctl action`")
    })
}

fn answer(answer: &impl Serialize) {
    Output { json: true }.json(answer);
}
