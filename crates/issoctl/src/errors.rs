//! Turns the errors of the libraries into [`Failure`](crate::failure::Failure)s: message, hint and exit code. Each
//! library's error says itself what happened; what to do about it is said only here.

mod client;
mod create;
pub mod data_dir;
mod fields;
mod host;
mod install;
pub mod listen;
mod owner;
pub mod source;
pub mod stage;
mod startos;
