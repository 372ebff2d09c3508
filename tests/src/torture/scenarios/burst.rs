//! Changes that come faster than Isso starts.

use std::thread::sleep;
use std::time::Duration;

use crate::torture::{Deployment, Load, Save, Shape, Tally};

/// The outcome of a burst of changes.
#[derive(Debug)]
pub struct Burst {
    /// The requests.
    pub tally: Tally,
    /// How many gunicorns there were at most at one time.
    pub at_once: usize,
    /// How many gunicorns were started.
    pub started: u64,
}

/// Saves this many changes with this pause between them, and waits until the last one is in force.
pub fn burst(deployment: &mut Deployment, changes: usize, pause: Duration, shape: Shape) -> Burst {
    let generation = |deployment: &Deployment| {
        let status = deployment.status().expect("issoctl tells how it is");
        status["supervisor"]["generation"]
            .as_u64()
            .expect("generations are numbered")
    };
    let before = generation(deployment);
    let load = Load::start(deployment.address, shape);
    let mut at_once = 0;
    let mut last = deployment.settings();
    for number in 0..changes {
        last = last.with_origin(format_args!("burst{number}"));
        deployment.edit(last.to_string(), Save::alternate(number));
        at_once = at_once.max(deployment.masters().len());
        sleep(pause);
    }
    deployment.wait_until_in_force(&last);
    deployment.wait_until_clean();
    Burst {
        tally: load.finish(),
        at_once,
        started: generation(deployment) - before,
    }
}
