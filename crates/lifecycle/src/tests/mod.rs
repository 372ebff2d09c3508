//! Three kinds of tests: the exact port calls of each flow, random sequences against a model, and a walk through every
//! state that can be reached.

mod answers;
mod flows;
mod invariants;
mod model;
mod moves;
mod random;
mod walk;
mod world;

use std::future::Future;

/// Runs a test's future as the hosts do: on one thread.
fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without drivers needs nothing that could be missing")
        .block_on(future)
}
