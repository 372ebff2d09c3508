//! Visitors while no admin password is set.

use std::time::Duration;

use isso_tests::table::{Table, mib};
use isso_tests::torture::Keeper;
use isso_tests::torture::scenarios::locked;

pub fn locked_gate(table: &mut Table) {
    for (who, keeper) in [("up", Keeper::Up), ("supervise", Keeper::Supervise)] {
        let outcome = locked(keeper, Duration::from_secs(30), 10_000, 300);
        table.goal(
            &format!("{who} without a password: wrong answers of 10,300"),
            &outcome.wrong.len().to_string(),
            outcome.wrong.is_empty(),
            "0",
        );
        table.row("  memory (RSS), idle", &mib(outcome.idle.resident));
        table.row("  memory (RSS) after all of them", &mib(outcome.resident));
        table.goal(
            "  wake-ups a second, idle",
            &format!("{:.2}", outcome.idle.wake_ups),
            outcome.idle.wake_ups < 0.5,
            "0",
        );
        table.goal(
            "  CPU, idle",
            &format!("{:.3} %", outcome.idle.cpu),
            outcome.idle.cpu <= 0.05,
            "<= 0.05 %",
        );
    }
}
