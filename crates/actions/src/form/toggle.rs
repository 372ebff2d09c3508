//! A switch.

use serde::{Deserialize, Serialize};

use super::Disabled;

/// A switch.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Toggle {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// Whether the switch is fixed, and why.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// How it stands at first.
    pub default: bool,
}
