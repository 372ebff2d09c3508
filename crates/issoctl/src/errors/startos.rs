//! A hook of the StartOS package could not be answered.

use isso_startos::HookError;

use crate::failure::Failure;

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        match error {
            HookError::Client(error) => error.into(),
            HookError::Image => Self::usage(error.to_string()),
        }
    }
}
