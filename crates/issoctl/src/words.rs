//! Exit codes for the errors of the host, and what to do about them. The errors say themselves what happened.

mod client;
mod data_dir;
mod fields;
mod host;
mod owner;
mod startos;
