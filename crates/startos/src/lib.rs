//! Answers the hooks of the StartOS package.
//!
//! The package keeps no process between its hooks, so it runs this program once for each hook. The program starts the
//! state machine over the volume, sends it the event, and answers with what the package has to do; [`protocol`] defines
//! requests and answers. StartOS itself stores the task, and whether the service should run. Isso runs under `issoctl
//! supervise`, in its own container.
//!
//! Each hook but `health` first prepares the volume, unless Isso runs on it. While Isso runs, the settings in force
//! decide about the task, and the supervisor takes care of the files. A lock in the volume
//! ([`isso_host::cfg::Volume::mark_in_use`]) tells whether Isso runs. Hooks and the supervisor record their repairs in
//! the volume; the next hook reports them.
//!
//! | hook | events | answer |
//! |---|---|---|
//! | `init` | `Init`, after a restore also `Restore` and its end | actions, interfaces, task |
//! | `smtp` | `Init`, `SettingsChanged` | orders if `isso.cfg` changed, else none |
//! | `addresses` | `Init` | the task of the public address |
//! | `main` | `Init`, `Start` | what to run, or why not |
//! | `input` | `Init` | the form of an action |
//! | `run` | `Init`, `Invoke` | the result of an action |
//! | `backup` | `Init`, `Backup` and its end | permission to copy the volume, or why not |
//! | `health` | none | the health of Isso |

mod actions;
mod addresses;
mod addresses_hook;
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

use isso_host::Commands;
use serde::Serialize;

use protocol::{Health, Init, Input, Main, Orders, Request, Run};

pub use error::HookError;

/// The port of Isso in the official image.
pub const PORT: u16 = 8080;

/// The hooks of the StartOS package.
#[derive(Debug)]
pub enum Hook {
    /// StartOS installed, updated or restored the service, or the server started.
    Init,
    /// The system's mail server may have changed.
    Smtp,
    /// The addresses of the service may have changed.
    Addresses,
    /// StartOS starts the service.
    Main,
    /// A person opens an action's form.
    Input {
        /// The action, such as `set-websites`.
        action: String,
    },
    /// A person runs an action.
    Run {
        /// The action, such as `set-websites`.
        action: String,
    },
    /// StartOS is about to copy the volume.
    Backup,
    /// StartOS asks for the health of Isso.
    Health {
        /// The volume whose repairs to report.
        volume: Option<PathBuf>,
    },
}

/// The answer to a hook.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To `init`.
    Init(Init),
    /// To `smtp`, `addresses` and `backup`.
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

/// Answers a hook. `data` is the volume, but for [`Hook::Health`] the folder of the supervisor. `commands` are started
/// for what takes a process of its own.
pub async fn answer(data: &Path, commands: Commands, hook: Hook, request: Request) -> Result<Answer, HookError> {
    Ok(match hook {
        Hook::Init => Answer::Init(init::run(data, commands, &request).await),
        Hook::Smtp => Answer::Orders(smtp::run(data, commands, &request).await),
        Hook::Addresses => Answer::Orders(addresses_hook::run(data, commands, &request).await),
        Hook::Main => Answer::Main(main_hook::run(data, commands, &request).await?),
        Hook::Input { action } => Answer::Input(actions::input(data, commands, &request, &action).await),
        Hook::Run { action } => Answer::Run(actions::run(data, commands, request, &action).await),
        Hook::Backup => Answer::Orders(backup::run(data, commands, &request).await),
        Hook::Health { volume } => Answer::Health(health::run(data, &request, volume.as_deref()).await?),
    })
}
