//! Errors of root on the folder of another user.

use crate::failure::Failure;
use crate::owner::OwnerError;

impl From<OwnerError> for Failure {
    fn from(error: OwnerError) -> Self {
        let hint = match error {
            OwnerError::Become { .. } => "run this as that user",
            OwnerError::Replaced { .. } => "see what it is, or choose a folder in which no other user may write",
        };
        Self::of(error).hint(hint)
    }
}
