//! Hostile edits, kills and clients for as long as `MINUTES` says.

use std::time::Duration;

use isso_tests::table::{Table, mib};
use isso_tests::torture::scenarios::soak as scenario;
use isso_tests::torture::{Deployment, Keeper, template};

use crate::backups::seed;

/// By how much a supervisor's memory may grow in the second half, in KiB. The lines of the log that it keeps have
/// reached their limit by then.
const MORE_MEMORY: u64 = 1024;
/// How many more descriptors or threads it may have at the end than at the start: some are about to be closed.
const MORE: usize = 2;

pub fn soak(table: &mut Table) {
    let minutes = std::env::var("MINUTES").ok().filter(|it| !it.is_empty());
    let minutes = minutes.map_or(30, |it| it.parse().expect("MINUTES is a number"));
    let seed = seed();
    let up = Deployment::start_with(Keeper::Up, template).expect("issoctl was built");
    let outcome = scenario(up, Duration::from_secs(60 * minutes), seed);
    let name = format!("soak of {minutes} minutes, seed {seed} (ISSO_TEST_SEED): acts");
    table.goal(&name, &outcome.done.to_string(), outcome.done > 0, "> 0");
    table.goal("  logins tried", &outcome.asked.to_string(), outcome.asked > 0, "> 0");
    let none = outcome.wrong.is_empty();
    table.goal(
        "  passwords that changed, and other faults",
        &outcome.wrong.len().to_string(),
        none,
        "0",
    );
    outcome.wrong.iter().for_each(|it| eprintln!("  {it}"));
    let left = &outcome.left;
    table.goal("  processes left", &left.len().to_string(), left.is_empty(), "0");
    left.iter().for_each(|it| eprintln!("  {it:?}"));
    let [first, middle, last] = outcome.readings;
    for (when, reading) in [("start", first), ("middle", middle), ("end", last)] {
        let figures = format!("{} threads, {} files", reading.threads, reading.descriptors);
        table.row(&format!("  at the {when}: {figures}, memory"), &mib(reading.resident));
    }
    let more = last.resident.saturating_sub(middle.resident);
    table.goal(
        "  memory more than in the middle",
        &mib(more),
        more <= MORE_MEMORY,
        &format!("<= {}", mib(MORE_MEMORY)),
    );
    for (what, first, last) in [
        ("threads", first.threads, last.threads),
        ("files", first.descriptors, last.descriptors),
    ] {
        let more = last.saturating_sub(first);
        table.goal(
            &format!("  {what} more than at the start"),
            &more.to_string(),
            more <= MORE,
            &format!("<= {MORE}"),
        );
    }
}
