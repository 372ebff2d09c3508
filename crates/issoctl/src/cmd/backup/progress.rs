//! Runs long work with a progress bar, and cancels it at Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use isso_host::backup::{BackupStep, Progress};

use crate::failure::Failure;
use crate::signals::TermSignals;

/// A progress bar on stderr, drawn only if that is a terminal.
struct Bar {
    bar: ProgressBar,
    cancelled: Arc<AtomicBool>,
}

impl Progress for Bar {
    fn begin(&self, step: BackupStep, bytes: u64) {
        let template = match bytes {
            0 => "{msg:<24} {spinner}",
            _ => "{msg:<24} {bar:30} {bytes}/{total_bytes}  {eta}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is valid");
        self.bar.set_style(style);
        self.bar.reset();
        self.bar.set_length(bytes);
        self.bar.set_message(match step {
            BackupStep::Copy => "copying the database",
            BackupStep::Check => "checking the database",
            BackupStep::Pack => "writing the backup",
            BackupStep::Unpack => "reading the backup",
        });
    }

    fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// Runs long work in a thread, with a progress bar. The first SIGTERM or Ctrl-C cancels the work, which then removes
/// its files; a second one ends the program at once.
pub async fn with_progress<T: Send + 'static>(
    work: impl FnOnce(&dyn Progress) -> T + Send + 'static,
) -> Result<T, Failure> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let mut signals = TermSignals::new()?;
    let bar = Bar {
        bar: ProgressBar::new(0),
        cancelled: Arc::clone(&cancelled),
    };
    let mut working = tokio::task::spawn_blocking(move || {
        let done = work(&bar);
        bar.bar.finish_and_clear();
        done
    });
    loop {
        tokio::select! {
            done = &mut working => {
                return done.map_err(|bug| Failure::new("a bug in issoctl ended the work", bug));
            }
            // The second signal does not wait until the work notices the first one.
            () = signals.recv() => if cancelled.swap(true, Ordering::Relaxed) {
                std::process::exit(i32::from(Failure::FAILED));
            }
        }
    }
}
