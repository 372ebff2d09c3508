//! The name, description and so on of an action.

use serde::{Deserialize, Serialize};

/// What the host shows of an action before it runs: the SDK's `ActionMetadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// The action's name.
    pub name: String,
    /// What the action does.
    pub description: String,
    /// A warning that a person must confirm before the action runs.
    pub warning: Option<String>,
    /// Whether the action can be run.
    pub visibility: Visibility,
    /// When the action can be run.
    pub allowed_statuses: AllowedStatuses,
    /// Whether the action has a form.
    pub has_input: bool,
    /// The heading under which the action is listed.
    pub group: Option<String>,
}

impl Metadata {
    /// The metadata of an action with a form, without a warning or a heading.
    pub(crate) fn new(name: String, description: String) -> Self {
        Self {
            name,
            description,
            warning: None,
            visibility: Visibility::Enabled,
            allowed_statuses: AllowedStatuses::Any,
            has_input: true,
            group: None,
        }
    }
}

/// Whether an action can be run. All actions of this crate can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// The action can be run.
    Enabled,
}

/// When an action can be run. All actions of this crate always can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllowedStatuses {
    /// At any time, whether the service runs or not.
    Any,
}
