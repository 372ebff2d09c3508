//! One of several values, or of several groups of fields.

use serde::{Deserialize, Serialize};

use super::{Disabled, Form, pairs};

/// One of several values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Select {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// What of it cannot be chosen.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// What is chosen at first.
    pub default: Option<String>,
    /// Each value with how it is shown.
    #[serde(with = "pairs")]
    pub values: Vec<(String, String)>,
}

impl Select {
    /// Each value that can be chosen, with how it is shown.
    pub fn choices(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.values.iter().map(|(id, shown)| (id.as_str(), shown.as_str()));
        all.filter(|(id, _)| self.disabled.allows(id))
    }
}

/// One of several groups of fields. Its value in an input is `{"selection": …, "value": {…}}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Union {
    /// What the choice is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// What of it cannot be chosen.
    pub disabled: Disabled,
    /// Whether the first choice stays for ever.
    pub immutable: bool,
    /// What is chosen at first.
    pub default: Option<String>,
    /// What there is to choose from.
    #[serde(with = "pairs")]
    pub variants: Vec<(String, Variant)>,
}

impl Union {
    /// The choice of this id, whether it can be made or not.
    pub fn variant(&self, id: &str) -> Option<&Variant> {
        self.variants
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, variant)| variant)
    }

    /// The id of each choice that can be made, with what it is called.
    pub fn choices(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self
            .variants
            .iter()
            .map(|(id, variant)| (id.as_str(), variant.name.as_str()));
        all.filter(|(id, _)| self.disabled.allows(id))
    }
}

/// One choice of a [`Union`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// What the choice is called.
    pub name: String,
    /// Its fields.
    pub spec: Form,
}
