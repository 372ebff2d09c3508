//! Why a hook has no answer.

use isso_host::ClientError;

/// Why a hook has no answer. What StartOS has to show to a person is part of an answer instead.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The image does not say what to run.
    #[error("the image's metadata names neither entrypoint nor cmd")]
    Image,
    /// The supervisor did not report the status of Isso.
    #[error(transparent)]
    Client(#[from] ClientError),
}
