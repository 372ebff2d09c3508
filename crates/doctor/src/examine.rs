//! Runs the checks side by side.

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::checks::{CHECKS, Check};
use crate::looks::Looks;
use crate::report::{Finding, Report};

/// Runs the checks that the options ask for, and tells each finding as soon as it is known.
pub async fn examine(looks: &Looks, mut tell: impl FnMut(&Finding)) -> Report {
    let only = &looks.options.only;
    let asked = |check: &&Check| only.is_empty() || only.iter().any(|id| id == check.id);
    let mut running: FuturesUnordered<_> = CHECKS
        .iter()
        .filter(asked)
        .enumerate()
        .map(|(place, check)| (check.run)(looks).map(move |findings| (place, findings)))
        .collect();
    let mut found = Vec::new();
    while let Some((place, findings)) = running.next().await {
        findings.iter().for_each(&mut tell);
        found.push((place, findings));
    }
    found.sort_by_key(|(place, _)| *place);
    Report::new(found.into_iter().flat_map(|(_, findings)| findings).collect())
}
