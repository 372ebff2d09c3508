//! The Python environment, made before the first start with a bar to watch.

use indicatif::{ProgressBar, ProgressStyle};
use isso_daemon::{Progress, Runtime, Step};

use crate::error::Failure;
use crate::output::Output;
use crate::printer::{self, LAST_LINES};

/// Makes the environment if it is missing or damaged.
pub fn ensure(runtime: &Runtime, output: Output) -> Result<(), Failure> {
    if runtime.is_ready() {
        return Ok(());
    }
    output.note("Installing Isso into a Python environment of its own; this is done once.");
    printer::flush(LAST_LINES);
    // Drawn on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(0).with_style(
        ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}").expect("the template is valid"),
    );
    let made = runtime.ensure(|Progress { step, done, total }| {
        bar.set_length(u64::try_from(total).unwrap_or(0));
        bar.set_position(u64::try_from(done).unwrap_or(0));
        bar.set_message(describe(&step));
    });
    bar.finish_and_clear();
    made.map_err(|source| Failure::new("Isso could not be installed", source))
}

fn describe(step: &Step) -> String {
    match step {
        Step::Wait => "waiting for another issoctl that installs it".to_owned(),
        Step::Create => "making a Python environment".to_owned(),
        Step::Fetch(package) => format!("fetching {package}"),
        Step::Install => "installing what was fetched".to_owned(),
        Step::Build(package) => format!("building {package}"),
    }
}
