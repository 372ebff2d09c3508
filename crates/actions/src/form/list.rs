//! Any number of texts.

use serde::{Deserialize, Serialize};

use super::{Disabled, InputMode, Pattern};

/// Any number of texts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    /// What the list is called.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// The value at first.
    pub default: Vec<String>,
    /// The least number of items.
    pub min_length: Option<usize>,
    /// The greatest number of items.
    pub max_length: Option<usize>,
    /// Whether the list is fixed, and why.
    pub disabled: Disabled,
    /// The kind of text that each item is.
    pub spec: Item,
}

/// A text in a [`List`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename = "text", rename_all = "camelCase")]
pub struct Item {
    /// An example, shown while the item is empty.
    pub placeholder: Option<String>,
    /// The least number of characters.
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    pub max_length: Option<usize>,
    /// Whether the text is hidden while it is typed.
    pub masked: bool,
    /// The keyboard a telephone shows.
    pub inputmode: InputMode,
    /// How a random text can be generated; no list of this crate offers that.
    pub generate: Option<()>,
    /// The patterns that the text must match.
    pub patterns: Vec<Pattern>,
}
