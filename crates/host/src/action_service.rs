//! Lists, shows, checks and runs actions. The API serves this; while no `up` runs, commands and hooks call it on the
//! files.

mod follow_up;
mod twins;
mod types;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isso_actions::{Action, ActionError, Done, Language, Preview, Rendered};
use isso_cfg::{Contents, Volume, VolumeError};
use isso_lifecycle::{Event, Refusal, with_causes};
use serde_json::Value;

use crate::api_error::ApiError;
use crate::blocking::run_blocking;
use crate::examiner::Examiner;
use crate::host_info::HostInfoSource;
use crate::isso_python::IssoPython;
use crate::machine::HostHandle;
use crate::ports::ActionRun;

pub use types::{ActionDetails, ActionOutcome, ActionSummary, InvalidField, RunRequest};

/// How long an action waits for the lock of other processes that change the same files, each for an instant.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// The actions over one volume.
#[derive(Debug, Clone)]
pub struct ActionService {
    /// The files.
    pub volume: Volume,
    /// Where actions get the addresses and the mail server from.
    pub info_source: HostInfoSource,
    /// Where actions have a comment rendered.
    pub python: IssoPython,
    /// The state machine.
    pub host: HostHandle,
    /// Examines the Isso of the volume.
    pub examiner: Examiner,
}

/// An action that the state machine has run.
#[derive(Debug)]
pub struct Changed {
    action: Action,
    language: Language,
    input: Value,
    done: Done,
    /// What a comment looks like, as the installed Isso has rendered it.
    preview: Option<(Preview, Rendered)>,
    /// What could not be done afterwards.
    warning: Option<String>,
}

impl ActionService {
    /// Describes all actions.
    pub fn list(&self, language: Language) -> Result<Vec<ActionSummary>, ApiError> {
        let contents = self.contents(language)?;
        Ok(Action::ALL
            .into_iter()
            .map(|action| listed(action, language, &contents))
            .collect())
    }

    /// Describes an action, with its form and the values in it.
    pub fn show(&self, id: &str, language: Language) -> Result<ActionDetails, ApiError> {
        let action = Action::find(id).map_err(|error| ApiError::of_action(&error, language))?;
        let contents = self.contents(language)?;
        Ok(ActionDetails {
            listed: listed(action, language, &contents),
            form: action.form(language, &self.info_source.host_info(&self.volume)),
            prefill: action.prefill(&contents),
        })
    }

    /// Has the state machine run an action, then does what waits on the network, such as a trial of the mail settings.
    pub async fn run(&self, id: &str, request: RunRequest) -> Result<ActionOutcome, ApiError> {
        let changed = self.change(id, request).await?;
        self.follow_up(changed).await
    }

    /// Has the state machine run an action.
    pub async fn change(&self, id: &str, request: RunRequest) -> Result<Changed, ApiError> {
        let language = Language::of(&request.language);
        let action = Action::find(id).map_err(|error| ApiError::of_action(&error, language))?;
        self.wait_until_unlocked(language).await?;
        let preview = self.preview(action, &request.input, language).await?;
        let run = Arc::new(ActionRun {
            action,
            input: request.input.clone(),
            language,
            volume: self.volume.clone(),
            info_source: self.info_source.clone(),
            done: OnceLock::new(),
        });
        let reply = self.host.send(Event::Invoke(Arc::clone(&run) as _)).await;
        let reply = reply.map_err(|refusal| ApiError::with_cause(&refusal, language))?;
        let done = run.done.get().cloned();
        let done = done.ok_or_else(|| ApiError::of_refusal(&Refusal::Bug, language))?;
        Ok(Changed {
            action,
            language,
            input: request.input,
            done,
            preview,
            warning: reply.failure.map(|failure| with_causes(&failure)),
        })
    }

    /// Has Isso render with the settings that the action would save, or refuses them if Isso does. This comes before
    /// the state machine runs the action, because it takes a second.
    async fn preview(
        &self,
        action: Action,
        input: &Value,
        language: Language,
    ) -> Result<Option<(Preview, Rendered)>, ApiError> {
        if !action.has_preview() {
            return Ok(None);
        }
        // Settings that cannot be read are the affair of the action, which may prepare them first.
        let Ok(contents) = self.read(language).await else {
            return Ok(None);
        };
        let of_action = |error: ActionError| ApiError::of_action(&error, language);
        let Some(preview) = action.preview(&contents, language, input).map_err(of_action)? else {
            return Ok(None);
        };
        match self.python.render(&preview).await {
            Rendered::Refused(reason) => Err(of_action(ActionError::RefusedByIsso(reason))),
            rendered => Ok(Some((preview, rendered))),
        }
    }

    /// Reads the files on another thread, or says why they cannot be read.
    async fn read(&self, language: Language) -> Result<Contents, String> {
        let volume = self.volume.clone();
        match run_blocking(move || volume.read()).await {
            Ok(read) => read.map_err(|error| ActionError::from(error).localized(language)),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Waits while another process holds the files' lock, which a stopped process never releases. The wait is here and
    /// not in the state machine, which has to keep Isso up meanwhile.
    async fn wait_until_unlocked(&self, language: Language) -> Result<(), ApiError> {
        let volume = self.volume.clone().with_lock_timeout(LOCK_WAIT);
        match run_blocking(move || volume.wait_until_unlocked()).await? {
            Err(error @ VolumeError::Lock { .. }) => Err(ApiError::of_action(&error.into(), language)),
            // The action finds and reports other errors.
            _ => Ok(()),
        }
    }

    /// Checks a form as [`ActionService::run`] would, and names every field that is wrong.
    pub fn check(&self, id: &str, request: &RunRequest) -> Result<Vec<InvalidField>, ApiError> {
        let language = Language::of(&request.language);
        let of_action = |error: &ActionError| ApiError::of_action(error, language);
        let action = Action::find(id).map_err(|error| of_action(&error))?;
        let contents = self.contents(language)?;
        let host_info = self.info_source.host_info(&self.volume);
        match action.check(&contents, &host_info, language, &request.input) {
            Ok(()) => Ok(Vec::new()),
            Err(ActionError::Input(errors)) => Ok(errors
                .into_iter()
                .map(|error| InvalidField {
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

fn listed(action: Action, language: Language, contents: &Contents) -> ActionSummary {
    ActionSummary {
        id: action.id().to_owned(),
        metadata: action.metadata(language, contents),
    }
}
