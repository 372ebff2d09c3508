//! The ports of the state machine, joined to the crates that do the work.

use std::fmt;
use std::sync::OnceLock;

use async_trait::async_trait;
use isso_actions::{Action, ActionError, Done, Language};
use isso_cfg::{Volume, VolumeError};
use isso_lifecycle::{Effect, Invocation, PortError, Tasks};
use serde_json::Value;
use tokio::sync::watch;

use crate::blocking::on_thread;
use crate::host_info::HostInfoSource;

/// The critical task *Set Admin Password*, as a flag: the status of `up` shows it, and a hook reads it.
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

/// An action that a person runs, as the state machine runs it. The sender keeps a clone of the `Arc`, and takes the
/// result from `done`.
pub struct ActionRun {
    /// The action.
    pub action: Action,
    /// The values of its form; `null` for an action without a form.
    pub input: Value,
    /// The language of the answer.
    pub language: Language,
    /// The files that it changes.
    pub volume: Volume,
    /// Where it gets the addresses and the mail server from.
    pub info_source: HostInfoSource,
    /// The result, once it has run.
    pub done: OnceLock<Done>,
}

// What was typed may hold a password.
impl fmt::Debug for ActionRun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.action.id())
    }
}

#[async_trait]
impl Invocation for ActionRun {
    async fn run(&self) -> Result<Effect, PortError> {
        let (volume, info_source) = (self.volume.clone(), self.info_source.clone());
        let (action, language, input) = (self.action, self.language, self.input.clone());
        // Waits for the volume's lock and for the disk, and may prepare the files first, which sleeps.
        let done = on_thread(move || run(&volume, &info_source, action, language, &input)).await??;
        let effect = match done.settings_changed {
            true => Effect::Settings,
            false => Effect::Nothing,
        };
        self.done.get_or_init(|| done);
        Ok(effect)
    }
}

/// Runs an action. If it fails for a reason that preparing the files may remove, the files are prepared and it runs
/// again.
fn run(
    volume: &Volume,
    info_source: &HostInfoSource,
    action: Action,
    language: Language,
    input: &Value,
) -> Result<Done, PortError> {
    let host_info = info_source.host_info(volume);
    let run = || action.run(volume, &host_info, language, input);
    match run() {
        Err(error) if is_curable(action, &error) => {
            for note in volume.prepare()?.notes {
                tracing::warn!("{note}");
            }
            Ok(run()?)
        }
        done => Ok(done?),
    }
}

/// Whether an action finds a file that it can work on once the volume was prepared. A file that was lost is made again
/// from the settings that Isso served on last; one that cannot be read is left to its author, who may be typing. But a
/// new password can always be set: it may be the only way on. Beside a file that was cut off there is a password that
/// worked.
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

    use serde_json::json;

    use super::*;

    /// The last line may be half of one, or what a person wrote whose editor ends no file with a line break.
    #[test]
    fn no_action_throws_out_a_file_that_may_have_been_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), "/db/comments.db");
        volume.prepare().unwrap();
        let run = |action: Action, input: Value| {
            let info_source = HostInfoSource::Local(None);
            run(&volume, &info_source, action, Language::English, &input)
        };
        run(Action::SetAdminPassword, Value::Null).unwrap();
        let mut good = volume.read().unwrap().cfg;
        good.set("guard", "ratelimit", "12").unwrap();
        volume.remember(&good).unwrap();
        let (before, _) = good.as_str().split_once("ratelimit = 12").unwrap();
        let edited = format!("{before}direct-reply = 7\nratelimit = 1");
        #[expect(clippy::disallowed_methods, reason = "an editor writes it in place")]
        fs::write(volume.config_path(), &edited).unwrap();

        let websites = json!({ "websites": ["https://blog.example"] });
        for (action, input) in [(Action::SetAdminPassword, Value::Null), (Action::SetWebsites, websites)] {
            let error = run(action, input).unwrap_err().to_string();
            assert!(error.contains("in the midst of a line"), "{action:?}: {error}");
            assert_eq!(fs::read_to_string(volume.config_path()).unwrap(), edited);
        }
    }
}
