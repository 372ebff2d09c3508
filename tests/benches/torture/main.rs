//! `make torture`: reloads, kills and mistakes under load, and what they cost, beside the same Isso under other
//! supervisors. Exits with 1 when a goal is missed.
//!
//! Counts have a goal of their own. Times do not, for they say as much of the machine as of issoctl: each is compared
//! with what a person needs for the same work by hand, in the same run ([`bare`]).

mod backups;
mod bare;
mod changes;
mod compare;
mod kills;
mod locked;
mod soak;

use std::process::ExitCode;

use isso_tests::Only;
use isso_tests::table::Table;
use isso_tests::torture::{Deployment, Keeper};

/// The parts, each of which fills rows of the table.
type Part = fn(&mut Table);

fn main() -> ExitCode {
    let parts: [(&str, Part); 11] = [
        ("reload", changes::reloads),
        ("burst", changes::bursts),
        ("startup", changes::startup),
        ("edit", changes::edits),
        ("kill", kills::kills),
        ("work", changes::work),
        ("supervise", kills::supervise),
        ("locked", locked::locked_gate),
        ("stop", kills::stop),
        ("backup", backups::backup),
        ("compare", compare::comparison),
    ];
    let names = parts.map(|(name, _)| name);
    let only = Only::of(&[&names[..], &["soak"]].concat());
    let mut table = Table::begin(&["issoctl", "by hand", "supervisord", "s6", "runit"]);
    for (name, run) in parts {
        if only.wants(name) {
            run(&mut table);
        }
    }
    // It takes as long as `MINUTES` says, so it runs only if `ONLY` names it.
    if only.names("soak") {
        soak::soak(&mut table);
    }
    table.end()
}

fn start(keeper: Keeper) -> Deployment {
    Deployment::start(keeper).expect("issoctl was built")
}
