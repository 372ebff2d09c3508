//! Reloads, kills and mistakes under load, and how Isso survives them.
//!
//! Every scenario takes sizes, so that `tests/tests/torture.rs` runs short forms as tests, and `tests/benches/torture/`
//! the full ones as measurements. The outcome is seen from outside: each request is counted ([`Load`]), settings are in
//! force when a website that only they name is allowed, and a process is gone when the kernel says so ([`processes`]).

pub mod database;
mod deployment;
mod files;
pub mod http;
mod keeper;
mod load;
pub mod processes;
mod random;
pub mod scenarios;
mod settings;
mod silent;
mod tally;
mod wait;

pub use deployment::Deployment;
pub use files::{Files, unfinished};
pub use keeper::Keeper;
pub use load::{Load, Shape};
pub use random::Random;
pub use settings::{Mail, Save, Settings, template};
pub use silent::Silent;
pub use tally::Tally;
pub use wait::{wait, within};
