//! How long it takes to start gunicorn by hand, with which other times are compared.

use std::time::Duration;

use isso_tests::table::{Table, median, secs};
use isso_tests::torture::scenarios::start_by_hand;
use isso_tests::torture::{Deployment, Keeper, Shape};

use crate::start;

/// How many starts each call measures.
const STARTS: usize = 3;

/// The same Isso with the same load and no supervisor.
pub struct Bare {
    deployment: Deployment,
    shape: Option<Shape>,
    took: Vec<Duration>,
}

impl Bare {
    /// Starts it a few times, while visitors ask.
    pub fn under(shape: Shape) -> Bare {
        Bare::new(Some(shape))
    }

    /// Starts it a few times, without visitors.
    pub fn idle() -> Bare {
        Bare::new(None)
    }

    fn new(shape: Option<Shape>) -> Bare {
        let deployment = start(Keeper::Nobody);
        let took = Vec::new();
        let mut bare = Bare {
            deployment,
            shape,
            took,
        };
        bare.measure();
        bare
    }

    /// Starts it a few times more. Called before and after a measurement, so that both see the machine in the same
    /// state.
    pub fn measure(&mut self) {
        let took = start_by_hand(&mut self.deployment, STARTS, self.shape);
        self.took.extend(took);
    }

    pub fn median(&self) -> Duration {
        median(&self.took)
    }

    /// Prints the median of these times, and returns it.
    pub fn row(&self, table: &mut Table) -> Duration {
        let took = self.median();
        let what = match self.shape {
            Some(_) => "gunicorn started by hand under the same load, median",
            None => "gunicorn started by hand, idle, median",
        };
        table.row(what, &secs(took));
        took
    }
}
