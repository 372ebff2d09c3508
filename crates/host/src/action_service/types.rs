//! What clients send to and get from the routes for actions.

use isso_actions::{ActionResult, Form, Metadata};
use isso_doctor::Mend;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An action in a list.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActionSummary {
    /// The action's id.
    pub id: String,
    /// Name, description and so on, as the StartOS SDK serialises them.
    pub metadata: Metadata,
}

/// An action with its form.
#[derive(Debug, Serialize, Deserialize)]
pub struct ActionDetails {
    /// Id and metadata.
    #[serde(flatten)]
    pub listed: ActionSummary,
    /// The form, as the StartOS SDK serialises it; `null` for an action without a form.
    pub form: Option<Form>,
    /// The values in the form now.
    pub prefill: Value,
}

/// What a client sends to run an action, or to check its form.
#[derive(Debug, Serialize, Deserialize)]
pub struct RunRequest {
    /// The form's values; `null` for an action without a form.
    pub input: Value,
    /// The language of the answer.
    pub language: String,
}

/// What an action did.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionOutcome {
    /// The result to show, as the StartOS SDK serialises it.
    pub result: ActionResult,
    /// Whether Isso is taking over changed settings, or a new session key, now.
    pub settings_changed: bool,
    /// What could not be done afterwards, such as putting the settings in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Another action that the person is asked to have run now: it does what the result proposes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<Mend>,
}

/// A field of a form that is not filled in as it should be.
#[derive(Debug, Serialize, Deserialize)]
pub struct InvalidField {
    /// The field's path, as in `guard.ratelimit` or `websites[1]`.
    pub field: String,
    /// What is wrong, in the language of the request.
    pub message: String,
}
