//! The supervisor's task, which owns what runs.

mod current;
mod outbox;

use std::error::Error;
use std::os::unix::process::ExitStatusExt;
use std::sync::Arc;
use std::time::Instant;

use isso_lifecycle::DaemonEvent;
use nix::sys::signal::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use self::current::{Change, Current, Serving, Stage};
use self::outbox::Outbox;
use crate::backoff::{Backoff, End};
use crate::generation::Generation;
use crate::launch::{Failed, Launched, Launcher};
use crate::status::Phase;

/// What the handles order.
#[derive(Debug)]
pub(crate) enum Command {
    Start,
    Reload,
    Stop(oneshot::Sender<()>),
}

pub(crate) struct Actor {
    launcher: Arc<Launcher>,
    current: Current,
    /// Settings changed while a successor was on its way.
    again: bool,
    backoff: Backoff,
    outbox: Outbox,
}

impl Actor {
    pub(crate) fn new(launcher: Arc<Launcher>, events: mpsc::Sender<DaemonEvent>) -> Actor {
        Actor {
            launcher,
            current: Current::Idle,
            again: false,
            backoff: Backoff::new(),
            outbox: Outbox::new(events),
        }
    }

    pub(crate) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                biased;
                () = self.outbox.deliver() => {}
                order = orders.recv() => match order {
                    Some(Command::Start) => self.start(),
                    Some(Command::Reload) => self.reload(),
                    Some(Command::Stop(done)) => {
                        self.stop().await;
                        // Whoever asked may have lost patience.
                        let _ = done.send(());
                    }
                    None => return self.stop().await,
                },
                change = self.current.change() => self.apply(change),
            }
        }
    }

    fn start(&mut self) {
        match self.current {
            Current::Starting(_) => {}
            Current::Serving(..) => self.outbox.push(DaemonEvent::Ready),
            Current::Idle | Current::Waiting(_) => self.begin(),
        }
    }

    /// Starts Isso in place of whatever is not serving: a start on settings that have changed since is
    /// given up, for the change may be the cure.
    fn begin(&mut self) {
        self.again = false;
        self.launcher.record.send_modify(|record| {
            record.restarts += u64::from(record.phase == Phase::Waiting);
            record.enter(Phase::Starting, None);
        });
        let start = Arc::clone(&self.launcher).start();
        self.current = Current::Starting(Box::pin(start));
    }

    /// One successor at a time; a change meanwhile makes one more afterwards, however many they are.
    fn reload(&mut self) {
        match &self.current {
            Current::Serving(serving) if serving.is_settled() => self.succeed_unless_same(),
            Current::Serving(_) => self.again = true,
            Current::Idle | Current::Starting(_) | Current::Waiting(_) => self.begin(),
        }
    }

    fn succeed_unless_same(&mut self) {
        self.again = false;
        let Current::Serving(serving) = &self.current else {
            return;
        };
        let present = serving.snapshot();
        // What cannot be read is left to the launch to report.
        match self.launcher.next() {
            Ok(next) if *next == *present => {
                self.launcher.config.settings.taken(&next);
                self.outbox.push(DaemonEvent::Ready);
            }
            _ => self.succeed(),
        }
    }

    fn succeed(&mut self) {
        if let Current::Serving(serving) = &mut self.current {
            serving.stage = Stage::Launching(Box::pin(Arc::clone(&self.launcher).succeed()));
            self.enter(Phase::Reloading);
        }
    }

    async fn stop(&mut self) {
        self.again = false;
        self.outbox.clear();
        self.current = Current::Idle;
        self.leave(Phase::Stopping);
        let tracker = &self.launcher.tracker;
        tracker.close();
        tracker.wait().await;
        tracker.reopen();
        self.leave(Phase::Stopped);
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Started(Ok(generation)) => self.serve(generation, Stage::Settled),
            Change::Started(Err(failed)) => {
                self.blame(&failed);
                self.lost(End::NeverReady, with_causes(&failed.error));
            }
            Change::Launched(launched) => self.launched(launched),
            Change::TakenOver => self.settled(),
            Change::Exited(exit, served) => {
                // A crash is a signal, too, but of its own making.
                let end = match exit.status.signal() {
                    Some(signal) if signal == Signal::SIGKILL as i32 => End::Killed,
                    _ => End::Ended(served),
                };
                self.exited(end, exit.to_string());
            }
            Change::Hangs => {
                let reason = "Isso's workers hang";
                tracing::warn!("{reason}; others take their place");
                self.launcher.record.send_modify(|record| {
                    record.restarts += 1;
                    record.last_exit = Some(reason.to_owned());
                });
                self.succeed();
            }
            Change::Due => {
                self.current = Current::Idle;
                self.outbox.push(DaemonEvent::RestartDue);
            }
        }
    }

    /// Lets a generation serve. The one before, if any, is told to stop by being dropped.
    fn serve(&mut self, generation: Generation, stage: Stage) {
        self.launcher.config.settings.taken(&generation.snapshot);
        self.launcher.record.send_modify(|record| {
            record.generation = generation.number;
            record.enter(Phase::Reloading, Some(generation.pid));
        });
        let settled = matches!(stage, Stage::Settled);
        self.current = Current::Serving(Serving::new(generation, stage, &self.launcher));
        if settled {
            self.settled();
        }
    }

    fn launched(&mut self, launched: Launched) {
        match launched {
            Ok(generation) => {
                let takes_over = Arc::clone(&self.launcher).take_over();
                self.serve(generation, Stage::TakingOver(Box::pin(takes_over)));
            }
            Err(failed) => {
                self.blame(&failed);
                tracing::warn!(
                    "{}; Isso goes on with the settings before",
                    with_causes(&failed.error)
                );
                self.settled();
            }
        }
    }

    /// Nothing is under way any more, or the next change is.
    fn settled(&mut self) {
        if let Current::Serving(serving) = &mut self.current {
            serving.stage = Stage::Settled;
        }
        self.enter(Phase::Serving);
        if self.again {
            self.succeed_unless_same();
        } else {
            self.outbox.push(DaemonEvent::Ready);
        }
    }

    /// The serving generation has died. A successor that is on its way is the next start.
    fn exited(&mut self, end: End, reason: String) {
        let current = std::mem::replace(&mut self.current, Current::Idle);
        match current {
            Current::Serving(Serving {
                stage: Stage::Launching(successor),
                ..
            }) => {
                tracing::warn!("{reason}; its successor is being started");
                self.launcher.record.send_modify(|record| {
                    record.restarts += 1;
                    record.enter(Phase::Starting, None);
                    record.last_exit = Some(reason);
                });
                self.current = Current::Starting(successor);
            }
            _ => self.lost(end, reason),
        }
    }

    fn lost(&mut self, end: End, reason: String) {
        let wait = self.backoff.after(end);
        tracing::warn!("{reason}; the next start is due in {wait:.1?}");
        self.launcher.record.send_modify(|record| {
            record.enter(Phase::Waiting, None);
            record.last_exit = Some(reason.clone());
        });
        self.current = Current::Waiting(Box::pin(sleep(wait)));
        self.outbox.push(DaemonEvent::Exited(reason));
    }

    fn blame(&self, failed: &Failed) {
        if let Some(snapshot) = &failed.snapshot
            && failed.blames_settings()
        {
            let reason = with_causes(&failed.error);
            self.launcher.config.settings.refused(snapshot, &reason);
        }
    }

    fn enter(&self, phase: Phase) {
        self.launcher.record.send_modify(|record| {
            let pid = record.pid;
            record.enter(phase, pid);
        });
    }

    fn leave(&self, phase: Phase) {
        self.launcher
            .record
            .send_modify(|record| record.enter(phase, None));
    }
}

impl Serving {
    fn new(generation: Generation, stage: Stage, launcher: &Launcher) -> Serving {
        let hangs = crate::hang::hangs(
            generation.pid,
            Arc::clone(&launcher.listener),
            launcher.health.clone(),
        );
        Serving {
            generation,
            since: Instant::now(),
            stage,
            hangs: Box::pin(hangs),
        }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
