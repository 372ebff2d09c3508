//! Why a hook could not be answered.

/// Why a hook could not be answered. What StartOS is to be told is an answer, and no error.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// There is nothing to run.
    #[error("the image's metadata names neither entrypoint nor cmd")]
    Image,
    /// The supervisor could not be asked how Isso is.
    #[error(transparent)]
    Client(#[from] ClientError),
}
use isso_host::ClientError;
