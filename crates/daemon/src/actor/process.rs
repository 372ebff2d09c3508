//! What the supervisor's task has running.

use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::Sleep;

use crate::generation::{Exit, Generation};
use crate::launch::Launched;
use crate::settings::Snapshot;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What runs. To replace a value ends what it held: a generation that is dropped stops gracefully.
pub(super) enum Process {
    Idle,
    Starting(Work<Launched>),
    Serving(Serving),
    Waiting(Pin<Box<Sleep>>),
}

/// A generation that takes requests.
pub(super) struct Serving {
    pub(super) generation: Generation,
    pub(super) since: Instant,
    pub(super) stage: Stage,
}

/// What happens beside the generation that serves.
pub(super) enum Stage {
    /// Nothing. Its workers are watched for a hang.
    Alone(Work<()>),
    /// Its successor is being started.
    Launching(Work<Launched>, Instant),
    /// Its predecessor is finishing its requests.
    TakingOver(Work<()>),
}

pub(super) enum Change {
    Started(Launched),
    Launched(Launched),
    TakenOver,
    Exited(Exit, Duration),
    Hangs,
    Due,
}

impl Process {
    pub(super) async fn change(&mut self) -> Change {
        match self {
            Process::Idle => pending().await,
            Process::Starting(start) => Change::Started(start.await),
            Process::Serving(serving) => serving.change().await,
            Process::Waiting(wait) => {
                wait.await;
                Change::Due
            }
        }
    }
}

impl Serving {
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.generation.snapshot)
    }

    async fn change(&mut self) -> Change {
        tokio::select! {
            biased;
            exit = self.generation.exited() => Change::Exited(exit, self.since.elapsed()),
            change = self.stage.change() => change,
        }
    }
}

impl Stage {
    async fn change(&mut self) -> Change {
        match self {
            Stage::Alone(hang) => {
                hang.await;
                Change::Hangs
            }
            Stage::Launching(successor, _) => Change::Launched(successor.await),
            Stage::TakingOver(end) => {
                end.await;
                Change::TakenOver
            }
        }
    }
}
