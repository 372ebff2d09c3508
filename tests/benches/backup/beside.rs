//! What other ways to copy a database cost, in time and to visitors.

use std::path::Path;
use std::time::{Duration, Instant};

use isso_tests::Site;
use isso_tests::table::{Table, ms};

use crate::database;
use crate::load::{Load, between, failed, slowest};
use crate::made::back_up;
use crate::others::{self, OTHERS};

/// How fast each way to copy is on an idle server.
pub fn alone(table: &Table, site: &Site, work: &Path) {
    let size = std::fs::metadata(database(site)).expect("it is there").len();
    let rate = |took: Duration| size as f64 / took.as_secs_f64() / f64::from(1 << 20);
    let made = back_up(site, work);
    let ours = rate(made.ended - made.began);
    table.row(
        "alone: issoctl backup create, compressed, verified",
        &format!("{ours:.0} MiB/s"),
    );
    for (name, script) in OTHERS {
        match copy(script, site, work) {
            Some(took) => table.row(
                &format!("  {name}, times as fast"),
                &format!("{:.1}", rate(took) / ours),
            ),
            None => table.row(&format!("  {name}"), "not here"),
        }
    }
}

/// What visitors notice of other ways to copy.
pub fn beside(table: &Table, site: &Site, work: &Path) {
    let up = site.serving_again();
    for (name, script) in OTHERS {
        let load = Load::start(up.address());
        std::thread::sleep(Duration::from_secs(3));
        let began = Instant::now();
        let copied = copy(script, site, work).is_some();
        // Every request that had to wait for the copy was sent before now.
        let ended = Instant::now();
        let shots = between(&load.finish(), began, ended);
        if !copied {
            table.row(&format!("{name} under the same load"), "gave up");
            continue;
        }
        table.row(
            &format!("{name} under the same load: failed"),
            &failed(&shots).to_string(),
        );
        table.row("  slowest of all requests", &ms(slowest(&shots)));
    }
}

/// How long a copy took; `None` if it failed.
pub fn copy(script: &str, site: &Site, work: &Path) -> Option<Duration> {
    let into = work.join("copy");
    let _ = std::fs::remove_dir_all(&into);
    std::fs::create_dir(&into).expect("the folder can be made");
    let began = Instant::now();
    others::run(script, &database(site), &into).then(|| began.elapsed())
}
