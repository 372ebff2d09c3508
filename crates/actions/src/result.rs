//! The result of an action, serialised as the SDK's `ActionResult` of version 1.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of an action, for the person who ran it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionResult {
    version: Version,
    /// The headline.
    pub title: String,
    /// What happened, in words.
    pub message: Option<String>,
    /// A value for the person to copy, such as a new password.
    pub result: Option<ResultValue>,
}

impl ActionResult {
    pub(crate) fn new(title: String, message: String, result: Option<ResultValue>) -> Self {
        Self {
            version: Version::One,
            title,
            message: Some(message),
            result,
        }
    }

    /// The text of the value, if the result has one.
    pub fn value(&self) -> Option<&str> {
        let (ResultValue::Single { value, .. } | ResultValue::Multiline { value, .. }) = self.result.as_ref()?;
        Some(value)
    }

    /// Adds a paragraph to the message.
    pub fn add(&mut self, paragraph: &str) {
        let message = self.message.get_or_insert_default();
        if !message.is_empty() {
            message.push_str("\n\n");
        }
        message.push_str(paragraph);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Version {
    #[serde(rename = "1")]
    One,
}

/// The value of an [`ActionResult`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ResultValue {
    /// A value on one line.
    Single {
        /// The value.
        value: String,
        /// Whether a button copies it.
        copyable: bool,
        /// Whether the value is also shown as a QR code.
        qr: bool,
        /// Whether the value is hidden until the person asks for it.
        masked: bool,
    },
    /// A value on several lines.
    Multiline {
        /// The value.
        value: String,
        /// Whether a button copies it.
        copyable: bool,
    },
}

/// Keeps a masked value out of logs.
impl fmt::Debug for ResultValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Single { masked: true, .. } => f.write_str("Single { value: \"…\" }"),
            Self::Single { value, .. } => f.debug_struct("Single").field("value", value).finish(),
            Self::Multiline { value, .. } => f.debug_struct("Multiline").field("value", value).finish(),
        }
    }
}
