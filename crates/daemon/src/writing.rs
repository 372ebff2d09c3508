//! Whether comments can be saved, asked of the database's files and of what Isso has logged.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use isso_database::{ROOM_FOR_A_COMMENT, Unwritable, User, Written, check_writing, lockers};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::requests::{Requests, Unsaved};

/// A disk that does not answer within it counts as one that cannot be written.
const DISK_LIMIT: Duration = Duration::from_secs(3);
/// What SQLite says when another process did not let go of the database for five seconds.
const LOCKED: &str = "database is locked";

/// Looks whether comments can be saved, when asked. One look at a time, on a thread of its own: a file system of a
/// server that is gone may never answer, and then that thread is all that waits for it.
#[derive(Debug)]
pub(crate) struct Writing {
    database: PathBuf,
    requests: Arc<Requests>,
    turn: Arc<Semaphore>,
    limit: Duration,
    /// What was logged last.
    said: Mutex<Option<Unwritable>>,
}

/// What a probe found.
struct Findings {
    permitted: Result<(), Unwritable>,
    written: Written,
    lockers: Vec<User>,
}

impl Writing {
    pub(crate) fn new(database: PathBuf, requests: Arc<Requests>) -> Writing {
        Writing {
            database,
            requests,
            turn: Arc::new(Semaphore::new(1)),
            limit: DISK_LIMIT,
            said: Mutex::new(None),
        }
    }

    /// Why a comment could not be saved now, for all that is known.
    ///
    /// A failure of a request that the look explains lasts as long as the look finds its cause. Any other lasts until
    /// something is saved, the generation ends, or an hour has passed.
    pub(crate) async fn unwritable(&self, generation: u64) -> Option<Unwritable> {
        let unsaved = self.requests.unsaved(Some(generation));
        let is_locked = unsaved.as_ref().is_some_and(|it| it.said == LOCKED);
        let findings = match self.probe(is_locked).await {
            Ok(findings) => findings,
            Err(silent) => return Some(silent),
        };
        if let Err(found) = findings.permitted {
            return Some(found);
        }
        let unsaved = unsaved?;
        let is_over = match &unsaved.written {
            Some(written) if *written != findings.written => true,
            _ => !unsaved.lockers.is_empty() && findings.lockers.is_empty(),
        };
        if is_over {
            self.requests.explain(&unsaved, None);
            return None;
        }
        let described = describe(&unsaved, &findings.lockers);
        if unsaved.written.is_none() {
            // The look after the failure took too long. What is saved from here on is seen all the same.
            let seen = Unsaved {
                written: Some(findings.written),
                ..unsaved.clone()
            };
            self.requests.explain(&unsaved, Some(seen));
        }
        Some(described)
    }

    /// Warns in the log if comments could not be saved.
    pub(crate) async fn warn(&self) {
        let found = match self.probe(false).await {
            Ok(findings) => findings.permitted,
            Err(silent) => Err(silent),
        };
        self.say(found.err());
    }

    /// Looks after each request that could not save something, for ever.
    pub(crate) async fn explain(self: Arc<Self>) {
        loop {
            self.explain_next().await;
        }
    }

    async fn explain_next(&self) {
        self.requests.unsaved.notified().await;
        let Some(unsaved) = self.requests.unsaved(None) else {
            return;
        };
        let found = match self.probe(unsaved.said == LOCKED).await {
            Ok(findings) => match findings.permitted {
                // From here on each look finds it, or finds that it is over.
                Err(found) => {
                    self.requests.explain(&unsaved, None);
                    found
                }
                Ok(()) => {
                    let explained = Unsaved {
                        lockers: findings.lockers,
                        written: Some(findings.written),
                        ..unsaved.clone()
                    };
                    let found = describe(&explained, &explained.lockers);
                    self.requests.explain(&unsaved, Some(explained));
                    found
                }
            },
            Err(silent) => silent,
        };
        self.say(Some(found));
    }

    /// Logs it, but not twice in a row.
    fn say(&self, found: Option<Unwritable>) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = &found
            && *said != Some(found.clone())
        {
            tracing::warn!("comments cannot be saved: {found}");
        }
        *said = found;
    }

    async fn probe(&self, with_lockers: bool) -> Result<Findings, Unwritable> {
        timeout(self.limit, self.probe_in_turn(with_lockers))
            .await
            .unwrap_or_else(|_| {
                Err(Unwritable {
                    reason: format!("the disk with {} does not answer", self.database.display()),
                    fix: "see whether that disk, or the server that it is mounted from, still works".to_owned(),
                })
            })
    }

    async fn probe_in_turn(&self, with_lockers: bool) -> Result<Findings, Unwritable> {
        let turn = Arc::clone(&self.turn).acquire_owned().await;
        let turn = turn.expect("it is never closed");
        let (done, looked) = oneshot::channel();
        let database = self.database.clone();
        let host = i32::try_from(std::process::id()).ok();
        // Unlike a thread of tokio's, one that hangs does not keep this process from ending.
        let spawned = std::thread::Builder::new().spawn(move || {
            let findings = Findings {
                permitted: check_writing(&database, ROOM_FOR_A_COMMENT),
                written: Written::of(&database),
                lockers: match with_lockers {
                    true => lockers(&database, host),
                    false => Vec::new(),
                },
            };
            drop(turn);
            // It may have taken too long.
            let _ = done.send(findings);
        });
        if let Err(error) = spawned {
            return Err(Unwritable {
                reason: format!("it cannot be seen whether comments can be saved: {error}"),
                fix: "raise the number of processes that issoctl may have: `ulimit -u`".to_owned(),
            });
        }
        looked.await.map_err(|_| Unwritable {
            reason: "a bug in issoctl ended the look whether comments can be saved".to_owned(),
            fix: "see where, in what issoctl printed".to_owned(),
        })
    }
}

/// Describes what a failed request shows of the database.
fn describe(unsaved: &Unsaved, lockers: &[User]) -> Unwritable {
    let said = &unsaved.said;
    let others: Vec<_> = lockers
        .iter()
        .map(|User { pid, name }| format!("process {pid} ({name})"))
        .collect();
    if others.is_empty() {
        return Unwritable {
            reason: format!("Isso could not save what a visitor sent, and nothing was saved since: {said}"),
            fix: "see what Isso printed: issoctl logs".to_owned(),
        };
    }
    let others = others.join(", ");
    Unwritable {
        reason: format!("Isso could not save what a visitor sent: {said}, by {others}"),
        fix: format!("have {others} let go of the database, or end it"),
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::requests::Traceback;

    /// A database, and a request that could not save something in it.
    async fn failed(said: &str, rig: impl AsyncFnOnce(&Writing, &Connection)) {
        let folder = tempfile::tempdir().expect("there is room");
        let database = folder.path().join("comments.db");
        let connection = Connection::open(&database).expect("there is room");
        connection
            .execute_batch("CREATE TABLE comments (text)")
            .expect("it is SQL");
        let requests = Arc::<Requests>::default();
        let writing = Writing::new(database, Arc::clone(&requests));
        assert_eq!(writing.unwritable(1).await, None);
        requests.begin(1);
        let failure = Traceback {
            exception: format!("sqlite3.OperationalError: {said}"),
            is_new: true,
            saves: true,
        };
        requests.note(1, failure);
        rig(&writing, &connection).await;
    }

    #[tokio::test]
    async fn a_failure_that_nothing_explains_lasts_until_something_is_saved() {
        // The look after the failure may take too long, and explain nothing.
        for is_explained in [true, false] {
            failed("disk I/O error", async |writing, connection| {
                if is_explained {
                    writing.explain_next().await;
                }
                for _ in 0..2 {
                    let found = writing.unwritable(1).await.expect("it has failed").to_string();
                    assert!(found.contains("nothing was saved since: disk I/O error"), "{found}");
                }
                // A gunicorn that takes over from this one has not failed.
                assert_eq!(writing.unwritable(2).await, None);
                connection
                    .execute("INSERT INTO comments VALUES (1)", [])
                    .expect("there is room");
                assert_eq!(writing.unwritable(1).await, None);
            })
            .await;
        }
    }

    #[tokio::test]
    async fn a_disk_that_does_not_answer_is_told_and_not_waited_for() {
        let writing = Writing {
            limit: Duration::from_millis(1),
            ..Writing::new("/comments.db".into(), Arc::default())
        };
        // A look that hangs keeps its turn.
        let _turn = Arc::clone(&writing.turn).acquire_owned().await;
        let found = writing.unwritable(1).await.expect("it hangs");
        assert!(found.reason.contains("does not answer"), "{found}");
    }
}
