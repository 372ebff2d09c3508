//! Tests of the crate through its public interface.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod certificates;
mod checks;
mod machine;
mod network;
mod pages;
mod stand_in;
mod texts;
