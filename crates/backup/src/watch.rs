//! Who looks on while a backup is made or put back.

/// What is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The database is copied.
    Copy,
    /// The copy is looked at by SQLite.
    Check,
    /// The archive is written.
    Pack,
    /// The archive is read.
    Unpack,
}

/// Hears how far the work is, and may end it.
pub trait Watch: Sync {
    /// A step begins, of so many bytes; 0 where nobody knows.
    fn begin(&self, step: Step, bytes: u64);
    /// So many bytes more are done.
    fn advance(&self, bytes: u64);
    /// Whether to give up. Looked at many times a second.
    fn is_cancelled(&self) -> bool;
}

/// Nobody looks on.
impl Watch for () {
    fn begin(&self, _: Step, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Hears nothing of how far the work is, but may end it.
pub(crate) struct Silent<'a>(pub &'a dyn Watch);

impl Watch for Silent<'_> {
    fn begin(&self, _: Step, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// The work was given up because the one who looks on wanted that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was cancelled")]
pub struct Cancelled;

pub(crate) fn go_on(watch: &dyn Watch) -> Result<(), Cancelled> {
    if watch.is_cancelled() { Err(Cancelled) } else { Ok(()) }
}
