//! A line of text.

use regex_lite::Regex;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::Disabled;

/// A line of text.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
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
    /// What the text must look like.
    pub patterns: Vec<Pattern>,
    /// The keyboard a telephone shows.
    pub inputmode: InputMode,
    /// Whether the text is fixed, and why.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// How a text can be made up at random; no field here offers it.
    pub generate: Option<()>,
    /// Whether the field must be filled in.
    pub required: bool,
    /// What stands in it at first.
    pub default: Option<String>,
}

/// What a text must look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    /// A regular expression, understood alike by JavaScript and [`regex_lite`].
    #[serde(deserialize_with = "regex")]
    pub regex: String,
    /// What it asks for, in words.
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
    /// Letters.
    #[default]
    Text,
    /// With an at sign at hand.
    Email,
    /// With a slash at hand.
    Url,
}
