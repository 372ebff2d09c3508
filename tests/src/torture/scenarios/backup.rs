//! Backups and restores whose processes are killed.
//!
//! There are two states, which differ in comments, `isso.cfg` and `store.json`; each restore replaces one by the other.
//! Whatever is killed, the files must be those of one state, whole.

mod command;
mod outcome;
mod stage;

use std::thread::sleep;
use std::time::Instant;

use nix::sys::signal::{Signal, kill};

use self::command::{backups, begin, create, end_by_force, forget, is_at_work, made, serves};
pub use self::outcome::Interrupted;
pub use self::stage::Stage;
use crate::PATIENCE;
use crate::torture::{Load, Shape, Tally, within};

/// The load of visitors who comment meanwhile.
const LIGHT: Shape = Shape::Mixed(20);
/// After how many kills a whole backup is made and looked at.
const BATCH: usize = 10;

/// Kills `backup create` `times` times, while visitors comment.
pub fn kill_create(stage: &mut Stage, times: usize) -> Interrupted {
    let folder = backups(&stage.deployment);
    let load = Load::start(stage.deployment.address, LIGHT);
    let took = (0..5).map(|_| {
        let started = Instant::now();
        create(&stage.deployment, &folder).expect("it is made");
        started.elapsed()
    });
    let took = took.max().unwrap_or_default();
    let mut outcome = Interrupted::new(took, load.finish());
    while outcome.kills < times {
        let load = Load::start(stage.deployment.address, LIGHT);
        let end = times.min(outcome.kills + BATCH);
        while outcome.kills < end {
            forget(&folder);
            let taken = load.so_far().posted;
            let mut command = begin(&stage.deployment, &["backup", "create"]);
            sleep(stage.random.within(took));
            let killed = end_by_force(&mut command, &mut outcome);
            outcome.kills += usize::from(killed);
            let over = within(PATIENCE, || serves(&stage.deployment));
            outcome.unclean.extend(over.err());
            let made = made(&folder);
            if killed {
                outcome.new += made.len();
            }
            for backup in made {
                stage.look_into(&backup, &taken, &mut outcome);
            }
        }
        let taken = load.so_far().posted;
        stage.back_up(&taken, &mut outcome);
        outcome.tally.add(load.finish());
        stage.look(stage.stands, &mut outcome);
        stage.start_again(&mut outcome);
    }
    outcome.end()
}

/// Kills `backup restore` `times` times, while `up` runs and visitors comment.
pub fn kill_restore(stage: &mut Stage, times: usize) -> Interrupted {
    let load = Load::start(stage.deployment.address, LIGHT);
    let (took, _) = stage.measure();
    let mut outcome = Interrupted::new(took, load.finish());
    while outcome.kills < times {
        let load = Load::start(stage.deployment.address, LIGHT);
        let end = times.min(outcome.kills + BATCH);
        while outcome.kills < end {
            let mut command = stage.begin_restore();
            sleep(stage.random.within(took));
            let killed = end_by_force(&mut command, &mut outcome);
            outcome.kills += usize::from(killed);
            let over = within(PATIENCE, || serves(&stage.deployment));
            outcome.unclean.extend(over.err());
            let is_new = stage.settle(!killed, &mut outcome);
            outcome.new += usize::from(killed && is_new);
            stage.look_for(&load.so_far().posted, &mut outcome);
        }
        let taken = load.so_far().posted;
        stage.back_up(&taken, &mut outcome);
        let tally = load.finish();
        stage.look_for(&tally.posted, &mut outcome);
        outcome.tally.add(tally);
        stage.start_again(&mut outcome);
    }
    outcome.end()
}

/// Kills `backup restore` `times` times while no `up` runs, half of them while files are being put in place.
pub fn kill_restore_alone(stage: &mut Stage, times: usize) -> Interrupted {
    stage.stop();
    let (took, swap) = stage.measure();
    let mut outcome = Interrupted::new(took, Tally::new());
    let mut number = 0;
    while outcome.kills < times {
        number += 1;
        let mut command = stage.begin_restore();
        stage.wait(number, took, swap, &mut command);
        let killed = end_by_force(&mut command, &mut outcome);
        outcome.kills += usize::from(killed);
        let is_halfway = stage.is_halfway();
        outcome.halfway += usize::from(is_halfway);
        if is_halfway && number.is_multiple_of(4) {
            // The next command or `up` finishes it.
            stage.back_up(&[], &mut outcome);
        }
        stage.start_again(&mut outcome);
        let is_new = stage.settle(!killed, &mut outcome);
        outcome.new += usize::from(killed && is_new);
        stage.stop();
    }
    stage.start_again(&mut outcome);
    outcome.end()
}

/// Kills `up` `times` times while a restore is under way and visitors comment, half of the times while files are being
/// put in place.
pub fn kill_up_in_restore(stage: &mut Stage, times: usize) -> Interrupted {
    let load = Load::start(stage.deployment.address, LIGHT);
    let (took, swap) = stage.measure();
    let mut outcome = Interrupted::new(took, Tally::new());
    let mut number = 0;
    while outcome.kills < times {
        number += 1;
        let mut command = stage.begin_restore();
        stage.wait(number, took, swap, &mut command);
        let killed = is_at_work(&mut command);
        if killed {
            kill(stage.deployment.root(), Signal::SIGKILL).expect("`up` is there");
            outcome.halfway += usize::from(stage.is_halfway());
            outcome.kills += 1;
            command.wait().expect("it is our child");
            stage.start_again(&mut outcome);
        }
        let is_new = stage.settle(!killed, &mut outcome);
        outcome.new += usize::from(killed && is_new);
        let taken = load.so_far().posted;
        stage.look_for(&taken, &mut outcome);
        if outcome.kills.is_multiple_of(BATCH) {
            stage.back_up(&taken, &mut outcome);
        }
    }
    // Requests fail while no `up` runs; comments that were acknowledged must be there all the same.
    let tally = load.finish();
    stage.look_for(&tally.posted, &mut outcome);
    outcome.taken += tally.posted.len();
    outcome.end()
}
