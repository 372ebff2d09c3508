//! The backup that is being made beside a host.

use std::sync::{Arc, Mutex, PoisonError};

/// The backup that is being made, by a number of its own.
#[derive(Debug, Clone, Default)]
pub struct BackupSlot(Arc<Mutex<Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    last: u64,
    current: Option<u64>,
}

impl BackupSlot {
    /// Begins one, and gives it the next number.
    pub(super) fn begin(&self) -> u64 {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.last += 1;
        numbers.current = Some(numbers.last);
        numbers.last
    }

    /// Says whether it was this one's to end.
    pub(super) fn end(&self, number: u64) -> bool {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is = numbers.current == Some(number);
        if is {
            numbers.current = None;
        }
        is
    }
}
