//! A supervisor while no request comes.

use std::thread::sleep;
use std::time::Duration;

use crate::torture::{Deployment, processes};

/// What a supervisor costs while no request comes.
#[derive(Debug)]
pub struct Idle {
    /// The memory of its processes in KiB.
    pub resident: u64,
    /// The part of one CPU, in percent.
    pub cpu: f64,
    /// How often its threads began to run, a second.
    pub wake_ups: f64,
}

/// Leaves a deployment alone for a while.
pub fn idle(deployment: &Deployment, over: Duration) -> Idle {
    let supervisors: Vec<_> = deployment.supervisors().iter().map(|process| process.pid).collect();
    // The start is over after a moment.
    sleep(Duration::from_secs(2));
    let cpu = || supervisors.iter().map(|pid| processes::cpu(*pid)).sum::<Duration>();
    let wake_ups: Vec<_> = supervisors.iter().map(|pid| processes::wake_ups(*pid)).collect();
    let before = cpu();
    sleep(over);
    let busy = cpu() - before;
    let woken = supervisors.iter().zip(&wake_ups).map(|(pid, before)| {
        let now = processes::wake_ups(*pid);
        // Threads may have come and gone.
        let new = now
            .iter()
            .map(|(thread, count)| count - before.get(thread).unwrap_or(&0));
        new.sum::<u64>()
    });
    Idle {
        wake_ups: woken.sum::<u64>() as f64 / over.as_secs_f64(),
        resident: supervisors.iter().map(|pid| processes::resident(*pid)).sum(),
        cpu: 100.0 * busy.as_secs_f64() / over.as_secs_f64(),
    }
}
