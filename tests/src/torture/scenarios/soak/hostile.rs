//! What is done to the settings and the processes.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};

use super::super::broken::review_cases::{CASES, mend};
use crate::PATIENCE;
use crate::torture::{Deployment, Random, Save, within};

/// Edits and kills that are meant to do harm.
pub struct Hostile<'a> {
    deployment: &'a Deployment,
    /// A text with which Isso serves.
    good: String,
    random: Random,
    turn: usize,
    /// Actions that did not end.
    pub wrong: Vec<String>,
}

impl<'a> Hostile<'a> {
    pub fn new(deployment: &'a Deployment, good: String, random: Random) -> Hostile<'a> {
        Hostile {
            deployment,
            good,
            random,
            turn: 0,
            wrong: Vec::new(),
        }
    }

    /// Does the next edit or kill and waits a little; returns what it was.
    pub fn act(&mut self) -> &'static str {
        self.turn += 1;
        let cfg = self.deployment.cfg();
        let what = match self.turn % 8 {
            0 => {
                let part = self.random.below(self.good.len());
                self.write(&self.good.as_bytes()[..part]);
                "a file that is half written"
            }
            1 => {
                self.write(b"");
                "an empty file"
            }
            2 => {
                self.write(&b"# much ado, and nothing behind it\n".repeat(100_000));
                "a huge file"
            }
            3 => {
                let _ = fs::set_permissions(&cfg, Permissions::from_mode(0o000));
                "a file without permissions"
            }
            4 => {
                self.mend();
                self.actions();
                "actions at once"
            }
            5 => {
                let masters = self.deployment.masters();
                for master in masters {
                    let _ = kill(master.pid, Signal::SIGKILL);
                }
                "a killed master"
            }
            6 => {
                let workers = self.deployment.gunicorns();
                let signal = [Signal::SIGKILL, Signal::SIGSTOP][self.random.below(2)];
                for worker in workers.iter().rev().take(2) {
                    let _ = kill(worker.pid, signal);
                }
                "killed or stopped workers"
            }
            _ => {
                let case = &CASES[self.turn / 8 % CASES.len()];
                self.mend();
                // The file may hold anything, and the supervisor may be putting it back at this moment.
                let _ = case.edit.make(&cfg, &self.good);
                case.name
            }
        };
        sleep(self.random.within(Duration::from_millis(1500)));
        if self.turn.is_multiple_of(5) {
            self.mend();
        }
        what
    }

    /// Saves the good text in place of whatever is there.
    pub fn mend(&self) {
        let cfg = self.deployment.cfg();
        // The supervisor may put a lost file back between two steps of it.
        let mended = within(PATIENCE, || mend(&cfg, &self.good).map_err(|error| error.to_string()));
        mended.expect("the file can be mended");
        let _ = fs::set_permissions(&cfg, Permissions::from_mode(0o600));
    }

    fn write(&self, text: &[u8]) {
        self.mend();
        Save::alternate(self.turn / 8).save(&self.deployment.cfg(), text);
    }

    /// Runs an action, which may be refused but must end.
    fn actions(&mut self) {
        let turn = self.turn;
        let website = |number: usize| format!("websites=https://blog{turn}-{number}.example");
        let mut running: Vec<Child> = (0..3)
            .map(|number| vec!["set-websites".to_owned(), website(number)])
            .chain([vec!["configure-server".to_owned(), "maxAge=2h".to_owned()]])
            .map(|words| {
                let mut command = self.deployment.command(&["action", "run"]);
                command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
                command.spawn().expect("issoctl runs")
            })
            .collect();
        for action in &mut running {
            let ended = within(PATIENCE, || match action.try_wait() {
                Ok(Some(_)) => Ok(()),
                other => Err(format!("{other:?}")),
            });
            if ended.is_err() {
                self.wrong.push(format!("turn {turn}: an action does not end"));
                let _ = action.kill();
                let _ = action.wait();
            }
        }
    }
}
