//! A model of what the machine ought to do, written without states and transitions.

use crate::State;

use super::moves::{Move, Text};
use super::world::Port;

#[derive(Debug, Default)]
pub(super) struct Model {
    initialised: bool,
    /// What stands in the file.
    file: Text,
    /// The settings the next start or reload takes.
    accepted: Text,
    /// The settings Isso took last; none once it is stopped.
    given: Option<Text>,
    /// A process runs.
    alive: bool,
    wanted: bool,
    locked: bool,
    restoring: bool,
    pub(super) backing_up: bool,
    /// The state of an Isso that is to be up.
    up: Option<State>,
    /// Isso is to be down, and did not stop.
    stop_failed: bool,
}

impl Model {
    pub(super) fn new(file: Text) -> Model {
        Model {
            file,
            ..Model::default()
        }
    }

    pub(super) fn state(&self) -> State {
        match self.up {
            _ if !self.initialised => State::Installed,
            _ if self.restoring => State::Restoring,
            _ if self.locked => State::AwaitingPassword,
            Some(up) => up,
            None => State::Stopped,
        }
    }

    /// Why the move is refused in the present state, provided that no port fails.
    pub(super) fn refuses(&self, made: Move) -> Option<&'static str> {
        let invoked = matches!(
            made,
            Move::SetPassword | Move::DropPassword | Move::OtherSettings | Move::EmbedCode
        );
        match made {
            _ if !self.initialised => {
                let asks = invoked || matches!(made, Move::Start | Move::Backup | Move::Restore);
                asks.then_some("not-initialised")
            }
            _ if self.restoring => {
                let asks = invoked || matches!(made, Move::Init | Move::Backup | Move::Restore);
                let ends = made == Move::RestoreFailed;
                asks.then_some("restore-running").or(ends.then_some("restore-failed"))
            }
            Move::Start if !self.file.has_password() && self.up.is_none() => Some("no-password"),
            Move::Backup | Move::Restore if self.backing_up => Some("backup-running"),
            Move::BackupFinished { well: false } if self.backing_up => Some("backup-failed"),
            _ => None,
        }
    }

    /// Makes the move, with all calls to the ports in `faults` failing.
    pub(super) fn make(&mut self, made: Move, faults: &[Port]) {
        let works = |port| !faults.contains(&port);
        let told = !matches!(made, Move::Edit { .. });
        if told && self.stop_failed && works(Port::Stop) {
            self.gone();
        }
        let prepared = self.initialised && !self.restoring;
        match made {
            Move::Edit { to } => self.file = to,
            Move::Init if self.restoring => {}
            Move::Init => {
                self.initialised = true;
                self.look(faults);
            }
            Move::Start => {
                self.wanted = true;
                if prepared && self.up.is_none() {
                    self.prepare(faults);
                }
            }
            Move::Stop => {
                self.wanted = false;
                self.bring_down(faults);
            }
            Move::Restored { .. } | Move::RestoreFailed if self.restoring => {
                if let Move::Restored { to } = made {
                    self.file = to;
                }
                self.restoring = false;
                self.prepare(faults);
            }
            _ if !prepared => {}
            Move::SetPassword if works(Port::Invoke) => {
                self.file = self.file.with_password();
                self.look(faults);
            }
            Move::DropPassword if works(Port::Invoke) => {
                self.file = Text::Locked;
                self.look(faults);
            }
            Move::OtherSettings if works(Port::Invoke) => {
                self.file = self.file.otherwise();
                self.look(faults);
            }
            Move::SettingsChanged => self.look(faults),
            Move::Ready if self.up.is_some() => self.up = Some(State::Serving),
            Move::Exited | Move::StaleExited if self.up.is_some() => {
                self.up = Some(State::Recovering);
                self.alive &= made == Move::StaleExited;
            }
            Move::RestartDue if self.up.is_some() => self.restart(faults),
            Move::Backup => self.backing_up = true,
            Move::BackupFinished { .. } => self.backing_up = false,
            Move::Restore if !self.backing_up => self.restore(faults),
            _ => {}
        }
        let stopped = self.initialised && !self.restoring && !self.locked && self.up.is_none();
        if told && stopped && self.wanted && !self.stop_failed {
            self.prepare(faults);
        }
    }

    /// Looks at settings that may have changed: with Isso down at all there is, else at what is new.
    fn look(&mut self, faults: &[Port]) {
        if self.up.is_none() {
            self.prepare(faults);
        } else if !faults.contains(&Port::Review) && self.file.has_password() {
            self.accepted = self.file;
            if self.given != Some(self.file) {
                self.take_over(faults);
            }
        }
    }

    fn prepare(&mut self, faults: &[Port]) {
        self.locked = !self.file.has_password() || faults.contains(&Port::Prepare);
        self.accepted = self.file;
        if !self.locked && self.wanted && !self.stop_failed {
            self.start(faults);
        }
    }

    fn take_over(&mut self, faults: &[Port]) {
        if self.up == Some(State::Recovering) {
            self.restart(faults);
        } else if !faults.contains(&Port::Reload) {
            self.given = Some(self.accepted);
            self.up = Some(State::Reloading);
        }
    }

    /// What Isso ran on had a password, so only a look that fails can lock it.
    fn restart(&mut self, faults: &[Port]) {
        self.locked = faults.contains(&Port::Gate);
        if self.locked {
            self.bring_down(faults);
        } else {
            self.start(faults);
        }
    }

    fn start(&mut self, faults: &[Port]) {
        if !self.alive {
            self.given = Some(self.accepted);
        }
        let starts = !faults.contains(&Port::Start);
        self.alive |= starts;
        self.up = Some(if starts { State::Starting } else { State::Recovering });
    }

    fn bring_down(&mut self, faults: &[Port]) {
        if self.up.take().is_some() {
            self.stop_failed = faults.contains(&Port::Stop);
            if !self.stop_failed {
                self.gone();
            }
        }
    }

    fn gone(&mut self) {
        (self.stop_failed, self.alive, self.given) = (false, false, None);
    }

    fn restore(&mut self, faults: &[Port]) {
        if (self.up.is_some() || self.stop_failed) && faults.contains(&Port::Stop) {
            return;
        }
        self.up = None;
        self.gone();
        self.restoring = !faults.contains(&Port::BeginRestore);
        if !self.restoring {
            self.prepare(faults);
        }
    }
}
