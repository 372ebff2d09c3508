//! A volume with settings, a supervisor on it, and a client.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

mod client;
mod processes;
mod rig;
mod site;

use std::time::{Duration, Instant};

pub use client::{all_answered_with, answered_with, ask, get};
pub use processes::{booted, group};
pub use rig::{File, Rig};
pub use site::{Site, executable, runtime};

/// The limit of every wait for a condition. Only a real hang reaches it, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until the condition holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < give_up, "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
