//! One run of gunicorn, from its spawn until the last of its processes is gone.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::group::Group;
use crate::listener::Listener;
use crate::log::LogRing;
use crate::notify::NotifySocket;
use crate::program::Program;
use crate::settings::Snapshot;

/// How often processes that do not end are told again.
const REPEAT: Duration = Duration::from_secs(1);

/// A gunicorn that was spawned. Dropping it begins its graceful stop, which goes on in a task of
/// the tracker it was spawned with; the task ends when no process of the generation is left.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) number: u64,
    pub(crate) pid: u32,
    pub(crate) snapshot: Arc<Snapshot>,
    notify: NotifySocket,
    exited: watch::Receiver<Option<ExitStatus>>,
    output_ended: CancellationToken,
    log: LogRing,
    _retire: DropGuard,
}

/// How a generation ended: the status of gunicorn's master and, where it gave one, the cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}", how(self.status), self.cause.as_ref().map_or(String::new(), |c| format!(": {c}")))]
pub struct Exit {
    /// What the master left.
    pub status: ExitStatus,
    /// The line of its output that says why.
    pub cause: Option<String>,
}

impl Generation {
    /// Spawns the program. `grace` is how long its processes have for their last requests once
    /// they are told to end; then they are killed.
    pub(crate) fn spawn(
        number: u64,
        program: &Program,
        snapshot: Arc<Snapshot>,
        listener: &Arc<Listener>,
        log: &LogRing,
        grace: Duration,
        tracker: &TaskTracker,
    ) -> io::Result<Generation> {
        let notify = NotifySocket::bind()?;
        let child_ended = unix::signal(SignalKind::child())?;
        // One pipe for both streams keeps their lines in order.
        let (output, stdout) = io::pipe()?;
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(output))?;
        let mut command = program.command(listener, &snapshot, notify.name())?;
        command.stderr(stdout.try_clone()?).stdout(stdout);
        let child = command.spawn()?;
        // The command holds the pipe's other end, which must close for the output to end.
        drop(command);

        // Nothing may fail from here on, or the child would be left alone.
        let pid = child.id().expect("the child was not waited for");
        let retire = CancellationToken::new();
        let (exit, exited) = watch::channel(None);
        let output_ended = CancellationToken::new();
        let ended = output_ended.clone().drop_guard();
        let drain = log.clone().drain(number, output);
        tokio::spawn(async move {
            drain.await;
            drop(ended);
        });
        tracker.spawn(keep(child, child_ended, grace, retire.clone(), exit));
        Ok(Generation {
            number,
            pid,
            snapshot,
            notify,
            exited,
            output_ended,
            log: log.clone(),
            _retire: retire.drop_guard(),
        })
    }

    /// Waits until gunicorn says that Isso is loaded.
    pub(crate) async fn loaded(&self) -> io::Result<()> {
        self.notify.ready().await
    }

    /// Waits until gunicorn's master has ended. Its workers may still be finishing a request.
    pub(crate) async fn exited(&self) -> Exit {
        // The keeper ends without a status only when the whole runtime is shut down.
        let status = match self.exited.clone().wait_for(Option::is_some).await {
            Ok(status) => status.unwrap_or_default(),
            Err(_) => ExitStatus::default(),
        };
        // A killed master says nothing, and its workers keep the pipe open.
        if status.signal().is_some() {
            return Exit {
                status,
                cause: None,
            };
        }
        // What it wrote last is still in the pipe. Workers that survive it keep the pipe open.
        let _ = timeout(Duration::from_millis(500), self.output_ended.cancelled()).await;
        let cause = self.log.cause(self.number);
        Exit { status, cause }
    }
}

/// Sees a generation to its end: waits for the master, or for the order to stop it, then makes sure
/// that nobody is left.
async fn keep(
    mut child: Child,
    mut child_ended: unix::Signal,
    grace: Duration,
    retire: CancellationToken,
    exit: watch::Sender<Option<ExitStatus>>,
) {
    let group = Group::of(child.id().expect("the child was not waited for"));
    tokio::select! {
        status = child.wait() => {
            exit.send_replace(Some(status.unwrap_or_default()));
            // Idle workers would notice only after some 15 seconds that their master is gone, and
            // each would answer one more request first.
            if group.orphans_left() {
                group.signal(Signal::SIGTERM);
            }
        }
        () = retire.cancelled() => {
            group.signal_leader(Signal::SIGTERM);
            // Who was stopped hears nothing.
            group.signal(Signal::SIGCONT);
        }
    }
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
    if timeout(grace, repeat).await.is_err() {
        tracing::warn!("Isso did not stop within {grace:?} and is killed");
        group.signal(Signal::SIGKILL);
        gone.await;
    }
}

fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("Isso ended with exit status {code}"),
        (None, Some(signal)) => match Signal::try_from(signal) {
            Ok(signal) => format!("Isso was killed by {signal}"),
            Err(_) => format!("Isso was killed by signal {signal}"),
        },
        (None, None) => "Isso ended".to_owned(),
    }
}
