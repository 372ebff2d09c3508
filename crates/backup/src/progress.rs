//! How a caller follows a backup or restore, and cancels it.

/// A part of the work that has a progress of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BackupStep {
    /// The database is copied.
    Copy,
    /// SQLite checks the copy.
    Check,
    /// The archive is written.
    Pack,
    /// The archive is read.
    Unpack,
}

/// Receives how far the work is, and can cancel it.
pub trait Progress: Sync {
    /// A step begins, of so many bytes; 0 if their number is not known.
    fn begin(&self, step: BackupStep, bytes: u64);
    /// So many bytes more are done.
    fn advance(&self, bytes: u64);
    /// Whether to cancel the work. Asked many times a second.
    fn is_cancelled(&self) -> bool;
}

/// Ignores the progress, and cancels nothing.
impl Progress for () {
    fn begin(&self, _: BackupStep, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Passes cancelling on, and no progress.
pub(crate) struct Quiet<'a>(pub &'a dyn Progress);

impl Progress for Quiet<'_> {
    fn begin(&self, _: BackupStep, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

/// The work ended because [`Progress::is_cancelled`] said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was cancelled")]
pub struct Cancelled;

/// Fails once the work is cancelled.
pub(crate) fn check_cancelled(progress: &dyn Progress) -> Result<(), Cancelled> {
    if progress.is_cancelled() {
        Err(Cancelled)
    } else {
        Ok(())
    }
}
