//! What was typed into a form is wrong.

use crate::error::Failure;
use crate::fields::FieldError;

impl From<FieldError> for Failure {
    fn from(error: FieldError) -> Self {
        match &error {
            FieldError::NoValue { first, .. } => {
                let hint = format!("write a field's name, an equals sign and its value: {first}=…");
                Self::usage(error.to_string()).hint(hint)
            }
            FieldError::Wrong { .. } => Self::usage(error.to_string()),
        }
    }
}
