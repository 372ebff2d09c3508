//! Turns the errors of the libraries into [`Failure`](crate::failure::Failure)s: message, hint and exit code. The
//! error of the library says what happened; only this module says what to do about it.

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
