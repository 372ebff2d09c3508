//! The ports of the state machine, joined to the crates that do the work.

use async_trait::async_trait;
use isso_actions::{Action, ActionError, Language};
use isso_cfg::{Volume, VolumeError};
use isso_lifecycle::{Actions, Effect, Invocation, Invoked, PortError, Tasks};
use tokio::sync::watch;

use crate::surroundings::Surroundings;

/// The critical task, shown by whoever watches the flag.
pub struct TaskFlag(pub watch::Sender<bool>);

#[async_trait]
impl Tasks for TaskFlag {
    async fn raise(&mut self) -> Result<(), PortError> {
        self.0.send_replace(true);
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), PortError> {
        self.0.send_replace(false);
        Ok(())
    }
}

/// The actions of the catalogue.
pub struct ActionsPort {
    /// What they change.
    pub volume: Volume,
    /// What is around it.
    pub surroundings: Surroundings,
}

#[async_trait]
impl Actions for ActionsPort {
    async fn invoke(&mut self, invocation: &Invocation) -> Result<Invoked, PortError> {
        let Invocation {
            id,
            input,
            language,
        } = invocation;
        let action = Action::find(id)?;
        let facts = self.surroundings.facts(&self.volume);
        let run = || action.run(&self.volume, &facts, Language::of(language), input);
        let mut done = run();
        if done.as_ref().is_err_and(|error| is_curable(action, error)) {
            let volume = self.volume.clone();
            // Looks again before it believes that a file is bad, and sleeps in between.
            let settled = tokio::task::spawn_blocking(move || volume.settle()).await;
            for note in settled??.notes {
                tracing::warn!("{note}");
            }
            done = run();
        }
        let done = done?;
        let effect = if done.settings_changed {
            Effect::Settings
        } else {
            Effect::Nothing
        };
        Ok(Invoked {
            effect,
            result: serde_json::to_value(done.result)?,
        })
    }
}

/// Whether an action finds a file that it can work on once the volume was settled. A file that was lost is made again from
/// the settings that Isso served on last; one that cannot be read is left to its author, who may be typing. But a new
/// password can always be set: it may be the only way on.
fn is_curable(action: Action, error: &ActionError) -> bool {
    match error {
        ActionError::Volume(VolumeError::Missing { .. }) => true,
        ActionError::Volume(_) => action == Action::SetAdminPassword,
        _ => false,
    }
}
