//! The end of a generation.

use std::future::pending;
use std::process::ExitStatus;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::signal::unix;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::group::Group;
use crate::leftover::ProcessMark;
use crate::workers;

/// How often SIGTERM is sent again to processes that do not end.
const REPEAT: Duration = Duration::from_secs(1);

/// Stops a generation's processes, and waits until none of them is left.
pub(super) struct ProcessKeeper {
    pub(super) child: Child,
    /// SIGCHLD.
    pub(super) child_ended: unix::Signal,
    pub(super) grace: Duration,
    pub(super) mark: ProcessMark,
    /// Set once gunicorn is loaded.
    pub(super) master: Arc<OnceLock<Pid>>,
    /// Kept for as long as a worker may answer a visitor.
    pub(super) answering: TaskTrackerToken,
}

impl ProcessKeeper {
    /// Waits for the end of the program, or for the order to stop it, then makes sure that no process is
    /// left.
    pub(super) async fn keep(self, retire: CancellationToken, exit: watch::Sender<Option<ExitStatus>>) {
        let ProcessKeeper {
            mut child,
            mut child_ended,
            grace,
            mark,
            master,
            answering,
        } = self;
        let group = Group::of(child.id().expect("the child was not waited for"));
        let mut workers = None;
        tokio::select! {
            status = child.wait() => {
                exit.send_replace(Some(status.unwrap_or_default()));
                // Idle workers would notice only after some 15 seconds that their master is gone, and
                // each would answer one more request first.
                if group.orphans_left() {
                    group.signal(Signal::SIGTERM);
                }
            }
            () = retire.cancelled() => workers = tell_to_stop(group, master.get().copied()),
        }
        let begin = Instant::now();
        let gone = async {
            exit.send_replace(Some(child.wait().await.unwrap_or_default()));
            group.orphans_gone(&mut child_ended).await;
        };
        tokio::pin!(gone);
        // A worker that has been forked and has not set up its handlers yet loses the signal. To all
        // others one more does no harm.
        let repeat = async {
            while timeout(REPEAT, &mut gone).await.is_err() {
                group.signal(Signal::SIGTERM);
            }
        };
        // gunicorn's master, and a script around it, end later than the last worker.
        let mut answering = Some(answering);
        let last_answer = async {
            match workers {
                Some(workers) => workers::ended(group, &workers).await,
                None => pending().await,
            }
            answering = None;
            pending::<()>().await;
        };
        let end = async {
            tokio::select! {
                () = repeat => {}
                () = last_answer => {}
            }
        };
        if timeout(grace, end).await.is_err() {
            tracing::warn!("Isso did not stop within {grace:?} and is killed");
            group.signal(Signal::SIGKILL);
            gone.await;
        }
        let grace = grace.saturating_sub(begin.elapsed());
        let left = spawn_blocking(move || mark.end_leftovers(grace)).await;
        if let Ok(1..) = left {
            tracing::warn!(
                "processes of Isso had gone into the background, where nothing sees to them, and were ended; \
                 gunicorn's option daemon does that"
            );
        }
    }
}

/// Asks gunicorn to end after the requests in hand. Returns its workers, as far as they are known.
fn tell_to_stop(group: Group, master: Option<Pid>) -> Option<Vec<u32>> {
    match master {
        Some(master) => group.signal_member(master, Signal::SIGTERM),
        // Before it is loaded it has no workers, and it may be the child of a script.
        None => group.signal(Signal::SIGTERM),
    }
    // A process that was stopped would not hear it.
    group.signal(Signal::SIGCONT);
    let workers = workers::of(master?.as_raw().cast_unsigned())?;
    Some(workers).filter(|workers| !workers.is_empty())
}
