//! Backups and restores whose processes are killed.

use std::time::SystemTime;

use isso_tests::table::{Table, mib};
use isso_tests::torture::scenarios::{Stage, kill_create, kill_restore, kill_restore_alone, kill_up_in_restore};

pub fn backup(table: &mut Table) {
    let seed = seed();
    let mut stage = Stage::new(10_000, seed);
    table.row("backup: seed of the random moments (ISSO_TEST_SEED)", &seed.to_string());
    let size = mib(stage.size() / 1024);
    table.row("  the database", &size);
    let outcome = kill_create(&mut stage, 120);
    table.interrupted("up, `backup create` killed, 20/s", &outcome);
    let outcome = kill_restore(&mut stage, 60);
    table.interrupted("up, `backup restore` killed, 20/s", &outcome);
    let outcome = kill_restore_alone(&mut stage, 40);
    table.interrupted("`backup restore` killed, no up", &outcome);
    let outcome = kill_up_in_restore(&mut stage, 80);
    table.interrupted("up killed in a restore, 20/s", &outcome);
}

/// The seed that `ISSO_TEST_SEED` names, to repeat a run; without it, another one each time.
pub fn seed() -> u64 {
    let given = std::env::var("ISSO_TEST_SEED").ok();
    given.map_or_else(
        || {
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            now.map_or(1, |now| u64::from(now.subsec_nanos()))
        },
        |seed| seed.parse().expect("ISSO_TEST_SEED is a number"),
    )
}
