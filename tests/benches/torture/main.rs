//! `make torture`: what nobody should do to a comment server, and what it costs, beside what others
//! do with the same Isso. Exits with 1 when a goal is missed.
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
mod table;

use std::process::ExitCode;

use isso_tests::torture::{Deployment, Keeper};

use self::table::Table;

/// What is filled into the table.
type Part = fn(&mut Table);

fn main() -> ExitCode {
    // cargo passes `--bench`; anything else is the part to run.
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
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
    let mut table = Table::begin();
    for (name, run) in parts {
        if only.is_empty() || only.iter().any(|part| name.contains(part.as_str())) {
            run(&mut table);
        }
    }
    // It takes as long as it is told, so it runs only where it is asked for.
    if only.iter().any(|part| part == "soak") {
        soak::soak(&mut table);
    }
    table.end()
}

fn start(keeper: Keeper) -> Deployment {
    Deployment::start(keeper).expect("issoctl was built")
}
