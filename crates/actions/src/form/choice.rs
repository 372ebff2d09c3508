//! One of several values, or of several groups of fields.

use serde::{Deserialize, Serialize};

use super::{Disabled, Form, pairs};

/// One of several values.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Select {
    /// The field's name in the form.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// Which choices cannot be made.
    pub disabled: Disabled,
    /// Whether the value can be set only once.
    pub immutable: bool,
    /// The id of the choice that is made at first.
    pub default: Option<String>,
    /// The id of each value, with the text shown for it.
    #[serde(with = "pairs")]
    pub values: Vec<(String, String)>,
}

impl Select {
    /// The id of each value that can be chosen, with the text shown for it.
    pub(super) fn choices(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.values.iter().map(|(id, shown)| (id.as_str(), shown.as_str()));
        all.filter(|(id, _)| self.disabled.allows(id))
    }
}

/// One of several groups of fields. Its value in an input is `{"selection": …, "value": {…}}`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Union {
    /// What the choice is called.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// Which choices cannot be made.
    pub disabled: Disabled,
    /// Whether the first choice stays for ever.
    pub immutable: bool,
    /// The id of the choice that is made at first.
    pub default: Option<String>,
    /// The id of each choice, with its name and fields.
    #[serde(with = "pairs")]
    pub variants: Vec<(String, Variant)>,
}

impl Union {
    /// The choice with this id, also if it cannot be made.
    pub(super) fn variant(&self, id: &str) -> Option<&Variant> {
        self.variants
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, variant)| variant)
    }

    /// The id of each choice that can be made, with its name.
    pub(super) fn choices(&self) -> impl Iterator<Item = (&str, &str)> {
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
