//! Hostile edits, kills and clients at the same time, for a given time.

mod clients;
mod hostile;

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use self::clients::Clients;
use self::hostile::Hostile;
use crate::PATIENCE;
use crate::torture::http::{ask_now, form};
use crate::torture::processes::{self, Process};
use crate::torture::{Deployment, Random, within};

/// A pause after which threads that the supervisor started for one job have ended.
const QUIET: Duration = Duration::from_secs(15);
/// The password of every `isso.cfg` here.
const PASSWORD: &str = "correct-horse-battery-staple";

/// What the supervisor needs while nothing happens.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Its memory in KiB.
    pub resident: u64,
    /// Its open files and sockets.
    pub descriptors: usize,
    /// Its threads.
    pub threads: usize,
}

/// The outcome of a soak.
#[derive(Debug)]
pub struct Soak {
    /// At the start, in the middle and at the end.
    pub readings: [Reading; 3],
    /// How often something hostile was done.
    pub done: usize,
    /// How often logins were tried, with the password and with others.
    pub asked: usize,
    /// Logins that went wrong, and other faults.
    pub wrong: Vec<String>,
    /// Processes that were left after `up` had ended.
    pub left: Vec<Process>,
}

/// Runs hostile edits, kills and clients for this time against a deployment that was started with the template.
pub fn soak(deployment: Deployment, over: Duration, seed: u64) -> Soak {
    let good = deployment.text();
    let mut hostile = Hostile::new(&deployment, good, Random::new(seed));
    let mut outcome = Soak {
        readings: [read(&deployment); 3],
        done: 0,
        asked: 0,
        wrong: Vec::new(),
        left: Vec::new(),
    };
    for half in 1..=2 {
        let end = Instant::now() + over / 2;
        let clients = Clients::start(&deployment);
        while Instant::now() < end {
            let what = hostile.act();
            outcome.done += 1;
            outcome.look(&deployment, what);
        }
        clients.end();
        hostile.mend();
        let well = within(PATIENCE, || {
            deployment.well()?;
            deployment.clean()
        });
        let amiss = well.err().map(|instead| format!("mended, half {half}: {instead}"));
        outcome.wrong.extend(amiss);
        if login(&deployment, PASSWORD) != Some(true) {
            outcome.wrong.push(format!("half {half}: the password is refused"));
        }
        sleep(QUIET);
        outcome.readings[half] = read(&deployment);
    }
    outcome.wrong.extend(hostile.wrong);
    outcome.left = end(&deployment);
    outcome
}

impl Soak {
    /// Checks that Isso, if it answers, takes the password and no other.
    fn look(&mut self, deployment: &Deployment, what: &str) {
        for (password, right) in [
            (PASSWORD, true),
            ("", false),
            ("please_choose_a_strong_password", false),
        ] {
            let taken = login(deployment, password);
            self.asked += usize::from(taken.is_some());
            if taken.is_some_and(|taken| taken != right) {
                let word = if right { "is refused" } else { "is taken" };
                self.wrong.push(format!("after {what}: {password:?} {word}"));
            }
        }
    }
}

/// Whether Isso takes a password; `None` while no Isso answers.
fn login(deployment: &Deployment, password: &str) -> Option<bool> {
    let answer = ask_now(deployment.address, &form("/login/", &format!("password={password}"))).ok()?;
    match answer.status {
        300..=399 => Some(true),
        200 | 401 | 403 => Some(false),
        _ => None,
    }
}

fn read(deployment: &Deployment) -> Reading {
    let pid = deployment.root();
    let count = |what: &str| {
        let entries = std::fs::read_dir(Path::new("/proc").join(pid.to_string()).join(what));
        entries.map_or(0, Iterator::count)
    };
    Reading {
        resident: processes::resident(pid),
        descriptors: count("fd"),
        threads: count("task"),
    }
}

/// Ends `up` as systemd would, and returns the processes that are left.
fn end(deployment: &Deployment) -> Vec<Process> {
    let folder = deployment.folder().to_string_lossy().into_owned();
    kill(deployment.root(), Signal::SIGTERM).expect("`up` is there");
    let mut left = Vec::new();
    // What was seen last is returned, so it does not matter how the wait ended.
    let _ = within(PATIENCE, || {
        left = deployment.gunicorns();
        left.extend(processes::naming(&folder));
        left.retain(|process| !processes::is_zombie(process.pid));
        match left.is_empty() {
            true => Ok(()),
            false => Err(format!("{left:?}")),
        }
    });
    left
}
