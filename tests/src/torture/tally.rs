//! Counts the outcomes of requests.

use std::fmt;
use std::time::{Duration, Instant};

use super::http::{Answer, Failure};

/// How many failures are described.
const WORDS: usize = 12;

/// Counts of every outcome.
#[derive(Debug, Clone)]
pub struct Tally {
    started: Instant,
    /// Answered as it should be.
    pub ok: usize,
    /// Connections that were refused.
    pub refused: usize,
    /// Connections that ended before a whole answer.
    pub broken: usize,
    /// Requests without an answer in time.
    pub timed_out: usize,
    /// Answers with a 4xx that Isso does not give to such a request.
    pub unexpected: usize,
    /// Answers with 503 of a supervisor whose Isso does not run.
    pub unavailable: usize,
    /// Other answers with a 5xx.
    pub server_errors: usize,
    /// The texts of the comments that were taken.
    pub posted: Vec<String>,
    /// How long each good answer took.
    latencies: Vec<Duration>,
    /// When the last failure happened.
    last_failure: Option<Instant>,
    first_unavailable: Option<Instant>,
    words: Vec<String>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            ok: 0,
            refused: 0,
            broken: 0,
            timed_out: 0,
            unexpected: 0,
            unavailable: 0,
            server_errors: 0,
            posted: Vec::new(),
            latencies: Vec::new(),
            last_failure: None,
            first_unavailable: None,
            words: Vec::new(),
        }
    }

    /// Adds what happened under another load.
    pub fn add(&mut self, other: Self) {
        self.ok += other.ok;
        self.refused += other.refused;
        self.broken += other.broken;
        self.timed_out += other.timed_out;
        self.unexpected += other.unexpected;
        self.unavailable += other.unavailable;
        self.server_errors += other.server_errors;
        self.posted.extend(other.posted);
        self.latencies.extend(other.latencies);
        self.last_failure = self.last_failure.max(other.last_failure);
        let both = [self.first_unavailable, other.first_unavailable];
        self.first_unavailable = both.into_iter().flatten().min();
        self.words.extend(other.words);
        self.words.truncate(WORDS);
    }

    /// Counts one request; `posted` is the text of its comment.
    pub(super) fn count(&mut self, result: Result<Answer, Failure>, posted: Option<String>, took: Duration) {
        let counter = match &result {
            Ok(answer) if expected(answer.status, posted.is_some()) => {
                self.ok += 1;
                self.latencies.push(took);
                self.posted.extend(posted);
                return;
            }
            Ok(answer) if is_unavailable(answer) => {
                self.first_unavailable.get_or_insert_with(Instant::now);
                &mut self.unavailable
            }
            Ok(answer) if answer.status >= 500 => &mut self.server_errors,
            Ok(_) => &mut self.unexpected,
            Err(Failure::Refused) => &mut self.refused,
            Err(Failure::Broken(_)) => &mut self.broken,
            Err(Failure::TimedOut) => &mut self.timed_out,
            Err(Failure::Ours(error)) => panic!("the load generator cannot send: {error}"),
        };
        *counter += 1;
        self.last_failure = Some(Instant::now());
        if self.words.len() < WORDS {
            let what = match result {
                Ok(answer) => answer.head.lines().next().unwrap_or_default().to_owned(),
                Err(failure) => format!("{failure:?}"),
            };
            let kind = if posted.is_some() { "POST" } else { "GET" };
            let since = self.started.elapsed();
            self.words
                .push(format!("{kind} at {since:.2?}, after {took:.2?}: {what}"));
        }
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.ok + self.failed()
    }

    /// How many requests failed.
    pub fn failed(&self) -> usize {
        self.unavailable + self.failed_otherwise()
    }

    /// How many of them failed in another way than with the 503 of a supervisor whose Isso does not run.
    pub fn failed_otherwise(&self) -> usize {
        self.refused + self.broken + self.timed_out + self.unexpected + self.server_errors
    }

    /// When the supervisor answered for the first time, because Isso did not run.
    pub fn first_unavailable(&self) -> Option<Instant> {
        self.first_unavailable
    }

    /// Whether a request failed after this moment.
    pub fn last_failure(&self) -> Option<Instant> {
        self.last_failure
    }

    /// The time within which this part of the good answers came.
    pub fn within(&self, part: f64) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort();
        let place = (sorted.len() as f64 * part) as usize;
        let last = sorted.len().saturating_sub(1);
        sorted.get(place.min(last)).copied().unwrap_or_default()
    }
}

/// An answer of Isso itself has another `Server`, and no `Retry-After`.
fn is_unavailable(answer: &Answer) -> bool {
    answer.status == 503 && answer.header("Server") == Some("issoctl") && answer.header("Retry-After").is_some()
}

fn expected(status: u16, posted: bool) -> bool {
    if posted {
        // 202 means that the comment waits for approval.
        matches!(status, 201 | 202)
    } else {
        // A page without comments is a 404.
        matches!(status, 200 | 404)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} failed ({} refused, {} broken, {} timed out, {} 4xx, {} unavailable, {} other 5xx)",
            self.failed(),
            self.requests(),
            self.refused,
            self.broken,
            self.timed_out,
            self.unexpected,
            self.unavailable,
            self.server_errors
        )?;
        for words in &self.words {
            write!(f, "\n  {words}")?;
        }
        Ok(())
    }
}
