//! Tests of the crate's public interface, with real databases that other processes write to, with interruptions and
//! with damage.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

mod backup_dir;
mod bombs;
mod cancel;
mod children;
mod craft;
mod crafted;
mod create;
mod damage;
mod dice;
mod disks;
mod found;
mod hot;
mod in_use;
mod interrupted;
mod killed;
mod links;
mod locked;
mod mended;
mod mounts;
mod move_in;
mod namespaces;
mod not_found;
mod owners;
mod progress;
mod python;
mod site;
mod swap;
mod together;
mod undone;
mod wal;
mod writers;
