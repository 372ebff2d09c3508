//! Tests of the crate through its public interface.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod checks;
mod pages;
mod texts;
