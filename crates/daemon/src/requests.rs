//! Requests that Isso answered with an error of its own (500), found in its log.

mod tracebacks;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use isso_database::{User, Written};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

pub(crate) use self::tracebacks::{Traceback, Tracebacks};

/// A failure to save that the look at the database does not explain counts for so long, unless something is saved
/// before.
const UNSAVED_LASTS: Duration = Duration::from_secs(3600);

/// The requests that the present gunicorn has answered with an error 500, those of health checks among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedRequests {
    /// How many there were.
    pub count: u64,
    /// The last one.
    pub last: Option<FailedRequest>,
}

/// A request that Isso answered with an error 500.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedRequest {
    /// When Isso logged it, in milliseconds since 1970.
    pub unix_ms: u64,
    /// Python's exception, up to what it quotes: that may be a visitor's or a secret.
    pub exception: String,
}

/// Counts failed requests, and keeps the last one that should have saved something.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    tally: Mutex<Tally>,
    /// A request could not save something.
    pub(crate) unsaved: Notify,
}

#[derive(Debug, Default)]
struct Tally {
    generation: u64,
    failed: FailedRequests,
    unsaved: Option<Unsaved>,
}

/// A request that could not save something, for a reason of the database.
#[derive(Debug, Clone)]
pub(crate) struct Unsaved {
    /// What SQLite said, without the class.
    pub(crate) said: String,
    /// Who held a lock at that moment, if SQLite said that the database was locked.
    pub(crate) lockers: Vec<User>,
    /// The state that the database was left in. Another one later means that something was saved.
    pub(crate) written: Option<Written>,
    pub(crate) at: Instant,
}

impl Requests {
    /// Counts for this generation from now on, and for no other.
    pub(crate) fn begin(&self, generation: u64) {
        let mut tally = self.tally();
        if generation != tally.generation {
            *tally = Tally {
                generation,
                ..Tally::default()
            };
        }
    }

    /// Counts what a generation logs if it is the present one. A successor that does not get ready takes nothing over.
    pub(crate) fn note(&self, generation: u64, failure: Traceback) {
        let mut tally = self.tally();
        if generation != tally.generation {
            return;
        }
        let Traceback {
            exception,
            is_new,
            saves,
        } = failure;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_millis();
        tally.failed.count += u64::from(is_new);
        if let Some(said) = exception.strip_prefix("sqlite3.OperationalError: ")
            && saves
        {
            tally.unsaved = Some(Unsaved {
                said: said.to_owned(),
                lockers: Vec::new(),
                written: None,
                at: Instant::now(),
            });
            self.unsaved.notify_one();
        }
        tally.failed.last = Some(FailedRequest {
            unix_ms: u64::try_from(now).unwrap_or(u64::MAX),
            exception,
        });
    }

    /// The failed requests of a generation.
    pub(crate) fn failed(&self, generation: u64) -> FailedRequests {
        let tally = self.tally();
        match tally.generation == generation {
            true => tally.failed.clone(),
            false => FailedRequests::default(),
        }
    }

    /// The last request of a generation that could not save something, while that counts.
    pub(crate) fn unsaved(&self, generation: Option<u64>) -> Option<Unsaved> {
        let tally = self.tally();
        let of = generation.is_none_or(|generation| generation == tally.generation);
        let counts = |it: &&Unsaved| of && it.at.elapsed() < UNSAVED_LASTS;
        tally.unsaved.as_ref().filter(counts).cloned()
    }

    /// Replaces what is known of one such request, unless another one has failed since.
    pub(crate) fn explain(&self, unsaved: &Unsaved, explained: Option<Unsaved>) {
        let mut tally = self.tally();
        if tally.unsaved.as_ref().is_some_and(|it| it.at == unsaved.at) {
            tally.unsaved = explained;
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // The tally is whole even when a thread panicked while holding it.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_generation_begins_anew_and_no_other_is_counted() {
        let requests = Requests::default();
        requests.begin(1);
        let failure = |exception: &str| Traceback {
            exception: exception.to_owned(),
            is_new: true,
            saves: true,
        };
        requests.note(1, failure("sqlite3.OperationalError: disk I/O error"));
        // A successor that fails, while the first one goes on.
        requests.note(2, failure("ImportError"));
        requests.note(1, failure("KeyError"));
        assert_eq!(requests.failed(1).count, 2);
        assert_eq!(
            requests.failed(1).last.map(|it| it.exception).as_deref(),
            Some("KeyError")
        );
        assert_eq!(
            requests.unsaved(Some(1)).map(|it| it.said).as_deref(),
            Some("disk I/O error")
        );
        assert_eq!(requests.failed(2), FailedRequests::default());
        assert!(requests.unsaved(Some(2)).is_none());
        requests.begin(2);
        requests.begin(2);
        requests.note(2, failure("KeyError"));
        requests.note(1, failure("sqlite3.OperationalError: disk I/O error"));
        assert_eq!(requests.failed(2).count, 1);
        assert!(requests.unsaved(None).is_none());
    }
}
