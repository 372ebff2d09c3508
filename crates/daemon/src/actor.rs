//! The supervisor's task. It owns the gunicorn that runs, and starts, replaces and stops it.

mod event_queue;
mod process;
mod reload;

use std::os::unix::process::ExitStatusExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use isso_lifecycle::{DaemonEvent, with_causes};
use nix::sys::signal::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use self::event_queue::EventQueue;
use self::process::{Change, Process, Serving, Stage};
use crate::backoff::{Backoff, End};
use crate::generation::Generation;
use crate::launch::Failed;
use crate::launcher::Launcher;
use crate::settings::Snapshot;
use crate::status::Phase;

/// A panic that comes so long after the one before counts as the first.
const PANICS_APART: Duration = Duration::from_secs(60);

/// An order of the [`Supervisor`](crate::Supervisor) to its task.
#[derive(Debug)]
pub(crate) enum Command {
    Start,
    Reload,
    Stop(oneshot::Sender<()>),
}

pub(crate) struct Actor {
    launcher: Arc<Launcher>,
    process: Process,
    /// Whether the last order was to have Isso up.
    wanted: bool,
    last_panic: Option<Instant>,
    /// Settings changed while a successor was on its way.
    reload_again: bool,
    /// The settings of a generation that has died: the next one runs on the same.
    crashed_snapshot: Option<Arc<Snapshot>>,
    backoff: Backoff,
    event_queue: EventQueue,
}

impl Actor {
    pub(crate) fn new(launcher: Arc<Launcher>, events: mpsc::Sender<DaemonEvent>) -> Actor {
        Actor {
            launcher,
            process: Process::Idle,
            wanted: false,
            last_panic: None,
            reload_again: false,
            crashed_snapshot: None,
            backoff: Backoff::new(),
            event_queue: EventQueue::new(events),
        }
    }

    pub(crate) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Command>) {
        while AssertUnwindSafe(self.obey(&mut orders)).catch_unwind().await.is_err() {
            self.recover();
        }
    }

    /// Goes on after a panic, which leaves in doubt what was being done, but not the generation that serves: that one
    /// is kept. Where none serves, or one panic follows another, a start is due as after a crash.
    fn recover(&mut self) {
        let often = self.last_panic.replace(Instant::now());
        let is_rare = often.is_none_or(|before| before.elapsed() > PANICS_APART);
        if !self.wanted {
            self.process = Process::Idle;
        } else if is_rare && matches!(self.process, Process::Serving(_)) {
            self.reload_again = false;
            self.finish_reload();
        } else {
            self.keep_crashed_snapshot();
            let reason = "a bug in issoctl ended the start; its log says where";
            self.schedule_restart(End::NeverReady, reason.to_owned());
        }
    }

    /// Carries out orders, and reacts to what becomes of the process. Returns when the supervisor was dropped.
    async fn obey(&mut self, orders: &mut mpsc::UnboundedReceiver<Command>) {
        loop {
            tokio::select! {
                biased;
                () = self.event_queue.deliver() => {}
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
                change = self.process.change() => self.apply(change),
            }
        }
    }

    fn start(&mut self) {
        match self.process {
            Process::Starting(_) => {}
            Process::Serving(..) => self.event_queue.push(DaemonEvent::Ready),
            Process::Idle | Process::Waiting(_) => self.begin(),
        }
    }

    /// Starts Isso where none serves. After a crash it runs on the settings before; changed ones follow in a
    /// successor.
    fn begin(&mut self) {
        let snapshot = self.crashed_snapshot.take();
        self.reload_again = snapshot.is_some();
        self.launcher.downtime.begins(Duration::ZERO);
        self.launcher.record.send_modify(|record| {
            record.restarts += u64::from(record.phase == Phase::Waiting);
            record.enter(Phase::Starting, None);
        });
        let start = Arc::clone(&self.launcher).start(snapshot);
        self.process = Process::Starting(Box::pin(start));
    }

    async fn stop(&mut self) {
        self.reload_again = false;
        self.crashed_snapshot = None;
        self.event_queue.clear();
        self.process = Process::Idle;
        self.launcher.downtime.begins(Duration::ZERO);
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
                let stage = reload::watch(&self.launcher, &generation);
                self.serve(generation, stage);
                self.announce();
            }
            Change::Started(Err(failed)) => {
                if failed.blames_settings() {
                    self.report_refused(&failed);
                }
                self.schedule_restart(End::NeverReady, with_causes(&failed.error));
            }
            Change::Launched(launched) => self.launched(launched),
            Change::TakenOver => self.finish_reload(),
            Change::Exited(exit, served) => {
                // A crash is a signal, too, but of its own making.
                let end = match exit.status.signal() {
                    Some(signal) if signal == Signal::SIGKILL as i32 => End::Killed,
                    _ => End::Ended(served),
                };
                self.keep_crashed_snapshot();
                self.schedule_restart(end, exit.to_string());
            }
            Change::Hangs => {
                let reason = "none of Isso's workers takes requests: each waits for a client, or hangs";
                tracing::warn!("{reason}; others take their place");
                self.launcher.record.send_modify(|record| {
                    record.restarts += 1;
                    record.last_exit = Some(reason.to_owned());
                });
                self.start_successor();
            }
            Change::Due => {
                self.process = Process::Idle;
                self.event_queue.push(DaemonEvent::RestartDue);
            }
        }
    }

    /// Lets a generation serve. The one before is dropped, which begins its stop.
    fn serve(&mut self, generation: Generation, stage: Stage) {
        self.launcher.config.settings.in_force(&generation.snapshot);
        self.launcher.log.requests().begin(generation.number);
        self.launcher.record.send_modify(|record| {
            record.generation = generation.number;
            record.enter(Phase::Reloading, Some(generation.master()));
        });
        self.process = Process::Serving(Serving {
            generation,
            since: Instant::now(),
            stage,
        });
    }

    fn announce(&mut self) {
        self.enter(Phase::Serving);
        if self.reload_again {
            self.reload_if_changed();
        } else {
            self.event_queue.push(DaemonEvent::Ready);
        }
    }

    /// Keeps the settings of the generation that has died. A successor on its way ends with it.
    fn keep_crashed_snapshot(&mut self) {
        if let Process::Serving(serving) = &self.process {
            self.crashed_snapshot = Some(serving.snapshot());
        }
    }

    /// Begins the back-off, and reports the exit.
    fn schedule_restart(&mut self, end: End, reason: String) {
        let wait = self.backoff.after(end);
        tracing::warn!("{reason}; the next start is due in {wait:.1?}");
        self.launcher.downtime.begins(wait);
        self.launcher.record.send_modify(|record| {
            record.enter(Phase::Waiting, None);
            record.last_exit = Some(reason.clone());
        });
        self.process = Process::Waiting(Box::pin(sleep(wait)));
        self.event_queue.push(DaemonEvent::Exited(reason));
    }

    /// Reports that Isso did not start on these settings.
    fn report_refused(&self, failed: &Failed) {
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
