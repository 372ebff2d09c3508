//! The settings on their way from `isso.cfg` to Isso: what it runs on, what it is to run on next, and why the file is
//! not in force if it is not.
//!
//! ```text
//! isso.cfg ──reviewed──→ accepted ──Isso gets ready on them──→ in force, and kept as last-good
//!              │ refused               │ Isso refuses them
//!              └────────→ problem ←────┘   (what is in force stays so)
//! ```
//!
//! A session key that was renewed goes the same way: Isso reads it in the database when it starts, so it is in force
//! once Isso was started again.

mod outcome;
mod port;
mod prepare;
mod review;
mod status;

use std::sync::{Mutex, MutexGuard, PoisonError};

use isso_cfg::{Diagnostic, Document, Volume, keys};
use isso_database::KeyState;
use isso_lifecycle::Gate;
use tokio::sync::watch;

pub use port::SettingsPort;
pub use status::{FileProblem, SettingsStatus};

/// Knows which settings are in force. The state machine has it review `isso.cfg`, the supervisor takes snapshots from
/// it and reports what became of them, and the API reads its status.
#[derive(Debug)]
pub struct ActiveSettings {
    volume: Volume,
    state: Mutex<SettingsState>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct SettingsState {
    /// The settings that the next generation of Isso gets.
    accepted: Option<Document>,
    /// What the last generation got. A newer change may have been accepted since.
    given: Option<Document>,
    /// The settings on which Isso serves, or served last.
    in_force: Option<Document>,
    /// The settings with which Isso failed to start, while the last good ones are tried in their place.
    given_up: Option<Document>,
    /// How many starts have failed since Isso served last.
    failures: u32,
    /// Why the file is not in force.
    problem: Option<SettingsProblem>,
    /// The settings on which Isso served before this process began. They are read when the files are prepared, because
    /// the supervisor, which needs them, must not wait for a disk.
    last_good: Option<Document>,
    /// Whether the files could not be prepared, for a reason that may pass.
    unprepared: bool,
    /// Which session key the next generation of Isso finds in the database.
    session_key: KeyState,
    /// Which one Isso has that serves, or served last.
    session_key_in_force: Option<KeyState>,
    /// Why Isso does not have the new one.
    session_key_problem: Option<String>,
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

    /// Says whether Isso runs on what the file says, and why not. Reads the file.
    pub fn status(&self) -> SettingsStatus {
        // An edit that was not reviewed yet is not in force either.
        let file = self.volume.read().ok().map(|contents| contents.cfg);
        let session_key = self.look_at_session_key();
        let state = self.state();
        let taken = match (&state.in_force, file) {
            (Some(in_force), Some(file)) => file.means_the_same(in_force),
            _ => false,
        };
        let has_key = session_key.is_none() || state.session_key_in_force == session_key;
        SettingsStatus {
            in_force: taken && has_key && state.reason().is_none(),
            reason: state.reason(),
            problems: state.problem.clone().map_or_else(Vec::new, |problem| problem.problems),
        }
    }

    /// Whether the database has another session key than before, as far as that can be seen just now.
    fn look_at_session_key(&self) -> Option<KeyState> {
        KeyState::of(&self.volume.db_path()).ok()
    }

    /// The websites that may embed comments, by the settings in force, or else by those that were accepted.
    pub fn websites(&self) -> Vec<String> {
        let websites = self.read(|cfg| cfg.read_lines(&keys::HOST)).unwrap_or_default();
        websites.into_iter().filter(|it| it != "localhost").collect()
    }

    /// The address at which browsers reach Isso, by the same settings; `None` if it is not set.
    pub fn public_address(&self) -> Option<String> {
        let address = self.read(|cfg| cfg.read_text(&keys::PUBLIC_ENDPOINT));
        address.filter(|address| !address.is_empty())
    }

    /// Reads the settings in force, or else those that were accepted.
    fn read<T>(&self, read: impl FnOnce(&Document) -> T) -> Option<T> {
        let state = self.state();
        state.in_force.as_ref().or(state.accepted.as_ref()).map(read)
    }

    fn state(&self) -> MutexGuard<'_, SettingsState> {
        // Every change is a few assignments, so there is no half of one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the file, or a new session key, is not in force, by the last review or start.
    pub fn reason(&self) -> Option<String> {
        self.state().reason()
    }

    /// Whether the files could not be prepared. The cause may lie outside of them, so no change of the files shows that
    /// it is gone.
    pub fn is_unprepared(&self) -> bool {
        self.state().unprepared
    }
}

impl SettingsState {
    fn reason(&self) -> Option<String> {
        let of_file = self.problem.as_ref().map(|problem| problem.reason.clone());
        of_file.or_else(|| self.session_key_problem.clone())
    }

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
