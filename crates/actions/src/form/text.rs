//! A line of text.

use regex_lite::Regex;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::Disabled;

/// A line of text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// The field's name in the form.
    pub name: String,
    /// What the field is for.
    pub description: Option<String>,
    /// A warning beside the field.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// Whether the text is hidden while it is typed.
    pub masked: bool,
    /// An example, shown while the field is empty.
    pub placeholder: Option<String>,
    /// The least number of characters.
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    pub max_length: Option<usize>,
    /// The patterns that the text must match.
    pub patterns: Vec<Pattern>,
    /// The keyboard a telephone shows.
    pub inputmode: InputMode,
    /// Whether the text is fixed, and why.
    pub disabled: Disabled,
    /// Whether the value can be set only once.
    pub immutable: bool,
    /// How a random text can be generated; no field of this crate offers that.
    pub generate: Option<()>,
    /// Whether the field must be filled in.
    pub required: bool,
    /// The value at first.
    pub default: Option<String>,
}

/// A pattern that a text must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// A regular expression, understood alike by JavaScript and [`regex_lite`].
    #[serde(deserialize_with = "regex")]
    pub regex: String,
    /// What the pattern asks for, in words.
    pub description: String,
}

/// Reads a regular expression, and refuses what [`regex_lite`] does not understand.
fn regex<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let regex = String::deserialize(deserializer)?;
    Regex::new(&regex).map_err(D::Error::custom)?;
    Ok(regex)
}

/// The keyboard a telephone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InputMode {
    /// The usual one.
    #[default]
    Text,
    /// With an at sign at hand.
    Email,
    /// With a slash at hand.
    Url,
}
