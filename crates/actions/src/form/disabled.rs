//! What of a field cannot be used.

use serde::{Deserialize, Serialize};

/// What of a field cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Disabled {
    /// Everything can.
    #[default]
    No,
    /// Nothing can, for this reason.
    Because(String),
    /// These choices cannot.
    Choices(Vec<String>),
}

impl Disabled {
    /// Whether this choice can be made.
    pub fn allows(&self, choice: &str) -> bool {
        match self {
            Self::No => true,
            Self::Because(_) => false,
            Self::Choices(choices) => !choices.iter().any(|disabled| disabled == choice),
        }
    }
}

/// How the SDK writes it: `false`, the reason, or the choices.
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
