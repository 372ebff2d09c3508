//! One run of gunicorn, from its spawn until the last of its processes is gone.

mod keeper;

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::net::unix::pipe;
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::group::Group;
use crate::launcher::Launcher;
use crate::log::LogRing;
use crate::notify::NotifySocket;
use crate::settings::Snapshot;
use crate::status::Finishing;
use crate::workers;

use self::keeper::ProcessKeeper;

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

    /// What the status needs of a generation that is told to end now.
    pub(crate) fn finishing(&self) -> Finishing {
        Finishing {
            generation: self.number,
            master: self.master(),
            exited: self.exited.clone(),
            since: Instant::now(),
        }
    }

    /// Waits for `READY=1`, which gunicorn sends when it has loaded Isso. The sender is gunicorn's master, unless it
    /// does not belong to this generation: then another program has sent it on gunicorn's behalf.
    pub(crate) async fn loaded(&self) -> io::Result<()> {
        let group = Group::of(self.leader);
        let sender = Pid::from_raw(self.notify.ready().await?);
        let master = Some(sender).filter(|sender| group.has(*sender));
        self.master.get_or_init(|| master.unwrap_or(group.leader()));
        Ok(())
    }

    /// Waits until all workers take requests and handle the signal to end. To be called when gunicorn has loaded
    /// Isso.
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
        // A killed master leaves no reason, and its workers keep the pipe open.
        if status.signal().is_some() {
            return Exit { status, cause: None };
        }
        // What it wrote last is still in the pipe. Workers that survive it keep the pipe open.
        let _ = timeout(Duration::from_millis(500), self.output_ended.cancelled()).await;
        let cause = self.log.cause(self.number);
        Exit { status, cause }
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
