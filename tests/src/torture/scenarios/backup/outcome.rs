//! The outcomes of a series of kills.

use std::time::Duration;

use crate::torture::Tally;

/// The outcome of a series of kills.
#[derive(Debug)]
pub struct Interrupted {
    /// The requests that were sent while an `up` was there to answer them.
    pub tally: Tally,
    /// How long the command takes when it is not killed.
    pub took: Duration,
    /// How many processes were killed before they were done.
    pub kills: usize,
    /// How many of them while files were being put in place.
    pub halfway: usize,
    /// How often the new state stood afterwards.
    pub new: usize,
    /// States that were neither the old nor the new one, or not whole.
    pub wrong: Vec<String>,
    /// How many comments Isso has acknowledged.
    pub taken: usize,
    /// Acknowledged comments that are nowhere, or not in a backup that was begun later.
    pub lost: Vec<String>,
    /// Starts after which files or processes were left, or Isso did not serve.
    pub unclean: Vec<String>,
}

impl Interrupted {
    pub(super) fn new(took: Duration, tally: Tally) -> Self {
        Self {
            tally,
            took,
            kills: 0,
            halfway: 0,
            new: 0,
            wrong: Vec::new(),
            taken: 0,
            lost: Vec::new(),
            unclean: Vec::new(),
        }
    }

    pub(super) fn miss(&mut self, taken: &[String], has: impl Fn(&String) -> bool) {
        let missing = taken.iter().filter(|text| !has(text));
        self.lost.extend(missing.cloned());
    }

    pub(super) fn end(mut self) -> Self {
        self.taken += self.tally.posted.len();
        // Each may have been missed by several looks.
        self.lost.sort();
        self.lost.dedup();
        self
    }
}
