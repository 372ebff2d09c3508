//! The commands, one file or folder for each.

pub mod action;
pub mod backup;
pub mod check_database;
pub mod config;
pub mod doctor;
pub mod host;
pub mod logs;
pub mod pages;
pub mod proxy;
pub mod startos;
pub mod status;
pub mod stop;
pub mod supervise;
pub mod up;
