//! A number.

use serde::{Deserialize, Serialize};

use super::Disabled;

/// A number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Number {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// The least value.
    pub min: Option<i64>,
    /// The greatest value.
    pub max: Option<i64>,
    /// What one click adds.
    pub step: Option<i64>,
    /// What is counted.
    pub units: Option<String>,
    /// An example, shown while the field is empty.
    pub placeholder: Option<String>,
    /// Whether the number is fixed, and why.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// Whether the field must be filled in.
    pub required: bool,
    /// What stands in it at first.
    pub default: Option<i64>,
    /// Whether it has to be a whole number, as every number here does.
    pub integer: bool,
}
