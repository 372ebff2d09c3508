//! Installs the Python environment before the first start, with a progress bar.

use indicatif::{ProgressBar, ProgressStyle};
use isso_host::daemon::{InstallProgress, InstallStep, Runtime};

use crate::failure::Failure;
use crate::output::Output;
use crate::printer::{self, FLUSH_WITHIN};

/// Installs the environment if it is missing or damaged.
pub fn ensure(runtime: &Runtime, output: Output) -> Result<(), Failure> {
    if runtime.is_ready() {
        return Ok(());
    }
    output.note("Installing Isso into a Python environment of its own; this is done once.");
    printer::flush(FLUSH_WITHIN);
    // Drawn on stderr, and only if that is a terminal.
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{bar:30} {pos}/{len}  {msg}").expect("the template is valid"));
    let made = runtime.ensure(|InstallProgress { step, done, total }| {
        bar.set_length(u64::try_from(total).unwrap_or(0));
        bar.set_position(u64::try_from(done).unwrap_or(0));
        bar.set_message(describe(&step));
    });
    bar.finish_and_clear();
    Ok(made?)
}

fn describe(step: &InstallStep) -> String {
    match step {
        InstallStep::Wait => "waiting for another issoctl that installs it".to_owned(),
        InstallStep::Create => "making a Python environment".to_owned(),
        InstallStep::Fetch(package) => format!("fetching {package}"),
        InstallStep::Install => "installing what was fetched".to_owned(),
        InstallStep::Build(package) => format!("building {package}"),
    }
}
