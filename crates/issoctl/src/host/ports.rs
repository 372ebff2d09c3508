//! The ports of the state machine, joined to the crates that do the work.

use async_trait::async_trait;
use isso_actions::{Action, ActionError, Done, Language};
use isso_cfg::{Volume, VolumeError};
use isso_lifecycle::{Actions, Effect, Invocation, Invoked, PortError, Tasks};
use tokio::sync::watch;

use crate::aside::on_thread;
use crate::surroundings::Surroundings;

/// The critical task, shown by those that watch the flag.
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
        let (volume, surroundings) = (self.volume.clone(), self.surroundings.clone());
        let invocation = invocation.clone();
        // Waits for the volume's lock and for the disk, and may settle the files first, which sleeps.
        let done = on_thread(move || run(&volume, &surroundings, &invocation)).await?;
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

/// Runs an action, on files that were settled first if that may be the cure of what it fails on.
fn run(
    volume: &Volume,
    surroundings: &Surroundings,
    invocation: &Invocation,
) -> Result<Done, PortError> {
    let action = Action::find(&invocation.id)?;
    let facts = surroundings.facts(volume);
    let language = Language::of(&invocation.language);
    let run = || action.run(volume, &facts, language, &invocation.input);
    match run() {
        Err(error) if is_curable(action, &error) => {
            for note in volume.settle()?.notes {
                tracing::warn!("{note}");
            }
            Ok(run()?)
        }
        done => Ok(done?),
    }
}

/// Whether an action finds a file that it can work on once the volume was settled. A file that was lost is made again from
/// the settings that Isso served on last; one that cannot be read is left to its author, who may be typing. But a new
/// password can always be set: it may be the only way on. Beside a file that was cut off there is a password that worked.
fn is_curable(action: Action, error: &ActionError) -> bool {
    match error {
        ActionError::Volume(VolumeError::Missing { .. }) => true,
        ActionError::Volume(VolumeError::CutOff { .. }) => false,
        ActionError::Volume(_) => action == Action::SetAdminPassword,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::{Value, json};

    use super::*;

    /// The last line may be half of one, or what a person wrote whose editor ends no file with a line break.
    #[test]
    fn no_action_throws_out_a_file_that_may_have_been_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), "/db/comments.db");
        volume.settle().unwrap();
        let run = |id: &str, input: Value| {
            let invocation = Invocation {
                id: id.to_owned(),
                input,
                language: "en_US".to_owned(),
            };
            run(&volume, &Surroundings::Machine(None), &invocation)
        };
        run("set-admin-password", Value::Null).unwrap();
        let mut good = volume.read().unwrap().cfg;
        good.set("guard", "ratelimit", "12").unwrap();
        volume.remember(&good).unwrap();
        let (before, _) = good.as_str().split_once("ratelimit = 12").unwrap();
        let edited = format!("{before}direct-reply = 7\nratelimit = 1");
        #[expect(clippy::disallowed_methods, reason = "an editor writes it in place")]
        fs::write(volume.config_path(), &edited).unwrap();

        let websites = json!({ "websites": ["https://blog.example"] });
        for (id, input) in [
            ("set-admin-password", Value::Null),
            ("set-websites", websites),
        ] {
            let error = run(id, input).unwrap_err().to_string();
            assert!(error.contains("in the midst of a line"), "{id}: {error}");
            assert_eq!(fs::read_to_string(volume.config_path()).unwrap(), edited);
        }
    }
}
