//! The ports of the state machine, joined to the crates that do the work.

use async_trait::async_trait;
use isso_actions::{Action, Language};
use isso_cfg::Volume;
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
        let done = action.run(&self.volume, &facts, Language::of(language), input)?;
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
