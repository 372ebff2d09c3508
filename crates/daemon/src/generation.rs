//! One run of gunicorn, from its spawn until the last of its processes is gone.

use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::group::Group;
use crate::launch::Launcher;
use crate::leftover::ProcessMark;
use crate::log::LogRing;
use crate::notify::NotifySocket;
use crate::settings::Snapshot;
use crate::workers;

/// How often processes that do not end are told again.
pub(crate) const REPEAT: Duration = Duration::from_secs(1);

/// A gunicorn that was spawned. Dropping it begins its graceful stop, which goes on in a task of
/// the tracker it was spawned with; the task ends when no process of the generation is left.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) number: u64,
    /// The process that was spawned: gunicorn's master, or a script around it.
    leader: u32,
    master: Arc<OnceLock<Pid>>,
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
    /// Spawns the launcher's program. Its processes have the time of a stop for their last requests once
    /// they are told to end; then they are killed.
    pub(crate) fn spawn(number: u64, snapshot: Arc<Snapshot>, launcher: &Launcher) -> io::Result<Generation> {
        let Launcher { config, log, .. } = launcher;
        let notify = NotifySocket::bind()?;
        let child_ended = unix::signal(SignalKind::child())?;
        // One pipe for both streams keeps their lines in order.
        let (output, stdout) = io::pipe()?;
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(output))?;
        let program = &config.program;
        let mark = config.owner.mark(number);
        let mut command = program.command(&launcher.listener, &snapshot, notify.name(), &mark)?;
        command.stderr(stdout.try_clone()?).stdout(stdout);
        let child = command.spawn()?;
        // The command holds the pipe's other end, which must close for the output to end.
        drop(command);

        // Nothing may fail from here on, or the child would be left alone.
        let leader = child.id().expect("the child was not waited for");
        let master = Arc::new(OnceLock::new());
        let retire = CancellationToken::new();
        let (exit, exited) = watch::channel(None);
        let output_ended = CancellationToken::new();
        let ended = output_ended.clone().drop_guard();
        let drain = log.clone().drain(number, output);
        tokio::spawn(async move {
            drain.await;
            drop(ended);
        });
        let keeper = ProcessKeeper {
            child,
            child_ended,
            grace: config.stop_within,
            mark,
            master: Arc::clone(&master),
            answering: launcher.answering.token(),
        };
        launcher.tracker.spawn(keeper.keep(retire.clone(), exit));
        Ok(Generation {
            number,
            leader,
            master,
            snapshot,
            notify,
            exited,
            output_ended,
            log: log.clone(),
            _retire: retire.drop_guard(),
        })
    }

    /// The process id of gunicorn's master, as far as it is known.
    pub(crate) fn master(&self) -> u32 {
        let master = self.master.get().map(|master| master.as_raw());
        master.map_or(self.leader, i32::cast_unsigned)
    }

    /// How gunicorn's master has ended, once it has.
    pub(crate) fn exit_status(&self) -> watch::Receiver<Option<ExitStatus>> {
        self.exited.clone()
    }

    /// Waits until gunicorn says that Isso is loaded. The process that says so is the master, unless it
    /// is none of this generation: then some program has said it for gunicorn.
    pub(crate) async fn loaded(&self) -> io::Result<()> {
        let group = Group::of(self.leader);
        let sender = Pid::from_raw(self.notify.ready().await?);
        let master = Some(sender).filter(|sender| group.has(*sender));
        self.master.get_or_init(|| master.unwrap_or(group.leader()));
        Ok(())
    }

    /// Waits until all workers take requests, and hear when they are told to end. To be called when
    /// gunicorn is loaded.
    pub(crate) async fn booted(&self) -> io::Result<()> {
        tokio::select! {
            booted = self.notify.workers_booted(Group::of(self.leader)) => booted,
            () = workers::booted(self.master()) => Ok(()),
        }
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
            return Exit { status, cause: None };
        }
        // What it wrote last is still in the pipe. Workers that survive it keep the pipe open.
        let _ = timeout(Duration::from_millis(500), self.output_ended.cancelled()).await;
        let cause = self.log.cause(self.number);
        Exit { status, cause }
    }
}

/// Sees a generation to its end.
struct ProcessKeeper {
    child: Child,
    /// SIGCHLD.
    child_ended: unix::Signal,
    grace: Duration,
    mark: ProcessMark,
    /// Set once gunicorn is loaded.
    master: Arc<OnceLock<Pid>>,
    /// Kept for as long as a worker may answer a visitor.
    answering: TaskTrackerToken,
}

impl ProcessKeeper {
    /// Waits for the end of the program, or for the order to stop it, then makes sure that no process is
    /// left.
    async fn keep(self, retire: CancellationToken, exit: watch::Sender<Option<ExitStatus>>) {
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
