//! Processes that are killed or stopped.

use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::PATIENCE;
use crate::torture::http::{ask_now, get};
use crate::torture::processes::{self, Process};
use crate::torture::{Deployment, Load, Shape, Tally, wait};

/// The outcome of a series of kills.
#[derive(Debug)]
pub struct Kills {
    /// The requests.
    pub tally: Tally,
    /// How long each time until a new gunicorn had all its workers, nothing of the old one was left
    /// and no request failed any more.
    pub took: Vec<Duration>,
}

/// Kills gunicorn's master `times` times, each time as soon as the new one is complete.
pub fn kill_master_under_load(deployment: &Deployment, times: usize, shape: Shape) -> Kills {
    let load = Load::start(deployment.address, shape);
    let took = (0..times).map(|_| {
        if deployment.keeper.is_other() {
            // supervisord gives up on a program that ends within a second a few times.
            sleep(Duration::from_secs(2));
        }
        let killed = Instant::now();
        replaced(deployment);
        let clean = killed.elapsed();
        // A worker that goes on without its master answers wrongly later.
        sleep(Duration::from_millis(200));
        let last_failure = load.so_far().last_failure();
        last_failure.map_or(clean, |at| clean.max(at.saturating_duration_since(killed)))
    });
    let took = took.collect();
    Kills {
        took,
        tally: load.finish(),
    }
}

/// Kills gunicorn's master without visitors; returns how long it took until a new one was complete.
pub fn kill_master_idle(deployment: &Deployment) -> Duration {
    let took = replaced(deployment);
    deployment.answers().expect("Isso answers");
    took
}

/// Stops a gunicorn without a supervisor and starts it again, `times` times; returns how long each start took until it
/// was complete.
pub fn start_by_hand(deployment: &mut Deployment, times: usize, shape: Option<Shape>) -> Vec<Duration> {
    let load = shape.map(|shape| Load::start(deployment.address, shape));
    let took = (0..times).map(|_| {
        kill(deployment.root(), Signal::SIGTERM).expect("the master is there");
        deployment.start_again() + deployment.wait_until_clean()
    });
    let took = took.collect();
    drop(load);
    took
}

/// Kills the master, and returns how long it took until another gunicorn was complete. The time in which that answers
/// visitors who waited is not counted: a gunicorn that is started by hand has none, since they were refused.
fn replaced(deployment: &Deployment) -> Duration {
    let master = deployment.master();
    kill(master, Signal::SIGKILL).expect("the master is there");
    let what = "another gunicorn is complete, and nothing of the old one is left";
    let (_, took) = wait(what, PATIENCE, || {
        // Until the kernel has ended the old master, it passes for a complete gunicorn with its workers.
        if kill(master, None).is_ok() {
            return Err("the old master".into());
        }
        deployment.clean()
    });
    wait("it serves", PATIENCE, || deployment.well());
    took
}

/// Kills one worker; returns how long it took until there were four again.
pub fn kill_worker(deployment: &Deployment, shape: Shape) -> (Tally, Duration) {
    let load = Load::start(deployment.address, shape);
    let victim = deployment.workers().remove(0).pid;
    kill(victim, Signal::SIGKILL).expect("the worker is there");
    let (_, took) = wait("another worker is there", PATIENCE, || {
        deployment.clean()?;
        let all = deployment.gunicorns();
        if all.iter().any(|process| process.pid == victim) {
            Err(format!("{all:?}"))
        } else {
            Ok(())
        }
    });
    (load.finish(), took)
}

/// Stops all workers, so that they hold their requests and answer none; returns how long it took until a request that
/// was sent afterwards was answered.
pub fn stop_workers(deployment: &Deployment, shape: Shape) -> (Tally, Duration) {
    let load = Load::start(deployment.address, shape);
    for worker in deployment.workers() {
        kill(worker.pid, Signal::SIGSTOP).expect("the worker is there");
    }
    let request = get("/info", "http://localhost");
    let (_, took) = wait("requests are answered again", PATIENCE, || {
        ask_now(deployment.address, &request).map_err(|failure| format!("{failure:?}"))
    });
    deployment.wait_until_clean();
    (load.finish(), took)
}

/// Kills the supervisor itself; returns the processes that were left, and how long the next start took.
pub fn kill_supervisor(deployment: &mut Deployment) -> (Vec<Process>, Duration) {
    let supervisor = deployment.supervisors()[0].pid;
    let below = processes::tree(supervisor);
    kill(supervisor, Signal::SIGKILL).expect("the supervisor is there");
    // Other supervisors leave processes behind for good, so the wait for their end is short.
    let patience = match deployment.keeper.is_other() {
        true => Duration::from_secs(5),
        false => PATIENCE,
    };
    let end = Instant::now() + patience;
    let left = loop {
        let mut left = deployment.gunicorns();
        left.extend(below.iter().filter(|process| kill(process.pid, None).is_ok()).cloned());
        // The root is our child: it stays a zombie until `start_again` waits for it.
        left.retain(|process| process.pid != deployment.root() && !processes::is_zombie(process.pid));
        if left.is_empty() || Instant::now() > end {
            break left;
        }
        sleep(Duration::from_millis(5));
    };
    let took = deployment.start_again();
    deployment.wait_until_clean();
    (left, took)
}
