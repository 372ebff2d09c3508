//! What visitors notice of a backup: the same load with one and without one, in turn.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use isso_tests::Site;
use isso_tests::table::{Table, ms, secs};

use crate::load::{Load, Shot, between, failed, of, percentile};
use crate::made::back_up;

/// The p99 of fewer comments would depend on one or two of them.
const COMMENTS: usize = 1000;
/// How many times as long the p99 may be during a backup.
const TIMES: f64 = 1.5;
/// A pause after which the disk has done what a backup set off, and a start of Isso is over.
const PAUSE: Duration = Duration::from_secs(2);

/// Measures `runs` times in a row, each time with enough backups.
pub fn measure(table: &mut Table, site: &Site, work: &Path, runs: u64) {
    let up = site.serving_again();
    sleep(PAUSE);
    // Only the first backup may find the database outside of the kernel's memory.
    let mut takes = vec![back_up(site, work).took()];
    let mut memory_kib = 0;
    for run in 1..=runs {
        let (mut without, mut with) = (Vec::<Shot>::new(), Vec::<Shot>::new());
        // In turn and equally long, since the speed of a machine varies.
        while of(&with, true).len() < COMMENTS {
            let load = Load::start(up.address());
            sleep(PAUSE);
            let calm = Instant::now();
            sleep(takes[takes.len() - 1]);
            let made = back_up(site, work);
            let shots = load.finish();
            without.extend(between(&shots, calm, made.began));
            with.extend(between(&shots, made.began, made.ended));
            takes.push(made.took());
            memory_kib = memory_kib.max(made.memory_kib);
        }
        let of_runs = format!("run {run} of {runs}: 20 comments, 50 reads a second");
        table.row(&of_runs, "");
        for (what, comments) in [("comments", true), ("reads", false)] {
            let (without, with) = (of(&without, comments), of(&with, comments));
            table.row(&line(&format!("  {what} without a backup"), &without), "");
            table.row(&line(&format!("  {what} during a backup"), &with), "");
            let [without, with] = [without, with].map(|it| percentile(&it, 0.99));
            let ratio = with.as_secs_f64() / without.as_secs_f64();
            let name = format!("  {what}: p99, times that without");
            let goal = format!("<= {TIMES}");
            table.goal(&name, &format!("{ratio:.2}"), ratio <= TIMES, &goal);
        }
        table.none("  failed", failed(&without) + failed(&with));
    }
    takes.sort();
    table.row("a backup takes, median", &secs(takes[takes.len() / 2]));
    table.row("  slowest", &secs(takes[takes.len() - 1]));
    let mib = memory_kib as f64 / 1024.0;
    let memory = format!("{mib:.1} MiB");
    table.goal("  memory of its own", &memory, mib <= 64.0, "<= 64 MiB");
}

fn line(name: &str, took: &[Duration]) -> String {
    let [p50, p99, slowest] = [0.5, 0.99, 1.0].map(|part| ms(percentile(took, part)));
    let count = took.len();
    format!("{name:<30} {count:>6}: p50 {p50:>6}, p99 {p99:>7}, slowest {slowest:>7}")
}
