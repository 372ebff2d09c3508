//! A small world behind the ports, which records each call that should never have been made.

mod fake_ports;

use std::sync::{Arc, Mutex, MutexGuard};

use crate::context::Context;
use crate::{Gate, Lifecycle, PortError, Ports, Refusal, Review};

use self::fake_ports::{Action, FakePorts};
use super::moves::{Move, Text};

/// Every port call there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Port {
    Prepare,
    Gate,
    Review,
    Raise,
    Clear,
    Invoke,
    Start,
    Reload,
    Stop,
    BeginRestore,
}

/// The world as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct WorldState {
    /// What stands in the file.
    pub(super) file: Text,
    /// The settings Isso would be started with: those last accepted. None before the file was
    /// prepared with a password in it, and after a stop.
    pub(super) accepted: Option<Text>,
    /// The settings Isso was last started or reloaded with, until it is stopped. They are a
    /// snapshot: no edit changes them.
    pub(super) given: Option<Text>,
    /// Whether the last check found a password; one that failed found none.
    pub(super) seen: bool,
    /// The critical task is shown.
    pub(super) task: bool,
    /// An Isso runs.
    pub(super) process: bool,
    /// A restore is replacing the files.
    pub(super) replacing: bool,
    /// A backup is reading them.
    pub(super) saving: bool,
}

/// Which port calls fail.
pub(super) enum Faults {
    /// All calls to these ports.
    At(Vec<Port>),
    /// The calls for which `true` stands, counted since the event.
    Nth(Vec<bool>),
}

pub(super) struct World {
    pub(super) state: WorldState,
    pub(super) faults: Faults,
    /// The port calls since the event, and whether each failed.
    pub(super) calls: Vec<(Port, bool)>,
    /// Port calls that should never have been made.
    pub(super) violations: Vec<&'static str>,
}

impl World {
    pub(super) fn has_failed(&self, port: Port) -> bool {
        self.calls.contains(&(port, true))
    }

    /// Whether the call was made, and went well, since the event.
    fn has_done(&self, port: Port) -> bool {
        self.calls.contains(&(port, false))
    }

    fn call(&mut self, port: Port) -> Result<(), PortError> {
        let fails = match &self.faults {
            Faults::At(ports) => ports.contains(&port),
            Faults::Nth(plan) => plan.get(self.calls.len()).copied().unwrap_or(false),
        };
        self.calls.push((port, fails));
        if fails {
            Err(format!("{port:?} is broken").into())
        } else {
            Ok(())
        }
    }

    fn forbid(&mut self, wrong: bool, violation: &'static str) {
        if wrong {
            self.violations.push(violation);
        }
    }

    fn prepare(&mut self) -> Result<Gate, PortError> {
        self.state.accepted = None;
        let gate = self.look(Port::Prepare, self.state.file)?;
        if gate == Gate::Open {
            self.state.accepted = Some(self.state.file);
        }
        Ok(gate)
    }

    fn look(&mut self, port: Port, at: Text) -> Result<Gate, PortError> {
        self.forbid_reading();
        self.state.seen = false;
        self.call(port)?;
        self.state.seen = at.has_password();
        Ok(if self.state.seen { Gate::Open } else { Gate::Locked })
    }

    fn review(&mut self) -> Result<Review, PortError> {
        self.forbid_reading();
        self.forbid(self.state.accepted.is_none(), "a review with nothing in force");
        self.call(Port::Review)?;
        let state = &mut self.state;
        if state.file.has_password() {
            state.accepted = Some(state.file);
        }
        Ok(if state.file.has_password() && state.given != Some(state.file) {
            Review::Changed
        } else {
            Review::Unchanged
        })
    }

    fn forbid_reading(&mut self) {
        self.forbid(self.state.replacing, "a look at files that are being replaced");
    }

    fn forbid_unsafe_isso(&mut self) {
        let on = self.state.accepted.unwrap_or(self.state.file);
        self.forbid(!on.has_password(), "Isso brought up on settings without a password");
        self.forbid(
            self.state.accepted.is_none(),
            "Isso brought up on a file that was not prepared",
        );
        self.forbid(!self.state.seen, "Isso brought up though the password was not seen");
        self.forbid(self.state.replacing, "Isso brought up while its files are replaced");
    }
}

/// The machine, and the world it drives.
pub(super) struct Scenario {
    pub(super) isso: Lifecycle,
    world: Arc<Mutex<World>>,
}

impl Scenario {
    pub(super) fn new(state: WorldState) -> Scenario {
        let world = Arc::new(Mutex::new(World {
            state,
            faults: Faults::At(Vec::new()),
            calls: Vec::new(),
            violations: Vec::new(),
        }));
        let ports = || Box::new(FakePorts(Arc::clone(&world)));
        let ports = Ports {
            settings: ports(),
            tasks: ports(),
            daemon: ports(),
            restorer: ports(),
        };
        Scenario {
            isso: Lifecycle::new(ports),
            world,
        }
    }

    /// The same moment in a world of its own.
    pub(super) fn fork(&self) -> Scenario {
        let mut fork = Scenario::new(self.world().state);
        fork.isso.machine = self.isso.machine.clone();
        let ports = fork.isso.context.ports;
        fork.isso.context = Context::new(ports);
        fork.isso.context.pending = self.isso.context.pending;
        fork
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no port panics while it holds the world")
    }

    /// Makes the move in the world, sends the event to the machine, and returns the code of a refusal.
    pub(super) async fn make(&mut self, made: Move, faults: Faults) -> Option<&'static str> {
        {
            let mut world = self.world();
            world.faults = faults;
            world.calls.clear();
            let state = &mut world.state;
            match made {
                Move::Edit { to } => state.file = to,
                Move::Exited => state.process = false,
                Move::BackupFinished { .. } => state.saving = false,
                Move::Restored { to } if state.replacing => {
                    state.file = to;
                    state.replacing = false;
                }
                Move::RestoreFailed => state.replacing = false,
                _ => {}
            }
        }
        let action = Arc::new(Action(Arc::clone(&self.world), made));
        let answer = self.isso.handle(made.event(action)?).await;
        let refused = matches!(
            answer,
            Err(Refusal::NotInitialised | Refusal::BackupRunning | Refusal::RestoreRunning)
        );
        if made == Move::Backup && !refused {
            let mut world = self.world();
            let state = world.state;
            world.forbid(state.saving, "two backups at a time");
            world.forbid(state.replacing, "a backup of files that are being replaced");
            world.state.saving = true;
        }
        answer.err().map(|refusal| refusal.code())
    }
}
