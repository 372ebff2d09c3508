//! Thorough checks of the database beside an Isso that serves.
//!
//! A check is a process of its own ([`Commands::check_database`](crate::commands::Commands)): its memory is gone when
//! it ends, SQLite's locks of this process are untouched, and it has the lowest priority. [`is_due`] decides when to
//! check.

mod due;
mod report;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use isso_database::{FileState, Verdict, last_verdict};
use isso_lifecycle::State as Lifecycle;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use self::due::{MIN_INTERVAL, is_due, latest};
use crate::blocking::on_thread;
use crate::commands::beside_us;
use crate::machine::HostHandle;

pub use report::{CheckReport, DatabaseStatus};

/// How long the first check waits once Isso serves: visitors come first.
const AFTER_START: Duration = Duration::from_secs(2);
/// How often the file is checked for changes, which takes one system call.
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// A check that takes longer is killed: the disk does not answer.
const CHECK_LIMIT: Duration = Duration::from_secs(3600);

/// Has the database checked while Isso serves.
pub struct Checks {
    database: PathBuf,
    check: fn(&Path) -> Command,
    status: watch::Sender<DatabaseStatus>,
    /// The last verdict of this process. Where nothing can be written, there is none in a file beside the database.
    last: Mutex<Option<Verdict>>,
}

impl Checks {
    /// Checks of this database by this command. The receiver gets what they find.
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
    pub async fn run(self: Rc<Self>, host: HostHandle) {
        let mut states = host.states();
        loop {
            let checks = self.check_while_serving(&host);
            if until_restore(&mut states, checks).await.is_none() {
                return;
            }
            // What was found in the database before is not true of the one that takes its place.
            *self.last() = None;
            self.publish(DatabaseStatus::default());
            if states.wait_for(|it| !is_restoring(it)).await.is_err() {
                return;
            }
        }
    }

    /// Checks one database whenever it is due and Isso serves.
    async fn check_while_serving(&self, host: &HostHandle) {
        let mut is_first = true;
        let mut failures = 0;
        while until_may_check(host).await.is_some() {
            sleep(if is_first { AFTER_START } else { POLL_INTERVAL }).await;
            if !may_check(host) {
                continue;
            }
            let is_due = self.is_due(is_first).await;
            is_first = false;
            if !is_due {
                continue;
            }
            match self.check().await {
                Ok(CheckReport::Verdict(verdict)) => {
                    failures = 0;
                    self.publish(DatabaseStatus::of(&verdict));
                    *self.last() = Some(verdict);
                }
                // A busy Isso will pause some time.
                Ok(CheckReport::Changed) => {
                    sleep(Duration::from_secs(1 << failures)).await;
                    failures = (failures + 1).min(9);
                    is_first = true;
                }
                Ok(CheckReport::Failed(reason)) | Err(reason) => {
                    tracing::warn!("the database could not be checked: {reason}");
                    let status = self.status.borrow().clone();
                    let error = Some(reason);
                    self.publish(DatabaseStatus { error, ..status });
                    sleep(MIN_INTERVAL).await;
                }
            }
        }
    }

    async fn is_due(&self, is_first: bool) -> bool {
        let database = self.database.clone();
        let looked = on_thread(move || {
            // That the database is missing is noticed elsewhere.
            let state = FileState::of(&database).ok()?;
            Some((last_verdict(&database), state))
        });
        let Some((last, state)) = looked.await.ok().flatten() else {
            return false;
        };
        let last = latest(last, self.last().clone());
        // The look before the start may have made a check.
        if let Some(verdict) = &last {
            self.publish(DatabaseStatus::of(verdict));
        }
        is_due(last.as_ref(), &state, is_first)
    }

    fn last(&self) -> MutexGuard<'_, Option<Verdict>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn check(&self) -> Result<CheckReport, String> {
        let mut command = beside_us((self.check)(&self.database));
        let done = timeout(CHECK_LIMIT, command.kill_on_drop(true).output())
            .await
            .map_err(|_| format!("it took longer than {CHECK_LIMIT:?}"))?
            .map_err(|error| error.to_string())?;
        serde_json::from_slice(&done.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&done.stderr);
            format!("the check ended with {}: {}", done.status, said.trim())
        })
    }

    fn publish(&self, status: DatabaseStatus) {
        if let Some(damage) = &status.damage
            && self.status.borrow().damage != status.damage
        {
            let database = self.database.display();
            tracing::error!("the database {database} is corrupt ({damage}); restore a backup");
        }
        self.status.send_replace(status);
    }
}

/// Whether Isso serves, and no backup reads the database.
fn may_check(host: &HostHandle) -> bool {
    host.state() == Lifecycle::Serving && !host.is_backing_up()
}

/// Waits until a check may begin. None if the host has ended.
async fn until_may_check(host: &HostHandle) -> Option<()> {
    let (mut states, mut backups) = (host.states(), host.backups());
    while !may_check(host) {
        tokio::select! {
            changed = states.changed() => changed.ok()?,
            changed = backups.changed() => changed.ok()?,
        }
    }
    Some(())
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
