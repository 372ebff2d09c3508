//! What a person can have done to the actions. The API serves it; without a running `up` a command
//! calls it on the files.

mod types;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isso_actions::{Action, ActionError, Language};
use isso_cfg::{Contents, Volume, VolumeError};
use isso_lifecycle::{Event, Refusal, with_causes};

use crate::api_error::ApiError;
use crate::aside::aside;
use crate::host_info::Surroundings;
use crate::machine::Handle;
use crate::ports::ActionRun;

pub use types::{Listed, Ran, RunRequest, Shown, Wrong};

/// How long an action waits for other processes that change the same files, each of which needs an instant.
const OTHERS: Duration = Duration::from_secs(5);

/// The actions over one volume.
#[derive(Debug, Clone)]
pub struct Service {
    /// The files.
    pub volume: Volume,
    /// What is around them.
    pub surroundings: Surroundings,
    /// The state machine.
    pub host: Handle,
}

impl Service {
    /// All actions.
    pub fn list(&self, language: Language) -> Result<Vec<Listed>, ApiError> {
        let contents = self.contents(language)?;
        Ok(Action::ALL
            .into_iter()
            .map(|action| listed(action, language, &contents))
            .collect())
    }

    /// One action with its form.
    pub fn show(&self, id: &str, language: Language) -> Result<Shown, ApiError> {
        let action = Action::find(id).map_err(|error| ApiError::of_action(&error, language))?;
        let contents = self.contents(language)?;
        Ok(Shown {
            listed: listed(action, language, &contents),
            form: action.form(language, &self.surroundings.facts(&self.volume)),
            prefill: action.prefill(&contents),
        })
    }

    /// Runs an action: through the state machine first, then what waits on the network.
    pub async fn run(&self, id: &str, request: RunRequest) -> Result<Ran, ApiError> {
        let language = Language::of(&request.language);
        let action = Action::find(id).map_err(|error| ApiError::of_action(&error, language))?;
        self.wait_for_others(language).await?;
        let run = Arc::new(ActionRun {
            action,
            input: request.input,
            language,
            volume: self.volume.clone(),
            surroundings: self.surroundings.clone(),
            done: OnceLock::new(),
        });
        let reply = self.host.send(Event::Invoke(Arc::clone(&run) as _)).await;
        let reply = reply.map_err(|refusal| ApiError::with_cause(&refusal, language))?;
        let done = run.done.get().cloned();
        let done = done.ok_or_else(|| ApiError::of_refusal(&Refusal::Bug, language))?;
        let result = action.after(&self.volume, language, done.result).await;
        Ok(Ran {
            result,
            settings_changed: done.settings_changed,
            warning: reply.failure.map(|failure| with_causes(&failure)),
        })
    }

    /// Another process may hold the files' lock, even for ever if it was stopped. It is waited for here and not in the
    /// state machine, which meanwhile has Isso kept up.
    async fn wait_for_others(&self, language: Language) -> Result<(), ApiError> {
        let volume = self.volume.clone().with_lock_timeout(OTHERS);
        match aside(move || volume.wait_until_unlocked()).await? {
            Err(error @ VolumeError::Lock { .. }) => Err(ApiError::of_action(&error.into(), language)),
            // Whatever else is wrong is found and told by the action.
            _ => Ok(()),
        }
    }

    /// Checks a form as [`Service::run`] would, and names every field that is wrong.
    pub fn check(&self, id: &str, request: &RunRequest) -> Result<Vec<Wrong>, ApiError> {
        let language = Language::of(&request.language);
        let of_action = |error: &ActionError| ApiError::of_action(error, language);
        let action = Action::find(id).map_err(|error| of_action(&error))?;
        let contents = self.contents(language)?;
        let facts = self.surroundings.facts(&self.volume);
        match action.check(&contents, &facts, language, &request.input) {
            Ok(()) => Ok(Vec::new()),
            Err(ActionError::Input(errors)) => Ok(errors
                .into_iter()
                .map(|error| Wrong {
                    message: error.problem.localized(language),
                    field: error.path,
                })
                .collect()),
            Err(error) => Err(of_action(&error)),
        }
    }

    fn contents(&self, language: Language) -> Result<Contents, ApiError> {
        let contents = self.volume.contents();
        contents.map_err(|error| ApiError::of_action(&error.into(), language))
    }
}

fn listed(action: Action, language: Language, contents: &Contents) -> Listed {
    Listed {
        id: action.id().to_owned(),
        metadata: action.metadata(language, contents),
    }
}
