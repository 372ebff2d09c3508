//! The settings on their way from `isso.cfg` to Isso: what it runs on, what it is to run on next, and
//! why the file is not in force if it is not.
//!
//! ```text
//! isso.cfg ──looked at──→ accepted ──Isso gets ready on them──→ in force, and kept as last-good
//!              │ refused                │ Isso refuses them
//!              └────────→ trouble ←─────┘   (what is in force stays so)
//! ```

mod outcome;
mod port;
mod prepare;
mod review;
mod status;

use std::sync::{Mutex, MutexGuard, PoisonError};

use isso_cfg::{Diagnostic, Document, Volume, keys};
use isso_lifecycle::Gate;

pub use port::ConfigPort;
pub use status::{FileProblem, SettingsStatus};

/// The one place that knows which settings count.
#[derive(Debug)]
pub struct Desk {
    volume: Volume,
    papers: Mutex<Papers>,
}

#[derive(Debug, Default)]
struct Papers {
    /// What the next generation gets.
    accepted: Option<Document>,
    /// What Isso serves on, or served on last.
    in_force: Option<Document>,
    /// What Isso failed to start with, while the last good settings are tried in its place.
    given_up: Option<Document>,
    /// Starts that failed with nothing to fall back on.
    failures: u32,
    /// Why the file is not in force.
    trouble: Option<Trouble>,
    /// The settings that Isso served on before this process, read when the files were settled: asked for by the
    /// supervisor, which must not wait for a disk.
    last_good: Option<Document>,
    /// Whether the files could not be settled, for a reason that may pass.
    unsettled: bool,
}

/// Why `isso.cfg` is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    reason: String,
    problems: Vec<FileProblem>,
}

impl Desk {
    /// An empty desk for the settings of a volume.
    pub fn new(volume: Volume) -> Desk {
        Desk {
            volume,
            papers: Mutex::default(),
        }
    }

    /// How the file and the running Isso stand to each other.
    pub fn status(&self) -> SettingsStatus {
        // An edit that nobody has looked at yet is not in force either.
        let file = self.volume.read().ok().map(|contents| contents.cfg);
        let papers = self.papers();
        let taken = match (&papers.in_force, file) {
            (Some(in_force), Some(file)) => file.means_the_same(in_force),
            _ => false,
        };
        let (reason, problems) = match papers.trouble.clone() {
            Some(Trouble { reason, problems }) => (Some(reason), problems),
            None => (None, Vec::new()),
        };
        SettingsStatus {
            in_force: taken && reason.is_none(),
            reason,
            problems,
        }
    }

    /// The websites that may embed comments, as Isso has them, or will.
    pub fn websites(&self) -> Vec<String> {
        let papers = self.papers();
        let cfg = papers.in_force.as_ref().or(papers.accepted.as_ref());
        let websites = cfg.map_or_else(Vec::new, |cfg| cfg.read_lines(&keys::HOST));
        websites.into_iter().filter(|it| it != "localhost").collect()
    }

    fn papers(&self) -> MutexGuard<'_, Papers> {
        // Every change is a few assignments, so there is no half of one.
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the file is not in force, as far as that was seen.
    pub fn reason(&self) -> Option<String> {
        let papers = self.papers();
        papers.trouble.as_ref().map(|it| it.reason.clone())
    }

    /// Whether the files could not be settled: the cause may lie outside of them, so that no change of theirs tells
    /// when it is gone.
    pub fn is_unsettled(&self) -> bool {
        self.papers().unsettled
    }
}

impl Papers {
    fn gate(&self) -> Gate {
        gate(self.accepted.as_ref().is_some_and(Document::has_usable_password))
    }
}

impl Trouble {
    fn of_file(diagnostics: &[Diagnostic]) -> Trouble {
        let problems = diagnostics.iter().map(|found| FileProblem {
            line: found.line,
            column: found.column,
            text: found.text.clone(),
            message: found.message.clone(),
            fix: found.fix.clone(),
        });
        let reason = diagnostics.first().map_or_else(String::new, ToString::to_string);
        Trouble {
            reason: format!("isso.cfg is not in force: {reason}"),
            problems: problems.collect(),
        }
    }
}

fn gate(usable_password: bool) -> Gate {
    match usable_password {
        true => Gate::Open,
        false => Gate::Locked,
    }
}
