//! The table that `make bench` and `make torture` print.

use std::process::ExitCode;
use std::time::Duration;

use crate::torture::Tally;
use crate::torture::scenarios::{Interrupted, Reloads};

/// One table, each row of which is printed as soon as it is known. It counts the goals that were missed.
#[derive(Debug)]
pub struct Table {
    missed: usize,
    /// What the status said of each broken edit, for the end.
    pub said: Vec<(&'static str, String)>,
}

impl Table {
    /// Prints the heads of the columns.
    pub fn begin(columns: &[&str]) -> Self {
        let table = Self {
            missed: 0,
            said: Vec::new(),
        };
        table.print("", "goal", columns);
        table
    }

    /// A figure without a goal.
    pub fn row(&self, name: &str, measured: &str) {
        self.print(name, "", &[measured]);
    }

    /// A figure with a goal, and whether it was met.
    pub fn goal(&mut self, name: &str, measured: &str, met: bool, goal: &str) {
        self.wide(name, &[measured.to_owned()], met, goal);
    }

    /// A count that must be 0.
    pub fn none(&mut self, name: &str, count: usize) {
        self.goal(name, &count.to_string(), count == 0, "0");
    }

    /// A row with a figure for each column.
    pub fn wide(&mut self, name: &str, figures: &[String], met: bool, goal: &str) {
        let figures: Vec<&str> = figures.iter().map(String::as_str).collect();
        if met {
            self.print(name, goal, &figures);
        } else {
            self.missed += 1;
            self.print(name, &format!("MISSED {goal}"), &figures);
        }
    }

    /// A time that must not be longer than this.
    pub fn aim(&mut self, name: &str, took: Duration, aim: Duration) {
        self.goal(name, &secs(took), took <= aim, &format!("<= {} s", aim.as_secs_f64()));
    }

    /// The median of these times beside that of a start by hand, and how many times as long it may be.
    pub fn times(&mut self, name: &str, took: &[Duration], by_hand: Duration, times: f64) {
        let took = median(took);
        let (met, goal) = ratio(took, by_hand, times);
        self.goal(name, &secs(took), met, &goal);
    }

    /// How many requests failed, of how many; none may.
    pub fn failed(&mut self, name: &str, tally: &Tally) {
        self.goal(name, &tally.failed().to_string(), tally.failed() == 0, "0");
        self.row("  of requests", &tally.requests().to_string());
        if tally.failed() > 0 {
            eprintln!("{tally}");
        }
    }

    /// The outcome of a series of changes.
    pub fn reloads(&mut self, name: &str, outcome: &Reloads) {
        self.failed(&format!("{name}: failed"), &outcome.tally);
        let (took, tally) = (&outcome.took, &outcome.tally);
        self.row("  in force after, median", &secs(median(took)));
        self.row("  in force after, slowest", &secs(slowest(took)));
        self.row("  slowest answer", &secs(tally.within(1.0)));
        self.goal(
            "  answers by settings of before",
            &outcome.stale.len().to_string(),
            outcome.stale.is_empty(),
            "0",
        );
        let lost = outcome.lost.len();
        self.goal(
            "  comments taken and lost",
            &format!("{lost} of {}", tally.posted.len()),
            lost == 0,
            "0",
        );
        // The lines of the log that the supervisor keeps grow to 1 MiB meanwhile.
        let memory = &outcome.resident;
        let (half, all) = (memory[memory.len() / 2], memory[memory.len() - 1]);
        self.row("  supervisor's memory after the first of them", &mib(memory[0]));
        self.row("  after half of them", &mib(half));
        self.goal("  after all of them", &mib(all), all <= half + 1024, "+ 1 MiB");
    }

    /// The outcome of backups or restores that were killed.
    pub fn interrupted(&mut self, name: &str, outcome: &Interrupted) {
        let Interrupted {
            tally,
            took,
            kills,
            halfway,
            new,
            wrong,
            taken,
            lost,
            unclean,
        } = outcome;
        self.row(&format!("{name}: kills"), &kills.to_string());
        self.row("  random moments within", &secs(*took));
        if *halfway > 0 {
            let halfway = halfway.to_string();
            self.row("  while files were being put in place", &halfway);
        }
        self.row("  the new state stood", &new.to_string());
        let mut none = |what: &str, found: &[String]| {
            self.goal(what, &found.len().to_string(), found.is_empty(), "0");
            found.iter().for_each(|found| eprintln!("  {found}"));
        };
        none("  wrong states", wrong);
        none("  unclean starts", unclean);
        if *taken > 0 {
            none("  comments taken and lost", lost);
            self.row("  of comments", &taken.to_string());
        }
        if tally.requests() > 0 {
            self.failed("  failed", tally);
        }
    }

    fn print(&self, name: &str, goal: &str, figures: &[&str]) {
        let figure = |n: usize| figures.get(n).copied().unwrap_or_default();
        let line = format!(
            "{name:<58} {:>10} {goal:>20} {:>10} {:>11} {:>9} {:>9}",
            figure(0),
            figure(1),
            figure(2),
            figure(3),
            figure(4)
        );
        println!("{}", line.trim_end());
    }

    /// Prints what is left to say. The program fails if a goal was missed.
    pub fn end(self) -> ExitCode {
        if !self.said.is_empty() {
            println!("\nWhat the status said of each edit:");
        }
        for (edit, said) in &self.said {
            println!("  {edit}: {said}");
        }
        if self.missed == 0 {
            return ExitCode::SUCCESS;
        }
        println!("{} goals missed", self.missed);
        ExitCode::FAILURE
    }
}

/// Whether it took at most so many times as long, and that in words.
pub fn ratio(took: Duration, than: Duration, times: f64) -> (bool, String) {
    let ratio = took.as_secs_f64() / than.as_secs_f64();
    (ratio <= times, format!("{ratio:.2} <= {times}"))
}

/// Milliseconds.
pub fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}

/// Seconds.
pub fn secs(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}

/// KiB as MiB.
pub fn mib(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}

/// The median of some times.
pub fn median(all: &[Duration]) -> Duration {
    let mut sorted = all.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

/// The longest of some times.
pub fn slowest(all: &[Duration]) -> Duration {
    all.iter().copied().max().unwrap_or_default()
}
