//! The commands, a file each.

pub mod action;
pub mod backup;
pub mod check_database;
pub mod config;
pub mod logs;
pub mod pages;
pub mod status;
pub mod stop;
pub mod supervise;
pub mod up;
