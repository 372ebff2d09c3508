//! Errors of `backup create`.

use isso_host::backup::CreateError;

use crate::failure::Failure;

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let is_unwritable = matches!(error, CreateError::StagingDir(_));
        let failure = Self::new("no backup was made", error);
        match is_unwritable {
            true => failure.hint("name a folder that can be written with --to DIR"),
            false => failure,
        }
    }
}
