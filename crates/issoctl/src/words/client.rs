//! A running host could not be asked.

use std::io::ErrorKind;

use crate::api::ClientError;
use crate::error::Failure;
use crate::service::{Problem, ProblemKind};
use crate::waiting::STOPPED;

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Api(problem) => problem.into(),
            ClientError::Unreachable { ref source, .. } if source.kind() == ErrorKind::PermissionDenied => {
                Self::of(error).hint("run this as the user who runs `issoctl up`")
            }
            ClientError::Timeout(_) => Self::of(error).exit(Self::NOT_RUNNING).hint(STOPPED),
            ClientError::Unexpected(_) => Self::of(error).hint("see what it printed, or stop and start it"),
            ClientError::Unreachable { .. } | ClientError::Http(_) | ClientError::LogEnded(_) => Self::of(error),
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let details = serde_json::to_value(&problem).expect("our own types have string keys");
        let exit = match problem.kind {
            ProblemKind::UnknownAction | ProblemKind::InvalidInput => Self::USAGE,
            ProblemKind::Refused | ProblemKind::Failed => Self::FAILED,
        };
        let failure = Self::plain(problem.message).details(details).exit(exit);
        match problem.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
