//! The same work for every supervisor.

use std::time::Duration;

use isso_tests::table::{Table, median, mib, ratio, secs, slowest};
use isso_tests::torture::scenarios::{Comparison, Sizes, compare};
use isso_tests::torture::{Keeper, Shape, Tally};

use crate::bare::Bare;
use crate::kills::TIMES;

/// The supervisors: issoctl first, then a person who starts gunicorn by hand, then others.
const KEEPERS: [Keeper; 5] = [
    Keeper::Supervise,
    Keeper::Nobody,
    Keeper::Supervisord,
    Keeper::S6,
    Keeper::Runit,
];

pub fn comparison(table: &mut Table) {
    let sizes = Sizes {
        idle: Duration::from_secs(10),
        reloads: 10,
        kills: 5,
        quiet: 3,
        shape: Shape::Mixed(100),
    };
    let (mut loaded, mut quiet) = (Bare::under(sizes.shape), Bare::idle());
    let all = KEEPERS.map(|keeper| compare(keeper, sizes));
    loaded.measure();
    quiet.measure();
    let (loaded, quiet) = (loaded.row(table), quiet.row(table));
    let [ours, by_hand] = [0, 1].map(|it| all[it].as_ref().expect("both are here"));
    let mut each = |name: &str, goal: &str, met: bool, figure: &dyn Fn(&Comparison) -> String| {
        let figures = all
            .each_ref()
            .map(|one| one.as_ref().map_or("not there".into(), figure));
        table.wide(name, &figures, met, goal);
    };
    let none = || "-".to_owned();
    let per = |tally: &Tally, times: usize| format!("{:.1}", tally.failed() as f64 / times as f64);
    let busy = |one: &Comparison, figure: String| {
        if one.idle.resident == 0 { none() } else { figure }
    };
    // These figures have their goals in `kills::supervise`.
    each("supervise: memory (RSS)", "", true, &|one| {
        busy(one, mib(one.idle.resident))
    });
    each("  CPU, idle", "", true, &|one| {
        busy(one, format!("{:.3} %", one.idle.cpu))
    });
    each("  wake-ups a second, idle", "", true, &|one| {
        busy(one, format!("{:.2}", one.idle.wake_ups))
    });
    let failed = ours.reloads.tally.failed() + ours.reloads.lost.len();
    each("change, 100/s: failed requests a change", "0", failed == 0, &|one| {
        per(&one.reloads.tally, sizes.reloads)
    });
    let [change, change_by_hand] = [ours, by_hand].map(|it| median(&it.reloads.took));
    let (met, goal) = ratio(change, change_by_hand, 1.0);
    each("  in force after (median); by hand 1", &goal, met, &|one| {
        secs(median(&one.reloads.took))
    });
    each("  slowest answer", "", true, &|one| secs(one.reloads.tally.within(1.0)));
    let kills = ours.under_load.as_ref().expect("supervise replaces it");
    each("master killed, 100/s: failed requests a kill", "", true, &|one| {
        one.under_load
            .as_ref()
            .map_or(none(), |kills| per(&kills.tally, sizes.kills))
    });
    let (met, goal) = ratio(median(&kills.took), loaded, TIMES);
    each("  clean again after (median)", &goal, met, &|one| {
        one.under_load
            .as_ref()
            .map_or(none(), |kills| secs(median(&kills.took)))
    });
    each("  clean again after (slowest)", "", true, &|one| {
        one.under_load
            .as_ref()
            .map_or(none(), |kills| secs(slowest(&kills.took)))
    });
    let (met, goal) = ratio(median(&ours.quiet), quiet, TIMES);
    let name = "master killed, idle: clean again after (median)";
    each(name, &goal, met, &|one| {
        if one.quiet.is_empty() {
            none()
        } else {
            secs(median(&one.quiet))
        }
    });
}
