//! The time during which no gunicorn takes requests, and the moment from which they are answered with 503.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// How long a request waits for a gunicorn. A reload, a crash and a short restore take less.
pub(crate) const REQUEST_WAIT: Duration = Duration::from_secs(2);

/// Holds the moment from which the supervisor answers requests with 503; none while a gunicorn takes them.
#[derive(Debug)]
pub(crate) struct Downtime {
    answers_from: watch::Sender<Option<Instant>>,
}

impl Downtime {
    /// No gunicorn has been started yet.
    pub(crate) fn new() -> Downtime {
        let answers_from = watch::Sender::new(Some(Instant::now() + REQUEST_WAIT));
        Downtime { answers_from }
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Option<Instant>> {
        self.answers_from.subscribe()
    }

    /// Ends the downtime: a gunicorn has loaded Isso, and its workers take the requests that wait at the socket.
    pub(crate) fn ends(&self) {
        self.answers_from.send_replace(None);
    }

    /// Begins a downtime: no gunicorn takes requests, and the next one is not started before this time has passed.
    /// Repeatable: a downtime that has begun goes on.
    pub(crate) fn begins(&self, next_start: Duration) {
        let now = Instant::now();
        self.answers_from.send_if_modified(|answers_from| {
            let before = answers_from.replace(from(*answers_from, now, next_start));
            before != *answers_from
        });
    }
}

fn from(before: Option<Instant>, now: Instant, next_start: Duration) -> Instant {
    let from = match next_start < REQUEST_WAIT {
        true => now + REQUEST_WAIT,
        false => now,
    };
    before.map_or(from, |before| before.min(from))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long after its start a downtime is answered, if these next starts become known at these
    /// moments, all in milliseconds.
    fn check(known: &[(u64, u64)], expected: u64) {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let answers_from = known.iter().fold(None, |before, (at, next_start)| {
            Some(from(before, start + ms(*at), ms(*next_start)))
        });
        assert_eq!(answers_from, Some(start + ms(expected)), "{known:?}");
    }

    #[test]
    fn requests_wait_for_two_seconds_in_all_however_many_starts_fail() {
        check(&[(0, 0)], 2000);
        check(&[(0, 100), (1500, 0), (1600, 1900)], 2000);
        check(&[(0, 0), (60_000, 0)], 2000);
    }

    #[test]
    fn requests_do_not_wait_for_a_start_that_is_due_later() {
        check(&[(0, 2000)], 0);
        check(&[(0, 30_000), (1000, 0)], 0);
        check(&[(0, 0), (700, 0), (900, 15_000)], 900);
    }

    #[tokio::test]
    async fn a_gunicorn_that_takes_requests_ends_the_downtime() {
        let downtime = Downtime::new();
        let mut answers_from = downtime.watch();
        assert!(answers_from.borrow_and_update().is_some(), "none is there at first");
        downtime.begins(Duration::ZERO);
        assert!(!answers_from.has_changed().unwrap(), "the wait goes on");
        downtime.ends();
        assert_eq!(*answers_from.borrow_and_update(), None);
        downtime.begins(Duration::ZERO);
        assert!(answers_from.borrow_and_update().is_some());
    }
}
