//! Thorough checks of the database beside an Isso that serves.
//!
//! A check is a process of its own ([`Commands::check_database`](crate::child::Commands)): its memory is gone when
//! it ends, SQLite's locks of this process are untouched, and it has the lowest priority. When one is due, [`is_due`]
//! says.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isso_database::{FileState, Unwritable, Verdict, last_verdict};
use isso_lifecycle::State as Lifecycle;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::aside::on_thread;
use crate::child::beside_us;
use crate::host::Handle;

/// Isso comes first.
const AFTER_START: Duration = Duration::from_secs(2);
/// How often it is asked whether the file has changed, which is one system call.
const LOOK: Duration = Duration::from_secs(60);
/// The shortest time from one check to the next.
const PAUSE: Duration = Duration::from_secs(300);
/// How much longer that time is than a check takes: no more than half a percent of the time is spent on checks.
const REST: u32 = 200;
/// A check that takes longer is given up: its disk does not answer.
const LONGEST: Duration = Duration::from_secs(3600);
/// A disk can spoil what no process writes to.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is known of the database, as `issoctl status` tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseStatus {
    /// When it was last checked thoroughly.
    pub checked: Option<String>,
    /// What was broken then.
    pub damage: Option<String>,
    /// Why the check after that one failed.
    pub error: Option<String>,
    /// Why comments cannot be saved, asked just now.
    #[serde(default)]
    pub unwritable: Option<Unwritable>,
}

/// What came of a check. It is printed, for the database's folder may be full.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Checked {
    /// The database was read.
    Verdict(Verdict),
    /// It was written to meanwhile.
    Changed,
    /// It could not be read.
    Failed(String),
}

/// The task that has the database checked.
pub struct Checks {
    database: PathBuf,
    check: fn(&Path) -> Command,
    status: watch::Sender<DatabaseStatus>,
    /// What this process has had checked: where nothing can be written, no verdict stands beside the database.
    last: Mutex<Option<Verdict>>,
}

impl Checks {
    /// Checks of this database by this command, and what they find.
    pub fn new(database: PathBuf, check: fn(&Path) -> Command) -> (Checks, watch::Receiver<DatabaseStatus>) {
        let (status, found) = watch::channel(DatabaseStatus::default());
        let checks = Checks {
            database,
            check,
            status,
            last: Mutex::default(),
        };
        (checks, found)
    }

    /// Checks whenever it is due and Isso serves, for ever.
    pub async fn run(self: Rc<Self>, host: Handle) {
        let mut states = host.states();
        loop {
            let checks = self.check_on_and_on(host.states());
            if until_restore(&mut states, checks).await.is_none() {
                return;
            }
            // What was found in the database before is not true of the one that takes its place.
            *self.last() = None;
            self.tell(DatabaseStatus::default());
            if states.wait_for(|it| !is_restoring(it)).await.is_err() {
                return;
            }
        }
    }

    /// Checks one database whenever it is due and Isso serves.
    async fn check_on_and_on(&self, mut states: watch::Receiver<Lifecycle>) {
        let mut is_first = true;
        let mut failures = 0;
        let is_serving = |state: &Lifecycle| *state == Lifecycle::Serving;
        while states.wait_for(is_serving).await.is_ok() {
            sleep(if is_first { AFTER_START } else { LOOK }).await;
            if !is_serving(&states.borrow()) {
                continue;
            }
            let is_due = self.is_due(is_first).await;
            is_first = false;
            if !is_due {
                continue;
            }
            match self.check().await {
                Ok(Checked::Verdict(verdict)) => {
                    failures = 0;
                    self.tell(status(&verdict));
                    *self.last() = Some(verdict);
                }
                // A busy Isso will pause some time.
                Ok(Checked::Changed) => {
                    sleep(Duration::from_secs(1 << failures)).await;
                    failures = (failures + 1).min(9);
                    is_first = true;
                }
                Ok(Checked::Failed(reason)) | Err(reason) => {
                    tracing::warn!("the database could not be checked: {reason}");
                    let status = self.status.borrow().clone();
                    let error = Some(reason);
                    self.tell(DatabaseStatus { error, ..status });
                    sleep(PAUSE).await;
                }
            }
        }
    }

    async fn is_due(&self, is_first: bool) -> bool {
        let database = self.database.clone();
        let looked = on_thread(move || {
            // One that is gone is found out otherwise.
            let state = FileState::of(&database).ok()?;
            Some((last_verdict(&database), state))
        });
        let Some((last, state)) = looked.await.ok().flatten() else {
            return false;
        };
        let last = later(last, self.last().clone());
        // The look before the start may have made a check.
        if let Some(verdict) = &last {
            self.tell(status(verdict));
        }
        is_due(last.as_ref(), &state, is_first)
    }

    fn last(&self) -> MutexGuard<'_, Option<Verdict>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn check(&self) -> Result<Checked, String> {
        let mut command = beside_us((self.check)(&self.database));
        let done = timeout(LONGEST, command.kill_on_drop(true).output())
            .await
            .map_err(|_| format!("it took longer than {LONGEST:?}"))?
            .map_err(|error| error.to_string())?;
        serde_json::from_slice(&done.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&done.stderr);
            format!("the check ended with {}: {}", done.status, said.trim())
        })
    }

    fn tell(&self, status: DatabaseStatus) {
        if let Some(damage) = &status.damage
            && self.status.borrow().damage != status.damage
        {
            let database = self.database.display();
            tracing::error!("the database {database} is corrupt ({damage}); restore a backup");
        }
        self.status.send_replace(status);
    }
}

fn is_restoring(state: &Lifecycle) -> bool {
    *state == Lifecycle::Restoring
}

/// Works until another database is put in place, in the middle of the work too. Nothing if the host, or the work, has
/// ended.
async fn until_restore(states: &mut watch::Receiver<Lifecycle>, work: impl Future<Output = ()>) -> Option<()> {
    tokio::select! {
        biased;
        // The guard that `wait_for` returns locks the state, so it is dropped at once.
        is = async { states.wait_for(is_restoring).await.is_ok() } => is.then_some(()),
        () = work => None,
    }
}

/// The later one of two verdicts.
fn later(one: Option<Verdict>, other: Option<Verdict>) -> Option<Verdict> {
    one.into_iter().chain(other).max_by_key(|verdict| verdict.checked)
}

fn status(verdict: &Verdict) -> DatabaseStatus {
    let seconds = i64::try_from(verdict.checked).unwrap_or(i64::MAX);
    let checked = OffsetDateTime::from_unix_timestamp(seconds).ok();
    DatabaseStatus {
        checked: checked.and_then(|time| time.format(&Rfc3339).ok()),
        damage: verdict.damage.as_ref().map(|damage| damage.found.clone()),
        error: None,
        unwritable: None,
    }
}

/// Whether a check is due: at a start as soon as the file has changed, and later when it has changed and some time has
/// passed.
fn is_due(last: Option<&Verdict>, state: &FileState, is_first: bool) -> bool {
    let Some(last) = last else {
        return true;
    };
    let took = Duration::from_millis(last.took_ms);
    let rest = took.saturating_mul(REST).clamp(PAUSE, DAY);
    if last.state == *state {
        return last.age() >= DAY;
    }
    // Another file was put in its place.
    is_first || last.state.inode != state.inode || last.age() >= rest
}

#[cfg(test)]
mod tests {
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;

    fn check(age: u64, took_ms: u64, changed: bool, is_first: bool, expected: bool) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let state = FileState {
            size: 4096,
            inode: 1,
            changed_ns: 1,
        };
        let last = Verdict {
            damage: None,
            change_counter: 1,
            state: state.clone(),
            checked: now.expect("the clock is right").as_secs() - age,
            took_ms,
        };
        let changed_ns = if changed { 2 } else { 1 };
        let state = FileState { changed_ns, ..state };
        let due = is_due(Some(&last), &state, is_first);
        assert_eq!(due, expected, "{age} s after a check of {took_ms} ms");
    }

    #[tokio::test]
    async fn a_restore_ends_a_check_that_is_under_way() {
        let (sender, mut states) = watch::channel(Lifecycle::Serving);
        let check = async {
            sender.send_replace(Lifecycle::Restoring);
            std::future::pending::<()>().await;
        };
        assert_eq!(until_restore(&mut states, check).await, Some(()));
        sender.send_replace(Lifecycle::Serving);
        assert_eq!(until_restore(&mut states, async {}).await, None);
    }

    #[test]
    fn a_check_is_due_when_the_database_has_changed_and_some_time_has_passed() {
        check(0, 1, true, true, true);
        check(0, 1, true, false, false);
        check(301, 1, true, false, true);
        // A large database, or a slow disk.
        check(301, 10_000, true, false, false);
        check(2001, 10_000, true, false, true);
    }

    #[test]
    fn a_database_that_nobody_writes_to_is_checked_once_a_day() {
        check(3600, 1, false, true, false);
        check(3600, 1, false, false, false);
        check(24 * 3600, 1, false, false, true);
    }

    #[test]
    fn a_verdict_that_could_not_be_kept_beside_the_database_counts() {
        let verdict = |checked| Verdict {
            damage: None,
            change_counter: 1,
            state: FileState {
                size: 4096,
                inode: 1,
                changed_ns: 1,
            },
            checked,
            took_ms: 1,
        };
        let own = Some(verdict(2));
        assert_eq!(later(None, own.clone()), own);
        assert_eq!(later(Some(verdict(1)), own.clone()), own);
        assert_eq!(later(own.clone(), Some(verdict(1))), own);
        assert_eq!(later(None, None), None);
    }

    #[test]
    fn a_database_without_a_verdict_or_another_file_is_checked_at_once() {
        let state = FileState {
            size: 4096,
            inode: 2,
            changed_ns: 1,
        };
        assert!(is_due(None, &state, false));
        let other = FileState {
            inode: 1,
            ..state.clone()
        };
        let last = Verdict {
            damage: None,
            change_counter: 1,
            state: other,
            checked: u64::MAX / 4,
            took_ms: 1,
        };
        assert!(is_due(Some(&last), &state, false));
    }
}
