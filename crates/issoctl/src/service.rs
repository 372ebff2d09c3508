//! What a person can have done to the actions. The API serves it; without a running `up` a command
//! calls it on the files.

use std::error::Error;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use isso_actions::{Action, ActionError, Language, refusal_text};
use isso_cfg::{Contents, Volume, VolumeError};
use isso_lifecycle::{Event, Refusal, with_causes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aside::{NotDone, aside};
use crate::closest::closest;
use crate::host::{ActionRun, Handle};
use crate::remedy::remedy;
use crate::surroundings::Surroundings;

/// How long an action waits for other processes that change the same files, each of which needs an instant.
const OTHERS: Duration = Duration::from_secs(5);

/// An action in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The action's id.
    pub id: String,
    /// Name, description and so on, as the StartOS SDK serialises them.
    pub metadata: Value,
}

/// An action with its form.
#[derive(Debug, Serialize, Deserialize)]
pub struct Shown {
    /// Id and metadata.
    #[serde(flatten)]
    pub listed: Listed,
    /// The form, as the StartOS SDK serialises it; `null` where there is nothing to fill in.
    pub form: Value,
    /// What stands in the form now.
    pub prefill: Value,
}

/// What a person typed.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunRequest {
    /// The form's values; `null` where there is nothing to fill in.
    pub input: Value,
    /// The language of the answer.
    pub language: String,
}

/// An action that ran.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ran {
    /// The result to show, as the StartOS SDK serialises it.
    pub result: Value,
    /// Whether Isso is taking over changed settings now.
    pub settings_changed: bool,
    /// What could not be done afterwards, such as putting the settings in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// Why something was not done, in the asker's language.
#[derive(Debug, Serialize, Deserialize)]
pub struct Problem {
    /// What sort of problem it is.
    pub kind: ProblemKind,
    /// For a person.
    pub message: String,
    /// The field of the form, as in `guard.ratelimit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What a person at a terminal can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// A field of a form that is not filled in as it should be.
#[derive(Debug, Serialize, Deserialize)]
pub struct Wrong {
    /// Where it is, as in `guard.ratelimit` or `websites[1]`.
    pub field: String,
    /// What is wrong, in the asker's language.
    pub message: String,
}

/// The sorts of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// There is no such action.
    UnknownAction,
    /// What was typed is wrong.
    InvalidInput,
    /// It cannot be done at the moment.
    Refused,
    /// It was tried and failed.
    Failed,
}

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
    pub fn list(&self, language: Language) -> Result<Vec<Listed>, Problem> {
        let contents = self.contents(language)?;
        Ok(Action::ALL
            .into_iter()
            .map(|action| listed(action, language, &contents))
            .collect())
    }

    /// One action with its form.
    pub fn show(&self, id: &str, language: Language) -> Result<Shown, Problem> {
        let action = Action::find(id).map_err(|error| Problem::of_action(&error, language))?;
        let contents = self.contents(language)?;
        Ok(Shown {
            listed: listed(action, language, &contents),
            form: to_json(&action.form(language, &self.surroundings.facts(&self.volume))),
            prefill: action.prefill(&contents),
        })
    }

    /// Runs an action: through the state machine first, then what waits on the network.
    pub async fn run(&self, id: &str, request: RunRequest) -> Result<Ran, Problem> {
        let language = Language::of(&request.language);
        let action = Action::find(id).map_err(|error| Problem::of_action(&error, language))?;
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
        let reply = reply.map_err(|refusal| Problem::with_cause(&refusal, language))?;
        let done = run.done.get().cloned();
        let done = done.ok_or_else(|| Problem::of_refusal(&Refusal::Bug, language))?;
        let result = action.after(&self.volume, language, done.result).await;
        Ok(Ran {
            result: to_json(&result),
            settings_changed: done.settings_changed,
            warning: reply.failure.map(|failure| with_causes(&failure)),
        })
    }

    /// Another process may hold the files' lock, even for ever if it was stopped. It is waited for here and not in the
    /// state machine, which meanwhile has Isso kept up.
    async fn wait_for_others(&self, language: Language) -> Result<(), Problem> {
        let volume = self.volume.clone().with_lock_timeout(OTHERS);
        match aside(move || volume.wait_until_unlocked()).await? {
            Err(error @ VolumeError::Lock { .. }) => Err(Problem::of_action(&error.into(), language)),
            // Whatever else is wrong is found and told by the action.
            _ => Ok(()),
        }
    }

    /// Checks a form as [`Service::run`] would, and names every field that is wrong.
    pub fn check(&self, id: &str, request: &RunRequest) -> Result<Vec<Wrong>, Problem> {
        let language = Language::of(&request.language);
        let of_action = |error: &ActionError| Problem::of_action(error, language);
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

    fn contents(&self, language: Language) -> Result<Contents, Problem> {
        let contents = self.volume.contents();
        contents.map_err(|error| Problem::of_action(&error.into(), language))
    }
}

fn listed(action: Action, language: Language, contents: &Contents) -> Listed {
    let metadata = to_json(&action.metadata(language, contents));
    Listed {
        id: action.id().to_owned(),
        metadata,
    }
}

impl Problem {
    fn of_action(error: &ActionError, language: Language) -> Self {
        let kind = match error {
            ActionError::UnknownAction(_) => ProblemKind::UnknownAction,
            ActionError::Input(_) => ProblemKind::InvalidInput,
            _ => ProblemKind::Failed,
        };
        Self {
            kind,
            message: error.localized(language),
            field: error.path().map(str::to_owned),
            hint: hint(error),
        }
    }

    /// What was tried and failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Failed,
            message: message.into(),
            field: None,
            hint: None,
        }
    }

    /// With what to do about it.
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// What was tried and failed, with its causes.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        Self::failed(with_causes(error))
    }

    /// What was sent is wrong.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::InvalidInput,
            ..Self::failed(message)
        }
    }

    /// What the state machine refused, or could not do and for which cause.
    pub fn with_cause(refusal: &Refusal, language: Language) -> Self {
        let mut problem = Self::of_refusal(refusal, language);
        if let Refusal::Failed(failure) = refusal {
            problem.message += &format!(" {}", with_causes(&*failure.source));
            problem.hint = remedy(&*failure.source).map(str::to_owned);
        }
        problem
    }

    /// What the state machine refused, without a cause.
    pub fn of_refusal(refusal: &Refusal, language: Language) -> Self {
        if let Refusal::Action(cause) = refusal
            && let Some(error) = cause.downcast_ref::<ActionError>()
        {
            return Self::of_action(error, language);
        }
        let text = refusal_text(refusal.code(), language);
        let message = text.unwrap_or_else(|| refusal.to_string());
        Self {
            kind: ProblemKind::Refused,
            message,
            field: None,
            hint: None,
        }
    }
}

impl From<NotDone> for Problem {
    fn from(error: NotDone) -> Self {
        Self::of(&error)
    }
}

/// What a person at a terminal can do about it.
fn hint(error: &ActionError) -> Option<String> {
    match error {
        ActionError::UnknownAction(id) => {
            let known = Action::ALL.into_iter().map(Action::id);
            Some(match closest(id, known) {
                Some(meant) => format!("did you mean `{meant}`? `issoctl action list` names all"),
                None => "see which there are with `issoctl action list`".to_owned(),
            })
        }
        ActionError::NoAddress => Some(
            "write the address that visitors use into isso.cfg, as `public-endpoint` below [server]; while `issoctl up` \
             runs, there is the address that it listens on, too"
                .to_owned(),
        ),
        // What the system says, such as that the disk is full.
        _ => remedy(error).map(str::to_owned),
    }
}

fn to_json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("our own types have string keys")
}

#[cfg(test)]
mod tests {
    use isso_lifecycle::{Operation, PortFailure};

    use super::*;

    #[test]
    fn what_could_not_be_done_is_told_with_its_cause() {
        let source = VolumeError::Lock {
            path: "/srv/isso/.lock".into(),
            source: std::io::ErrorKind::PermissionDenied.into(),
        };
        let refusal = Refusal::Failed(PortFailure {
            operation: Operation::Prepare,
            source: source.into(),
        });
        let problem = Problem::with_cause(&refusal, Language::German);
        assert!(problem.message.contains("/srv/isso/.lock"), "{}", problem.message);
        assert!(problem.message.contains("permission denied"), "{}", problem.message);
        assert!(problem.hint.is_some_and(|hint| hint.contains("owns")));
    }
}
