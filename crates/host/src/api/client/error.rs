//! Why a host could not be asked.

use std::io;
use std::path::PathBuf;

use crate::api_error::ApiError;

/// Why a host could not be asked, or what it answered in place of an answer.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// Its socket is there, and cannot be connected to.
    #[error("cannot reach the `issoctl up` of {}", .data.display())]
    Unreachable {
        /// The data folder.
        data: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no HTTP client.
    #[error("cannot make an HTTP client")]
    Http(#[source] reqwest::Error),
    /// It does not answer in time.
    #[error("the running `issoctl up` does not answer")]
    Timeout(#[source] reqwest::Error),
    /// The connection broke, or what came is no answer.
    #[error("the running `issoctl up` did not answer as expected")]
    Unexpected(#[source] reqwest::Error),
    /// The connection broke while the log was read.
    #[error("the log ended early")]
    LogEnded(#[source] reqwest::Error),
    /// It has not done what it was asked for.
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
