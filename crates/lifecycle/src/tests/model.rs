//! A second opinion: what the machine ought to do, told without states and transitions.

use crate::State;

use super::moves::Move;
use super::world::Port;

#[derive(Debug, Default)]
pub(super) struct Model {
    initialised: bool,
    password: bool,
    wanted: bool,
    locked: bool,
    restoring: bool,
    backing_up: bool,
    /// What Isso is at, where it is to be up.
    up: Option<State>,
    /// Isso is to be down, and would not stop.
    defiant: bool,
}

impl Model {
    pub(super) fn new(password: bool) -> Model {
        Model {
            password,
            ..Model::default()
        }
    }

    pub(super) fn state(&self) -> State {
        match self.up {
            _ if !self.initialised => State::Installed,
            _ if self.restoring => State::Restoring,
            _ if self.backing_up => State::BackingUp,
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
                asks.then_some("restore-running")
                    .or(ends.then_some("restore-failed"))
            }
            Move::Start if !self.password && self.up.is_none() => Some("no-password"),
            Move::Backup | Move::Restore if self.backing_up => Some("backup-running"),
            Move::BackupFinished { well: false } if self.backing_up => Some("backup-failed"),
            _ => None,
        }
    }

    /// Makes the move, with all calls to the ports in `faults` failing.
    pub(super) fn make(&mut self, made: Move, faults: &[Port]) {
        let works = |port| !faults.contains(&port);
        let told = !matches!(made, Move::Edit { .. });
        self.defiant &= !(told && self.up.is_none() && works(Port::Stop));
        let settled = self.initialised && !self.restoring;
        match made {
            Move::Edit { password } => self.password = password,
            Move::Init if self.restoring => {}
            Move::Init => {
                self.initialised = true;
                self.look(Port::Settle, faults);
            }
            Move::Start => {
                self.wanted = true;
                if settled && self.up.is_none() {
                    self.look(Port::Settle, faults);
                }
            }
            Move::Stop => {
                self.wanted = false;
                self.bring_down(faults);
            }
            Move::Restored { .. } | Move::RestoreFailed if self.restoring => {
                if let Move::Restored { password } = made {
                    self.password = password;
                }
                self.restoring = false;
                self.look(Port::Settle, faults);
            }
            _ if !settled => {}
            Move::SetPassword if works(Port::Invoke) => {
                self.password = true;
                self.look(Port::Gate, faults);
            }
            Move::DropPassword if works(Port::Invoke) => {
                self.password = false;
                self.look(Port::Gate, faults);
            }
            Move::OtherSettings if works(Port::Invoke) => self.look(Port::Gate, faults),
            Move::SettingsChanged => self.look(Port::Settle, faults),
            Move::Ready if self.up.is_some() => self.up = Some(State::Serving),
            Move::Exited | Move::StaleExited if self.up.is_some() => {
                self.up = Some(State::Recovering);
            }
            Move::RestartDue if self.up.is_some() => {
                self.up = Some(State::Recovering);
                self.look(Port::Gate, faults);
            }
            Move::Backup if !self.backing_up => self.backing_up = works(Port::BeginBackup),
            Move::BackupFinished { .. } => self.backing_up = false,
            Move::Restore if !self.backing_up => self.restore(faults),
            _ => {}
        }
        let stopped = self.initialised && !self.restoring && !self.locked && self.up.is_none();
        if told && stopped && self.wanted && !self.defiant {
            self.look(Port::Settle, faults);
        }
    }

    /// Looks for the password and does what follows from it.
    fn look(&mut self, port: Port, faults: &[Port]) {
        self.locked = !self.password || faults.contains(&port);
        match self.up {
            _ if self.locked => self.bring_down(faults),
            None if self.wanted && !self.defiant => self.start(faults),
            Some(State::Recovering) => self.start(faults),
            Some(_) if !faults.contains(&Port::Reload) => self.up = Some(State::Reloading),
            _ => {}
        }
    }

    fn start(&mut self, faults: &[Port]) {
        self.up = Some(if faults.contains(&Port::Start) {
            State::Recovering
        } else {
            State::Starting
        });
    }

    fn bring_down(&mut self, faults: &[Port]) {
        if self.up.take().is_some() {
            self.defiant = faults.contains(&Port::Stop);
        }
    }

    fn restore(&mut self, faults: &[Port]) {
        if (self.up.is_some() || self.defiant) && faults.contains(&Port::Stop) {
            return;
        }
        self.up = None;
        self.restoring = !faults.contains(&Port::BeginRestore);
        if !self.restoring {
            self.look(Port::Settle, faults);
        }
    }
}
