//! The same work for every supervisor.

use std::time::Duration;

use super::{Idle, Kills, Reloads, idle, kill_master_idle, kill_master_under_load, reload};
use crate::torture::{Deployment, Keeper, Shape};

/// The outcome of one supervisor.
#[derive(Debug)]
pub struct Comparison {
    /// While nothing happened.
    pub idle: Idle,
    /// Changes under load.
    pub reloads: Reloads,
    /// Masters killed under load; none for [`Keeper::Nobody`], which replaces none.
    pub under_load: Option<Kills>,
    /// Masters killed without any load.
    pub quiet: Vec<Duration>,
}

/// How much of each is done.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// How long nothing happens.
    pub idle: Duration,
    /// How many changes.
    pub reloads: usize,
    /// How many masters are killed under load.
    pub kills: usize,
    /// How many masters are killed without load.
    pub quiet: usize,
    /// The load.
    pub shape: Shape,
}

/// Runs all of it with one supervisor; `None` if that is not installed.
pub fn compare(keeper: Keeper, sizes: Sizes) -> Option<Comparison> {
    let mut deployment = Deployment::start(keeper)?;
    let mut comparison = Comparison {
        idle: idle(&deployment, sizes.idle),
        reloads: reload(&mut deployment, sizes.reloads, sizes.shape),
        under_load: None,
        quiet: Vec::new(),
    };
    if keeper != Keeper::Nobody {
        comparison.under_load = Some(kill_master_under_load(&deployment, sizes.kills, sizes.shape));
        comparison.quiet = (0..sizes.quiet).map(|_| kill_master_idle(&deployment)).collect();
    }
    Some(comparison)
}
