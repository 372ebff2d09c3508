//! A switch.

use serde::{Deserialize, Serialize};

use super::Disabled;

/// A switch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Toggle {
    /// The field's name in the form.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// Whether the switch is fixed, and why.
    pub disabled: Disabled,
    /// Whether the value can be set only once.
    pub immutable: bool,
    /// Whether the switch is on at first.
    pub default: bool,
}
