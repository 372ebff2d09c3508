//! Changes under load.

use std::time::Duration;

use crate::torture::{Deployment, Load, Save, Shape, Tally, database, processes};

/// The outcome of a series of changes.
#[derive(Debug)]
pub struct Reloads {
    /// The requests.
    pub tally: Tally,
    /// How long each change took to be in force.
    pub took: Vec<Duration>,
    /// Answers by other settings than those in force.
    pub stale: Vec<String>,
    /// Comments that were taken and are not in the database.
    pub lost: Vec<String>,
    /// The supervisor's memory in KiB after each change.
    pub resident: Vec<u64>,
}

/// Changes the settings `times` times, each time as soon as the last change is in force.
pub fn reload(deployment: &mut Deployment, times: usize, shape: Shape) -> Reloads {
    let settings = deployment.settings();
    let load = Load::start(deployment.address, shape);
    let (mut took, mut stale, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for number in 1..=times {
        let changed = settings.with_origin(format_args!("r{number}"));
        took.push(deployment.change(&changed, Save::alternate(number)));
        // Any worker may answer, so all of them are asked, or nearly.
        for _ in 0..8 {
            let seen = deployment.allowed(&changed.origin);
            if seen.as_ref() != Ok(&changed.origin) {
                stale.push(format!("change {number}: {seen:?}; status {:?}", deployment.status()));
            }
        }
        if deployment.keeper.is_other() {
            // Theirs may not be stopped before it is complete.
            deployment.wait_until_clean();
        }
        memory.push(resident(deployment));
    }
    let tally = load.finish();
    deployment.wait_until_clean();
    Reloads {
        lost: lost(deployment, &tally),
        tally,
        took,
        stale,
        resident: memory,
    }
}

/// The comments that were taken and are not in the database.
pub fn lost(deployment: &Deployment, tally: &Tally) -> Vec<String> {
    let kept = database::texts(&deployment.database());
    let posted = tally.posted.iter();
    posted.filter(|text| !kept.contains(*text)).cloned().collect()
}

fn resident(deployment: &Deployment) -> u64 {
    deployment
        .supervisors()
        .iter()
        .map(|process| processes::resident(process.pid))
        .sum()
}
