//! Successors: how changed settings are put in force, and how workers that hang are replaced.

use std::sync::Arc;
use std::time::{Duration, Instant};

use isso_lifecycle::{DaemonEvent, with_causes};

use super::Actor;
use super::process::{Process, Serving, Stage};
use crate::generation::Generation;
use crate::hang;
use crate::launch::Launched;
use crate::launcher::Launcher;
use crate::status::Phase;

/// A successor gets ready sooner, unless Isso waits for a server that does not answer.
const SLOW_SUCCESSOR: Duration = Duration::from_secs(3);

impl Actor {
    /// Starts a successor, one at a time. Changes meanwhile, however many, make one more afterwards.
    ///
    /// A successor that takes long is given up, and so is a start: the change may be the cure.
    pub(super) fn reload(&mut self) {
        match &self.process {
            Process::Serving(serving) => match &serving.stage {
                Stage::Alone(_) => self.reload_if_changed(),
                Stage::Launching(_, since) if since.elapsed() > SLOW_SUCCESSOR => self.start_successor(),
                Stage::Launching(..) | Stage::TakingOver(_) => self.reload_again = true,
            },
            Process::Idle | Process::Starting(_) | Process::Waiting(_) => {
                self.crashed_snapshot = None;
                self.begin();
            }
        }
    }

    /// Starts a successor, unless it would run on the settings that are in force.
    pub(super) fn reload_if_changed(&mut self) {
        self.reload_again = false;
        let Process::Serving(serving) = &self.process else {
            return;
        };
        let present = serving.snapshot();
        // What cannot be read is left to the launch to report.
        match self.launcher.next() {
            Ok(next) if *next == *present => {
                self.launcher.config.settings.in_force(&next);
                self.event_queue.push(DaemonEvent::Ready);
            }
            _ => self.start_successor(),
        }
    }

    pub(super) fn start_successor(&mut self) {
        self.reload_again = false;
        if let Process::Serving(serving) = &mut self.process {
            let successor = Arc::clone(&self.launcher).start_successor();
            serving.stage = Stage::Launching(Box::pin(successor), Instant::now());
            self.enter(Phase::Reloading);
        }
    }

    pub(super) fn launched(&mut self, launched: Launched) {
        match launched {
            Ok(generation) => {
                if let Process::Serving(Serving { generation, .. }) = &self.process {
                    let finishing = generation.finishing();
                    let record = &self.launcher.record;
                    record.send_modify(|record| record.finishing = Some(finishing));
                }
                let takes_over = Arc::clone(&self.launcher).take_over();
                self.serve(generation, Stage::TakingOver(Box::pin(takes_over)));
            }
            Err(failed) => {
                self.report_refused(&failed);
                tracing::warn!("{}; Isso goes on with the settings before", with_causes(&failed.error));
                self.finish_reload();
            }
        }
    }

    /// Ends a reload, whether the successor took over or failed. A change that came meanwhile begins the next one.
    pub(super) fn finish_reload(&mut self) {
        if let Process::Serving(serving) = &mut self.process {
            serving.stage = watch(&self.launcher, &serving.generation);
        }
        self.announce();
    }
}

/// The stage of a generation that is alone: only its workers are watched for a hang.
pub(super) fn watch(launcher: &Launcher, generation: &Generation) -> Stage {
    let listener = Arc::clone(&launcher.listener);
    let hangs = hang::hangs(generation.master(), listener, launcher.health.clone());
    Stage::Alone(Box::pin(hangs))
}
