//! The number of the backup that is being made beside a host.

use std::sync::{Arc, Mutex, PoisonError};

/// Holds the number of the backup that is being made, if one is. So an end that comes late ends no later backup.
#[derive(Debug, Clone, Default)]
pub struct BackupSlot(Arc<Mutex<Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    last: u64,
    current: Option<u64>,
}

impl BackupSlot {
    /// Begins a backup, and returns its number.
    pub(super) fn begin(&self) -> u64 {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.last += 1;
        numbers.current = Some(numbers.last);
        numbers.last
    }

    /// Ends the backup with this number, and says whether it was the current one.
    pub(super) fn end(&self, number: u64) -> bool {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is = numbers.current == Some(number);
        if is {
            numbers.current = None;
        }
        is
    }
}
