//! How the host announces an action.

use serde::{Deserialize, Serialize};

/// How the host announces an action: the SDK's `ActionMetadata`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Metadata {
    /// What the action is called.
    pub name: String,
    /// What it does.
    pub description: String,
    /// What a person must confirm first.
    pub warning: Option<String>,
    /// Whether it can be run.
    pub visibility: Visibility,
    /// When it can be run.
    pub allowed_statuses: AllowedStatuses,
    /// Whether it has a form.
    pub has_input: bool,
    /// The heading it stands under.
    pub group: Option<String>,
}

impl Metadata {
    /// An action with a form, without warning or heading.
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

/// Whether an action can be run. Here, all of them can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Visibility {
    /// It can.
    Enabled,
}

/// When an action can be run. Here, all of them always can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AllowedStatuses {
    /// Whether the service runs or not.
    Any,
}
