//! The settings on their way from `isso.cfg` to Isso: what it runs on, what it is to run on next, and
//! why the file is not in force if it is not.
//!
//! ```text
//! isso.cfg ──looked at──→ accepted ──Isso gets ready on them──→ in force, and kept as last-good
//!              │ refused                │ Isso refuses them
//!              └────────→ problem ←─────┘   (what is in force stays so)
//! ```

mod outcome;
mod port;
mod prepare;
mod review;
mod status;

use std::sync::{Mutex, MutexGuard, PoisonError};

use isso_cfg::{Diagnostic, Document, Volume, keys};
use isso_lifecycle::Gate;
use tokio::sync::watch;

pub use port::SettingsPort;
pub use status::{FileProblem, SettingsStatus};

/// The one place that knows which settings count.
#[derive(Debug)]
pub struct ActiveSettings {
    volume: Volume,
    state: Mutex<SettingsState>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct SettingsState {
    /// What the next generation gets.
    accepted: Option<Document>,
    /// What the last generation got. A newer change may have been accepted since.
    given: Option<Document>,
    /// What Isso serves on, or served on last.
    in_force: Option<Document>,
    /// What Isso failed to start with, while the last good settings are tried in its place.
    given_up: Option<Document>,
    /// Starts that failed with nothing to fall back on.
    failures: u32,
    /// Why the file is not in force.
    problem: Option<SettingsProblem>,
    /// The settings that Isso served on before this process, read when the files were settled: asked for by the
    /// supervisor, which must not wait for a disk.
    last_good: Option<Document>,
    /// Whether the files could not be settled, for a reason that may pass.
    unprepared: bool,
}

/// Why `isso.cfg` is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SettingsProblem {
    reason: String,
    problems: Vec<FileProblem>,
}

impl ActiveSettings {
    /// The settings of a volume, none of which are known yet.
    pub fn new(volume: Volume) -> ActiveSettings {
        ActiveSettings {
            volume,
            state: Mutex::default(),
            changed: watch::Sender::new(()),
        }
    }

    /// Notifies of everything after this moment that may change [`status`](ActiveSettings::status): a look at the file,
    /// whatever it found, and what became of settings that Isso was given.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// How the file and the running Isso stand to each other.
    pub fn status(&self) -> SettingsStatus {
        // An edit that nobody has looked at yet is not in force either.
        let file = self.volume.read().ok().map(|contents| contents.cfg);
        let state = self.state();
        let taken = match (&state.in_force, file) {
            (Some(in_force), Some(file)) => file.means_the_same(in_force),
            _ => false,
        };
        let (reason, problems) = match state.problem.clone() {
            Some(SettingsProblem { reason, problems }) => (Some(reason), problems),
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
        let state = self.state();
        let cfg = state.in_force.as_ref().or(state.accepted.as_ref());
        let websites = cfg.map_or_else(Vec::new, |cfg| cfg.read_lines(&keys::HOST));
        websites.into_iter().filter(|it| it != "localhost").collect()
    }

    fn state(&self) -> MutexGuard<'_, SettingsState> {
        // Every change is a few assignments, so there is no half of one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the file is not in force, as far as that was seen.
    pub fn reason(&self) -> Option<String> {
        let state = self.state();
        state.problem.as_ref().map(|it| it.reason.clone())
    }

    /// Whether the files could not be settled: the cause may lie outside of them, so that no change of theirs tells
    /// when it is gone.
    pub fn is_unprepared(&self) -> bool {
        self.state().unprepared
    }
}

impl SettingsState {
    fn gate(&self) -> Gate {
        gate(self.accepted.as_ref().is_some_and(Document::has_usable_password))
    }
}

impl SettingsProblem {
    fn of_file(diagnostics: &[Diagnostic]) -> SettingsProblem {
        let problems = diagnostics.iter().map(|found| FileProblem {
            line: found.line,
            column: found.column,
            text: found.text.clone(),
            message: found.message.clone(),
            fix: found.fix.clone(),
        });
        let reason = diagnostics.first().map_or_else(String::new, ToString::to_string);
        SettingsProblem {
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
