//! The errors of the API.

use std::error::Error;

use isso_actions::{Action, ActionError, Language, closest, refusal_text};
use isso_lifecycle::{Refusal, with_causes};
use serde::{Deserialize, Serialize};

use crate::blocking::NotDone;
use crate::remedy::remedy;

/// Why a request was not carried out, in the language of the request.
#[derive(Debug, Serialize, Deserialize)]
pub struct ApiError {
    /// What sort of problem it is.
    pub kind: ApiErrorKind,
    /// What happened, in a sentence for a person.
    pub message: String,
    /// The field of the form, as in `guard.ratelimit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What a person at a terminal can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The sorts of [`ApiError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApiErrorKind {
    /// There is no such action.
    UnknownAction,
    /// What was typed is wrong.
    InvalidInput,
    /// The state machine refuses it in its present state.
    Refused,
    /// It was tried and failed. So reads any other kind that a newer host may name.
    #[serde(other)]
    Failed,
}

impl ApiError {
    /// The error of an action.
    pub(crate) fn of_action(error: &ActionError, language: Language) -> Self {
        let kind = match error {
            ActionError::UnknownAction(_) => ApiErrorKind::UnknownAction,
            ActionError::Input(_) => ApiErrorKind::InvalidInput,
            _ => ApiErrorKind::Failed,
        };
        Self {
            kind,
            message: error.localized(language),
            field: error.path().map(str::to_owned),
            hint: hint(error),
        }
    }

    /// Something was tried and failed.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            kind: ApiErrorKind::Failed,
            message: message.into(),
            field: None,
            hint: None,
        }
    }

    /// Adds what a person at a terminal can do.
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// Something was tried and failed, with its causes.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        Self::failed(with_causes(error))
    }

    /// The request is wrong.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self {
            kind: ApiErrorKind::InvalidInput,
            ..Self::failed(message)
        }
    }

    /// The state machine refused it, or failed, with the cause.
    pub fn with_cause(refusal: &Refusal, language: Language) -> Self {
        let mut problem = Self::of_refusal(refusal, language);
        if let Refusal::Failed(failure) = refusal {
            problem.message += &format!(" {}", with_causes(&*failure.source));
            problem.hint = remedy(&*failure.source).map(str::to_owned);
        }
        problem
    }

    /// The state machine refused it, without the cause.
    pub fn of_refusal(refusal: &Refusal, language: Language) -> Self {
        if let Refusal::Action(cause) = refusal
            && let Some(error) = cause.downcast_ref::<ActionError>()
        {
            return Self::of_action(error, language);
        }
        let text = refusal_text(refusal.code(), language);
        let message = text.unwrap_or_else(|| refusal.to_string());
        Self {
            kind: ApiErrorKind::Refused,
            message,
            field: None,
            hint: None,
        }
    }
}

impl From<NotDone> for ApiError {
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
            "set the address that visitors use with `issoctl action run set-public-address address=https://…`; while \
             `issoctl up` runs, there is the address that it listens on, too"
                .to_owned(),
        ),
        ActionError::SessionKey(error) if error.is_locked() => {
            Some("another program keeps the database locked: end it, or try again when it is done".to_owned())
        }
        ActionError::NoMail | ActionError::NoSender => {
            Some("say by which server and from which address: `issoctl action run configure-smtp`".to_owned())
        }
        // What the system says, such as that the disk is full.
        _ => remedy(error).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use isso_lifecycle::{Operation, PortFailure};

    use isso_cfg::VolumeError;

    use super::*;

    #[test]
    fn an_error_of_a_newer_host_is_read_whatever_its_kind() {
        let error: ApiError = serde_json::from_str(r#"{ "kind": "too-cold", "message": "it is frozen" }"#).unwrap();
        assert_eq!((error.kind, &*error.message), (ApiErrorKind::Failed, "it is frozen"));
    }

    #[test]
    fn a_failed_operation_is_told_with_its_cause() {
        let source = VolumeError::Lock {
            path: "/srv/isso/.lock".into(),
            source: std::io::ErrorKind::PermissionDenied.into(),
        };
        let refusal = Refusal::Failed(PortFailure {
            operation: Operation::Prepare,
            source: source.into(),
        });
        let problem = ApiError::with_cause(&refusal, Language::German);
        assert!(problem.message.contains("/srv/isso/.lock"), "{}", problem.message);
        assert!(problem.message.contains("permission denied"), "{}", problem.message);
        assert!(problem.hint.is_some_and(|hint| hint.contains("owns")));
    }
}
