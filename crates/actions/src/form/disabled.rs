//! Fields and choices that cannot be used.

use serde::{Deserialize, Serialize};

/// Whether a field, or some of its choices, cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Disabled {
    /// The whole field can be used.
    #[default]
    No,
    /// The field cannot be used, for this reason.
    Because(String),
    /// The choices with these ids cannot be made.
    Choices(Vec<String>),
}

impl Disabled {
    /// Whether this choice can be made.
    pub(super) fn allows(&self, choice: &str) -> bool {
        match self {
            Self::No => true,
            Self::Because(_) => false,
            Self::Choices(choices) => !choices.iter().any(|disabled| disabled == choice),
        }
    }
}

/// The SDK's spelling: `false`, the reason, or the choices.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Switch(bool),
    Reason(String),
    Choices(Vec<String>),
}

impl From<Disabled> for Written {
    fn from(disabled: Disabled) -> Self {
        match disabled {
            Disabled::No => Self::Switch(false),
            Disabled::Because(reason) => Self::Reason(reason),
            Disabled::Choices(choices) => Self::Choices(choices),
        }
    }
}

impl TryFrom<Written> for Disabled {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written::Switch(false) => Ok(Self::No),
            Written::Switch(true) => Err("a field is disabled for a reason, or for some of its choices"),
            Written::Reason(reason) => Ok(Self::Because(reason)),
            Written::Choices(choices) => Ok(Self::Choices(choices)),
        }
    }
}
