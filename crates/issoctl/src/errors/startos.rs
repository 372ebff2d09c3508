//! Errors of the hooks of the StartOS package.

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
