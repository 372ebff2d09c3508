//! A group of fields.

use serde::{Deserialize, Serialize};

use super::Form;

/// A group of fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// What the group is called.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// Its fields.
    pub spec: Form,
}
