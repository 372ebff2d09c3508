//! Processes that are killed or stopped.

use std::time::Duration;

use isso_tests::table::{Table, mib, secs, slowest};
use isso_tests::torture::scenarios::{
    idle, kill_master_idle, kill_master_under_load, kill_supervisor, kill_worker, reload, stop_workers,
};
use isso_tests::torture::{Deployment, Keeper, Shape};

use crate::bare::Bare;
use crate::start;

/// `up` as it is built for this machine, and `supervise` as it is packed; both in KiB.
const UP_MAX: u64 = 6963;
const SUPERVISE_MAX: u64 = 5120;

/// How many masters are killed before gunicorn is started by hand again.
const IN_A_ROW: usize = 5;
/// How much longer it may take to replace a gunicorn than to start one by hand.
pub const TIMES: f64 = 1.5;

pub fn kills(table: &mut Table) {
    let mut up = start(Keeper::Up);
    kill_rows(table, "up", &mut up, 20);
}

/// Each time is compared with a start of the same gunicorn by hand, and the two take turns. A replacement includes
/// more: the supervisor notices the end, cleans up, and starts gunicorn, while visitors wait who would be refused
/// without it. The slowest time has no goal, for one of many may meet a bad moment of the machine.
fn kill_rows(table: &mut Table, who: &str, deployment: &mut Deployment, times: usize) {
    let load = Shape::Mixed(100);
    let (mut loaded, mut quiet) = (Bare::under(load), Bare::idle());
    let mut masters = kill_master_under_load(deployment, IN_A_ROW, load);
    for _ in 1..times / IN_A_ROW {
        loaded.measure();
        let more = kill_master_under_load(deployment, IN_A_ROW, load);
        masters.took.extend(more.took);
        masters.tally.add(more.tally);
    }
    let mut idle = Vec::new();
    for _ in 0..3 {
        idle.extend([kill_master_idle(deployment), kill_master_idle(deployment)]);
        quiet.measure();
    }
    let (tally, worker) = kill_worker(deployment, load);
    let (left, again) = kill_supervisor(deployment);
    loaded.measure();
    quiet.measure();

    let refused = masters.tally.refused;
    table.goal(
        &format!("{who}, master killed {times} times, 100/s: refused"),
        &refused.to_string(),
        refused == 0,
        "0",
    );
    let lost = masters.tally.failed() - refused;
    table.row("  requests in hand that were lost", &lost.to_string());
    let bare = loaded.row(table);
    table.times("  replaced, median", &masters.took, bare, TIMES);
    table.row("  replaced, slowest", &secs(slowest(&masters.took)));
    let bare = quiet.row(table);
    let name = format!("{who}, idle master killed {} times: median", idle.len());
    table.times(&name, &idle, bare, TIMES);
    table.row("  slowest", &secs(slowest(&idle)));
    table.goal(
        &format!("{who}, worker killed, 100/s: failed"),
        &tally.failed().to_string(),
        tally.failed() <= 1,
        "<= 1",
    );
    table.times("  replaced", &[worker], bare, TIMES);
    table.goal(
        &format!("{who}, supervisor killed: processes left"),
        &left.len().to_string(),
        left.is_empty(),
        "0",
    );
    table.times("  serves again after the next start", &[again], bare, TIMES);
}

pub fn stop(table: &mut Table) {
    for (who, keeper) in [("up", Keeper::Up), ("supervise", Keeper::Supervise)] {
        let deployment = start(keeper);
        let (tally, took) = stop_workers(&deployment, Shape::Reading(20));
        table.aim(
            &format!("{who}, all workers stopped, 20/s: repaired"),
            took,
            Duration::from_secs(5),
        );
        table.goal(
            "  requests in hand that were lost",
            &tally.failed().to_string(),
            tally.refused == 0,
            "",
        );
        if tally.failed() > 0 {
            eprintln!("{tally}");
        }
    }
}

pub fn supervise(table: &mut Table) {
    let places = [
        ("supervise, pid 1", Keeper::SuperviseFirst),
        ("supervise, user", Keeper::SuperviseUser),
    ];
    for (who, keeper) in places {
        let mut deployment = start(keeper);
        let outcome = reload(&mut deployment, 30, Shape::Mixed(100));
        table.reloads(&format!("{who}, 30 changes, 100/s"), &outcome);
        kill_rows(table, who, &mut deployment, 5);
    }
    for (who, keeper, most) in [
        ("up", Keeper::Up, UP_MAX),
        ("supervise, as packed", Keeper::Supervise, SUPERVISE_MAX),
    ] {
        let idle = idle(&start(keeper), Duration::from_secs(20));
        table.goal(
            &format!("{who}: memory (RSS)"),
            &mib(idle.resident),
            idle.resident <= most,
            &format!("<= {}", mib(most)),
        );
        table.goal(
            "  wake-ups a second, idle",
            &format!("{:.2}", idle.wake_ups),
            idle.wake_ups < 0.5,
            "0",
        );
        table.goal(
            "  CPU, idle",
            &format!("{:.3} %", idle.cpu),
            idle.cpu <= 0.05,
            "<= 0.05 %",
        );
    }
}
