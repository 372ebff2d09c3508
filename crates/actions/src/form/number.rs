//! A number.

use serde::{Deserialize, Serialize};

use super::Disabled;

/// A number.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Number {
    /// The field's name in the form.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// The least value.
    pub min: Option<i64>,
    /// The greatest value.
    pub max: Option<i64>,
    /// The amount that one click adds.
    pub step: Option<i64>,
    /// The unit of the number.
    pub units: Option<String>,
    /// An example, shown while the field is empty.
    pub placeholder: Option<String>,
    /// Whether the number is fixed, and why.
    pub disabled: Disabled,
    /// Whether the value can be set only once.
    pub immutable: bool,
    /// Whether the field must be filled in.
    pub required: bool,
    /// The value at first.
    pub default: Option<i64>,
    /// Whether the number has to be whole, as every number of this crate has.
    pub integer: bool,
}
