//! The table that is printed, a row as soon as it is known.

use std::process::ExitCode;
use std::time::Duration;

/// Rows, and how many of their goals were missed.
pub struct Table {
    missed: usize,
}

impl Table {
    pub fn begin() -> Table {
        println!("{:<52} {:>10}  {:>10}", "", "measured", "goal");
        Table { missed: 0 }
    }

    /// Something to know, of which nothing is demanded.
    pub fn row(&self, name: &str, measured: &str) {
        println!("{name:<52} {measured:>10}");
    }

    /// Something of which something is demanded.
    pub fn goal(&mut self, name: &str, measured: &str, met: bool, goal: &str) {
        let word = if met { "" } else { "  MISSED" };
        println!("{name:<52} {measured:>10}  {goal:>10}{word}");
        self.missed += usize::from(!met);
    }

    pub fn none(&mut self, name: &str, count: usize) {
        self.goal(name, &count.to_string(), count == 0, "0");
    }

    pub fn end(self) -> ExitCode {
        if self.missed == 0 {
            return ExitCode::SUCCESS;
        }
        println!("{} goals missed", self.missed);
        ExitCode::FAILURE
    }
}

pub fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}

pub fn s(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
