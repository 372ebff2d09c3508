//! The host on StartOS: the hooks of its package.
//!
//! StartOS keeps no process of ours between its hooks, so each of them is one call of this program. It
//! builds the state machine over the volume, sends it what happened, and answers what the package has
//! to do; [`protocol`] says how they talk. What lasts, StartOS keeps itself: the task, and whether the
//! service is wanted up. Isso runs under `issoctl supervise`, in a container of its own.
//!
//! Each hook but `health` first has the machine settle the volume if Isso does not run on it. While Isso runs, the
//! settings in force decide about the task, and the supervisor sees to the files. Which of the two it is tells a lock
//! of the volume ([`isso_host::cfg::Volume::mark_in_use`]). What was repaired, by a hook or by the supervisor, stands
//! in the volume until the next hook tells it.
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
mod error;
mod health;
mod hook;
mod init;
mod main_hook;
pub mod protocol;
mod smtp;
mod texts;

use std::path::{Path, PathBuf};

use serde::Serialize;

use protocol::{Health, Init, Input, Main, Orders, Request, Run};

pub use error::HookError;

/// The hooks of the StartOS package.
#[derive(Debug)]
pub enum Hook {
    /// The service is installed, updated, restored or begins with the server.
    Init,
    /// The system's mail server may have changed.
    Smtp,
    /// The service is to start.
    Main,
    /// An action's form is opened.
    Input {
        /// The action, such as `set-websites`.
        action: String,
    },
    /// An action is run.
    Run {
        /// The action, such as `set-websites`.
        action: String,
    },
    /// The volume is to be copied.
    Backup,
    /// StartOS wants to know how Isso is.
    Health {
        /// The volume, to tell what was repaired in it.
        volume: Option<PathBuf>,
    },
}

/// What a hook is answered.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To `init`.
    Init(Init),
    /// To `smtp` and `backup`.
    Orders(Orders),
    /// To `main`.
    Main(Main),
    /// To `input`.
    Input(Input),
    /// To `run`.
    Run(Run),
    /// To `health`.
    Health(Health),
}

/// Answers a hook. The folder is the volume, and for [`Hook::Health`] that of the supervisor.
pub async fn answer(data: &Path, hook: Hook, request: Request) -> Result<Answer, HookError> {
    Ok(match hook {
        Hook::Init => Answer::Init(init::run(data, &request).await),
        Hook::Smtp => Answer::Orders(smtp::run(data, &request).await),
        Hook::Main => Answer::Main(main_hook::run(data, &request).await?),
        Hook::Input { action } => Answer::Input(actions::input(data, &request, &action).await),
        Hook::Run { action } => Answer::Run(actions::run(data, request, &action).await),
        Hook::Backup => Answer::Orders(backup::run(data, &request).await),
        Hook::Health { volume } => Answer::Health(health::run(data, &request, volume.as_deref()).await?),
    })
}
