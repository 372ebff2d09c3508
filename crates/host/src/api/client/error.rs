//! The errors of the client.

use std::io;
use std::path::PathBuf;

use crate::api_error::ApiError;

/// Why a request to a host failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The host's socket is there, and cannot be connected to.
    #[error("cannot reach the `issoctl up` of {}", .data.display())]
    Unreachable {
        /// The data folder.
        data: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The HTTP client could not be made.
    #[error("cannot make an HTTP client")]
    Http(#[source] reqwest::Error),
    /// The host does not answer in time.
    #[error("the running `issoctl up` does not answer")]
    Timeout(#[source] reqwest::Error),
    /// The connection broke, or the answer is not as expected.
    #[error("the running `issoctl up` did not answer as expected")]
    Unexpected(#[source] reqwest::Error),
    /// A finding is not as expected.
    #[error("the running `issoctl up` did not answer as expected")]
    Finding(#[source] serde_json::Error),
    /// The connection broke while the log was read.
    #[error("the log ended early")]
    LogEnded(#[source] reqwest::Error),
    /// The host answered with an error.
    #[error("{}", .0.message)]
    Api(ApiError),
}

impl From<reqwest::Error> for ClientError {
    fn from(error: reqwest::Error) -> Self {
        match error.is_timeout() {
            true => Self::Timeout(error),
            false => Self::Unexpected(error),
        }
    }
}
