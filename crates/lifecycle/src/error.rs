//! Errors behind the ports, and the chain of causes of any error.

use std::error::Error;
use std::iter::successors;

/// A failure behind a port, with its causes.
pub type PortError = Box<dyn Error + Send + Sync>;

/// Iterates over the causes of an error, from the nearest to the root.
pub fn causes<'e>(error: &'e (dyn Error + 'e)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    successors(error.source(), |cause| (*cause).source())
}

/// Formats an error and its causes as one line: `could not start isso: the port is in use`.
pub fn with_causes(error: &dyn Error) -> String {
    causes(error).fold(error.to_string(), |line, cause| format!("{line}: {cause}"))
}
