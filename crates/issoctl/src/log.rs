//! Sets up the log of this program.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::LevelFilter;

use crate::output::LogWriter;

/// Writes log lines of this level and above to stderr. Call it once in a process.
pub fn log(least: LevelFilter) {
    tracing_subscriber::fmt()
        .with_max_level(least)
        .with_writer(|| LogWriter)
        // It would print the error of a failed print, and panic.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        // Isso's own lines have a time, and a service manager adds one to the others.
        .without_time()
        .compact()
        .init();
}
