//! Waiting for a condition, with a limit and a description of what was there instead.

use std::time::{Duration, Instant};

/// Waits until `look` finds what it looks for and returns it with the time it took.
///
/// # Panics
/// After `patience`, with what `look` saw last.
pub fn wait<T>(what: &str, patience: Duration, look: impl FnMut() -> Result<T, String>) -> (T, Duration) {
    within(patience, look).unwrap_or_else(|instead| panic!("{what}: not within {patience:?}; instead: {instead}"))
}

/// Like [`wait`], but after `patience` it returns what `look` saw last.
pub fn within<T>(patience: Duration, mut look: impl FnMut() -> Result<T, String>) -> Result<(T, Duration), String> {
    let started = Instant::now();
    loop {
        match look() {
            Ok(found) => return Ok((found, started.elapsed())),
            Err(instead) if started.elapsed() > patience => return Err(instead),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}
