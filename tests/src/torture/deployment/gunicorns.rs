//! The processes of a deployment: the supervisor's, and every gunicorn with its workers.

use std::time::Duration;

use nix::unistd::Pid;

use super::Deployment;
use crate::PATIENCE;
use crate::torture::processes::{self, Process};
use crate::torture::wait;

/// How many workers each gunicorn has.
const WORKERS: usize = 4;

impl Deployment {
    /// The processes of the supervisor: everything except gunicorn and the program that runs the supervisor.
    pub fn supervisors(&self) -> Vec<Process> {
        let mut tree = processes::tree(self.root());
        if self.keeper.is_wrapped() {
            tree.retain(|process| process.pid != self.root());
        }
        tree.retain(|process| !process.is_gunicorn() && !process.is_zombie());
        tree
    }

    /// gunicorn's present master.
    pub fn master(&self) -> Pid {
        self.wait_until_clean();
        self.masters()[0].pid
    }

    /// Every master below the supervisor: two while a change is being put in force.
    pub fn masters(&self) -> Vec<Process> {
        without_parent(&self.below())
    }

    /// The present workers.
    pub fn workers(&self) -> Vec<Process> {
        let master = self.master();
        self.gunicorns()
            .into_iter()
            .filter(|process| process.is_child_of(master))
            .collect()
    }

    /// Waits until one gunicorn runs with all its workers, and no process of another one.
    pub fn wait_until_clean(&self) -> Duration {
        wait("one gunicorn is left", PATIENCE, || self.clean()).1
    }

    /// Checks that one gunicorn runs with all its workers, and no process of another one.
    pub fn clean(&self) -> Result<(), String> {
        // The second look reads all processes of this machine, so the quick one comes first.
        self.is_one_gunicorn(&self.below())?;
        self.is_one_gunicorn(&self.gunicorns())
    }

    fn is_one_gunicorn(&self, gunicorns: &[Process]) -> Result<(), String> {
        let masters = without_parent(gunicorns);
        let ours = |process: &Process| {
            let below =
                |master: &Process| master.pid == process.pid || process.is_child_of(master.pid) && process.has_booted();
            masters.iter().any(below)
        };
        if masters.len() == 1 && gunicorns.len() == WORKERS + 1 && gunicorns.iter().all(ours) {
            Ok(())
        } else {
            Err(format!("masters {masters:?} among {gunicorns:?}"))
        }
    }

    /// Every gunicorn that is below the supervisor or listens here.
    pub fn gunicorns(&self) -> Vec<Process> {
        let mut found = self.below();
        let known: Vec<Pid> = found.iter().map(|process| process.pid).collect();
        let holders = processes::holders(self.address.port()).into_iter();
        found.extend(holders.filter(|holder| holder.is_gunicorn() && !known.contains(&holder.pid)));
        found
    }

    fn below(&self) -> Vec<Process> {
        let mut found = processes::tree(self.root());
        found.retain(|process| process.is_gunicorn() || process.is_zombie());
        found
    }
}

/// The masters: every gunicorn whose parent is no gunicorn.
fn without_parent(gunicorns: &[Process]) -> Vec<Process> {
    let is_worker = |process: &Process| gunicorns.iter().any(|parent| process.is_child_of(parent.pid));
    gunicorns
        .iter()
        .filter(|process| !is_worker(process))
        .cloned()
        .collect()
}
