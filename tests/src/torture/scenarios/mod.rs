//! The scenarios. They assert nothing: the tests and measurements that run them compare the outcome with what it should
//! be.

mod backup;
mod broken;
mod burst;
mod compare;
mod idle;
mod kill;
mod locked;
mod mail;
mod reload;
mod soak;
mod startup;

pub use backup::{Interrupted, Stage, kill_create, kill_restore, kill_restore_alone, kill_up_in_restore};
pub use broken::{Broken, break_settings};
pub use burst::{Burst, burst};
pub use compare::{Comparison, Sizes, compare};
pub use idle::{Idle, idle};
pub use kill::{
    Kills, kill_master_idle, kill_master_under_load, kill_supervisor, kill_worker, start_by_hand, stop_workers,
};
pub use locked::{Locked, locked};
pub use mail::{mails_and_reloads, slow_comment};
pub use reload::{Reloads, lost, reload};
pub use soak::{Reading, Soak, soak};
pub use startup::{Hang, hang};
