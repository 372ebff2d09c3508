//! Errors of requests to a running host.

use std::io::ErrorKind;

use isso_host::{ApiError, ApiErrorKind, ClientError};

use crate::failure::Failure;
use crate::waiting::STOPPED_HINT;

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Api(problem) => problem.into(),
            ClientError::Unreachable { ref source, .. } if source.kind() == ErrorKind::PermissionDenied => {
                Self::of(error).hint("run this as the user who runs `issoctl up`")
            }
            ClientError::Timeout(_) => Self::of(error).exit(Self::NOT_RUNNING).hint(STOPPED_HINT),
            ClientError::Unexpected(_) | ClientError::Finding(_) => {
                Self::of(error).hint("see what it printed, or stop and start it")
            }
            ClientError::Unreachable { .. } | ClientError::Http(_) | ClientError::LogEnded(_) => Self::of(error),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(problem: ApiError) -> Self {
        let details = serde_json::to_value(&problem).expect("our own types have string keys");
        let exit = match problem.kind {
            ApiErrorKind::UnknownAction | ApiErrorKind::InvalidInput => Self::USAGE,
            ApiErrorKind::Refused | ApiErrorKind::Failed => Self::FAILED,
        };
        let failure = Self::plain(problem.message).details(details).exit(exit);
        match problem.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
