//! Runs the checks side by side.

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::checks::{CHECKS, Check};
use crate::looks::Looks;
use crate::report::{Finding, Report};

/// The checks that these ids name, in the order in which they are shown; all if there are none.
pub fn asked(only: &[String]) -> impl Iterator<Item = &'static Check> {
    let is_asked = |check: &&Check| only.is_empty() || only.iter().any(|id| id == check.id);
    CHECKS.iter().filter(is_asked)
}

/// Runs the checks that the options ask for, and tells what each has found, all at once, as soon as it is known.
pub async fn examine(looks: &Looks, mut tell: impl FnMut(&[Finding])) -> Report {
    let mut running: FuturesUnordered<_> = asked(&looks.options.only)
        .enumerate()
        .map(|(place, check)| (check.run)(looks).map(move |findings| (place, findings)))
        .collect();
    let mut found = Vec::new();
    while let Some((place, findings)) = running.next().await {
        tell(&findings);
        found.push((place, findings));
    }
    found.sort_by_key(|(place, _)| *place);
    Report::new(found.into_iter().flat_map(|(_, findings)| findings).collect())
}
