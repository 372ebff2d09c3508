//! The supervisor's task, which owns what runs.

mod current;
mod outbox;

use std::os::unix::process::ExitStatusExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use isso_lifecycle::{DaemonEvent, with_causes};
use nix::sys::signal::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use self::current::{Change, Current, Serving, Stage};
use self::outbox::Outbox;
use crate::backoff::{Backoff, End};
use crate::generation::Generation;
use crate::hang;
use crate::launch::{Failed, Launched, Launcher};
use crate::settings::Snapshot;
use crate::status::{Finishing, Phase};

/// A successor gets ready sooner, unless Isso waits for a server that does not answer.
const LONG: Duration = Duration::from_secs(3);
/// A panic after this time is not one of a row.
const RARE: Duration = Duration::from_secs(60);

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
    /// Whether the last order was one to have Isso up.
    wanted: bool,
    last_panic: Option<Instant>,
    /// Settings changed while a successor was on its way.
    again: bool,
    /// What a generation that has died ran on: the next one runs on the same.
    orphaned: Option<Arc<Snapshot>>,
    backoff: Backoff,
    outbox: Outbox,
}

impl Actor {
    pub(crate) fn new(launcher: Arc<Launcher>, events: mpsc::Sender<DaemonEvent>) -> Actor {
        Actor {
            launcher,
            current: Current::Idle,
            wanted: false,
            last_panic: None,
            again: false,
            orphaned: None,
            backoff: Backoff::new(),
            outbox: Outbox::new(events),
        }
    }

    pub(crate) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        while AssertUnwindSafe(self.obey(&mut orders)).catch_unwind().await.is_err() {
            self.recover();
        }
    }

    /// A panic leaves in doubt what was being done, and not what serves: that goes on. Where nothing serves, or one
    /// panic follows another, a start is due as after a crash.
    fn recover(&mut self) {
        let often = self.last_panic.replace(Instant::now());
        let is_rare = often.is_none_or(|before| before.elapsed() > RARE);
        if !self.wanted {
            self.current = Current::Idle;
        } else if is_rare && matches!(self.current, Current::Serving(_)) {
            self.again = false;
            self.settled();
        } else {
            self.orphan();
            let reason = "a bug in issoctl ended the start; its log says where";
            self.lost(End::NeverReady, reason.to_owned());
        }
    }

    /// Returns when there is no handle any more.
    async fn obey(&mut self, orders: &mut mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                biased;
                () = self.outbox.deliver() => {}
                order = orders.recv() => match order {
                    Some(Command::Start) => {
                        self.wanted = true;
                        self.start();
                    }
                    Some(Command::Reload) => {
                        self.wanted = true;
                        self.reload();
                    }
                    Some(Command::Stop(done)) => {
                        self.wanted = false;
                        self.stop().await;
                        // The receiver is gone if the caller gave up waiting.
                        let _ = done.send(());
                    }
                    None => {
                        self.wanted = false;
                        return self.stop().await;
                    }
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

    /// Starts Isso in place of whatever is not serving. A crash is no moment to try new settings: they
    /// come right after, in a successor.
    fn begin(&mut self) {
        let snapshot = self.orphaned.take();
        self.again = snapshot.is_some();
        self.launcher.absence.begins(Duration::ZERO);
        self.launcher.record.send_modify(|record| {
            record.restarts += u64::from(record.phase == Phase::Waiting);
            record.enter(Phase::Starting, None);
        });
        let start = Arc::clone(&self.launcher).start(snapshot);
        self.current = Current::Starting(Box::pin(start));
    }

    /// One successor at a time; a change meanwhile makes one more afterwards, however many they are.
    ///
    /// A successor that takes long is given up, and so is a start: the change may be the cure.
    fn reload(&mut self) {
        match &self.current {
            Current::Serving(serving) => match &serving.stage {
                Stage::Settled(_) => self.succeed_unless_same(),
                Stage::Launching(_, since) if since.elapsed() > LONG => self.succeed(),
                Stage::Launching(..) | Stage::TakingOver(_) => self.again = true,
            },
            Current::Idle | Current::Starting(_) | Current::Waiting(_) => {
                self.orphaned = None;
                self.begin();
            }
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
        self.again = false;
        if let Current::Serving(serving) = &mut self.current {
            let successor = Arc::clone(&self.launcher).succeed();
            serving.stage = Stage::Launching(Box::pin(successor), Instant::now());
            self.enter(Phase::Reloading);
        }
    }

    async fn stop(&mut self) {
        self.again = false;
        self.orphaned = None;
        self.outbox.clear();
        self.current = Current::Idle;
        self.launcher.absence.begins(Duration::ZERO);
        self.leave(Phase::Stopping);
        let tracker = &self.launcher.tracker;
        tracker.close();
        tracker.wait().await;
        tracker.reopen();
        self.leave(Phase::Stopped);
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Started(Ok(generation)) => {
                let stage = watch(&self.launcher, &generation);
                self.serve(generation, stage);
                self.announce();
            }
            Change::Started(Err(failed)) => {
                if failed.blames_settings() {
                    self.blame(&failed);
                }
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
                self.orphan();
                self.lost(end, exit.to_string());
            }
            Change::Hangs => {
                let reason = "none of Isso's workers takes requests: each waits for a client, or hangs";
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
        self.launcher.log.requests().begin(generation.number);
        self.launcher.record.send_modify(|record| {
            record.generation = generation.number;
            record.enter(Phase::Reloading, Some(generation.master()));
        });
        self.current = Current::Serving(Serving {
            generation,
            since: Instant::now(),
            stage,
        });
    }

    fn launched(&mut self, launched: Launched) {
        match launched {
            Ok(generation) => {
                if let Current::Serving(Serving { generation, .. }) = &self.current {
                    let finishing = Finishing::begin(generation);
                    let record = &self.launcher.record;
                    record.send_modify(|record| record.finishing = Some(finishing));
                }
                let takes_over = Arc::clone(&self.launcher).take_over();
                self.serve(generation, Stage::TakingOver(Box::pin(takes_over)));
            }
            Err(failed) => {
                self.blame(&failed);
                tracing::warn!("{}; Isso goes on with the settings before", with_causes(&failed.error));
                self.settled();
            }
        }
    }

    /// Nothing is under way any more, or the next change is.
    fn settled(&mut self) {
        if let Current::Serving(serving) = &mut self.current {
            serving.stage = watch(&self.launcher, &serving.generation);
        }
        self.announce();
    }

    fn announce(&mut self) {
        self.enter(Phase::Serving);
        if self.again {
            self.succeed_unless_same();
        } else {
            self.outbox.push(DaemonEvent::Ready);
        }
    }

    /// The serving generation has died; a successor on its way goes with it.
    fn orphan(&mut self) {
        if let Current::Serving(serving) = &self.current {
            self.orphaned = Some(serving.snapshot());
        }
    }

    fn lost(&mut self, end: End, reason: String) {
        let wait = self.backoff.after(end);
        tracing::warn!("{reason}; the next start is due in {wait:.1?}");
        self.launcher.absence.begins(wait);
        self.launcher.record.send_modify(|record| {
            record.enter(Phase::Waiting, None);
            record.last_exit = Some(reason.clone());
        });
        self.current = Current::Waiting(Box::pin(sleep(wait)));
        self.outbox.push(DaemonEvent::Exited(reason));
    }

    fn blame(&self, failed: &Failed) {
        if let Some(snapshot) = &failed.snapshot {
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
        self.launcher.record.send_modify(|record| record.enter(phase, None));
    }
}

/// Nothing goes on beside a generation but a look whether its workers hang.
fn watch(launcher: &Launcher, generation: &Generation) -> Stage {
    let listener = Arc::clone(&launcher.listener);
    let hangs = hang::hangs(generation.master(), listener, launcher.health.clone());
    Stage::Settled(Box::pin(hangs))
}
