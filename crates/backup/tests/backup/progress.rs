//! Implementations of `Progress` that react to each moment of the work.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use isso_backup::{BackupStep, Progress};

/// A moment of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A step begins.
    Begin(BackupStep),
    /// So many parts of a step are done.
    Part(BackupStep, usize),
    /// All bytes of a step are done, and the work asks whether it is cancelled.
    AllOf(BackupStep),
}

/// Calls a function at every moment, and cancels the work once the function says so.
pub struct At<F> {
    react: F,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    step: Option<BackupStep>,
    parts: usize,
    left: u64,
    cancelled: bool,
}

/// Calls a function at each moment, which says whether to cancel the work.
pub fn at<F: Fn(Moment) -> bool + Sync>(react: F) -> At<F> {
    let state = Mutex::default();
    At { react, state }
}

impl<F: Fn(Moment) -> bool + Sync> At<F> {
    fn tell(&self, state: &mut State, moment: Moment) {
        state.cancelled |= (self.react)(moment);
    }
}

impl<F: Fn(Moment) -> bool + Sync> Progress for At<F> {
    fn begin(&self, step: BackupStep, bytes: u64) {
        let mut state = self.state.lock().unwrap();
        (state.step, state.parts, state.left) = (Some(step), 0, bytes);
        self.tell(&mut state, Moment::Begin(step));
    }

    fn advance(&self, bytes: u64) {
        let mut state = self.state.lock().unwrap();
        let step = state.step.unwrap();
        state.parts += 1;
        state.left = state.left.saturating_sub(bytes);
        let parts = state.parts;
        self.tell(&mut state, Moment::Part(step, parts));
    }

    fn is_cancelled(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        if let Some(step) = state.step.filter(|_| state.left == 0) {
            self.tell(&mut state, Moment::AllOf(step));
        }
        state.cancelled
    }
}

/// The moments of some work in order, each once.
pub fn moments(work: impl FnOnce(&dyn Progress)) -> Vec<Moment> {
    let seen = Mutex::new(Vec::new());
    let progress = at(|moment| {
        let mut seen = seen.lock().unwrap();
        if !seen.contains(&moment) {
            seen.push(moment);
        }
        false
    });
    work(&progress);
    seen.into_inner().unwrap()
}

/// Cancels the work once it has asked so many times.
pub struct Patience(pub AtomicUsize);

impl Progress for Patience {
    fn begin(&self, _: BackupStep, _: u64) {}
    fn advance(&self, _: u64) {}
    fn is_cancelled(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}
