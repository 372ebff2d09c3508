//! How long to wait before Isso is started again.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

/// A generation that has served for so long ends a row of failures.
const STABLE: Duration = Duration::from_secs(10);

/// How a generation came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// It never got ready.
    NeverReady,
    /// It ended by itself after serving for so long.
    Ended(Duration),
    /// It was serving, and was killed.
    Killed,
}

/// Counts a row of failures.
///
/// The wait doubles from 0.1–0.2 s to 15–30 s, at random within each span. No wait is due after a
/// generation that was serving and was killed or had been stable, which also ends a row, nor after
/// the first one that ended by itself.
#[derive(Debug)]
pub(crate) struct Backoff {
    row: Option<ExponentialBackoff>,
}

impl Backoff {
    pub(crate) fn new() -> Backoff {
        Backoff { row: None }
    }

    /// The wait before the next start.
    pub(crate) fn after(&mut self, end: End) -> Duration {
        let first = self.row.is_none();
        match end {
            End::Killed => self.row = None,
            End::Ended(served) if served >= STABLE => self.row = None,
            End::Ended(_) if first => self.row = Some(row()),
            End::Ended(_) | End::NeverReady => {
                let row = self.row.get_or_insert_with(row);
                return row.next().expect("the row has no last element");
            }
        }
        Duration::ZERO
    }
}

fn row() -> ExponentialBackoff {
    // backon adds up to the delay itself as jitter.
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_secs(15))
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: End = End::Ended(Duration::from_millis(300));
    const LATE: End = End::Ended(Duration::from_secs(60));

    /// Each expected wait is a range in milliseconds.
    fn check(ends: &[End], expected: &[(u64, u64)]) {
        let mut backoff = Backoff::new();
        let waits: Vec<_> = ends.iter().map(|end| backoff.after(*end)).collect();
        assert_eq!(waits.len(), expected.len());
        for (wait, (low, high)) in waits.iter().zip(expected) {
            let range = Duration::from_millis(*low)..=Duration::from_millis(*high);
            assert!(range.contains(wait), "{waits:?}");
        }
    }

    #[test]
    fn failing_starts_wait_longer_and_longer() {
        check(&[End::NeverReady; 3], &[(100, 200), (200, 400), (400, 800)]);
        let mut backoff = Backoff::new();
        let waits: Vec<_> = (0..100).map(|_| backoff.after(End::NeverReady)).collect();
        assert!(waits[50..].iter().all(|w| (15..=30).contains(&w.as_secs())));
        assert_ne!(waits[50], waits[51], "there is jitter");
    }

    #[test]
    fn a_killed_server_is_replaced_at_once_the_twentieth_time_too() {
        check(&[End::Killed; 20], &[(0, 0); 20]);
    }

    #[test]
    fn a_server_that_keeps_ending_is_held_back_after_the_first_time() {
        check(&[SOON; 3], &[(0, 0), (100, 200), (200, 400)]);
        check(&[LATE; 3], &[(0, 0); 3]);
    }

    #[test]
    fn a_stable_or_killed_server_ends_the_row() {
        let failed = End::NeverReady;
        check(
            &[failed, failed, LATE, failed, failed, End::Killed, failed],
            &[
                (100, 200),
                (200, 400),
                (0, 0),
                (100, 200),
                (200, 400),
                (0, 0),
                (100, 200),
            ],
        );
    }
}
