//! A small world behind the ports, which cries out when it is used wrongly.

mod hand;

use std::sync::{Arc, Mutex, MutexGuard};

use crate::context::Context;
use crate::{Gate, Lifecycle, PortError, Ports, Refusal, Review};

use self::hand::{Action, Hand};
use super::moves::{Move, Text};

/// Every port call there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Port {
    Settle,
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
pub(super) struct Facts {
    /// What stands in the file.
    pub(super) file: Text,
    /// The settings Isso would be started with: those last accepted. None before the file was
    /// settled with a password in it, and after a stop.
    pub(super) accepted: Option<Text>,
    /// The settings Isso was last started or reloaded with, until it is stopped. They are a
    /// snapshot: no edit changes them.
    pub(super) given: Option<Text>,
    /// Whether the last look told of a password; one that failed told of none.
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
    pub(super) facts: Facts,
    pub(super) faults: Faults,
    /// The port calls since the event, and whether each failed.
    pub(super) calls: Vec<(Port, bool)>,
    /// Port calls that should never have been made.
    pub(super) crimes: Vec<&'static str>,
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

    fn forbid(&mut self, wrong: bool, crime: &'static str) {
        if wrong {
            self.crimes.push(crime);
        }
    }

    fn settle(&mut self) -> Result<Gate, PortError> {
        self.facts.accepted = None;
        let gate = self.look(Port::Settle, self.facts.file)?;
        if gate == Gate::Open {
            self.facts.accepted = Some(self.facts.file);
        }
        Ok(gate)
    }

    fn look(&mut self, port: Port, at: Text) -> Result<Gate, PortError> {
        self.forbid_reading();
        self.facts.seen = false;
        self.call(port)?;
        self.facts.seen = at.has_password();
        Ok(if self.facts.seen { Gate::Open } else { Gate::Locked })
    }

    fn review(&mut self) -> Result<Review, PortError> {
        self.forbid_reading();
        self.forbid(self.facts.accepted.is_none(), "a review with nothing in force");
        self.call(Port::Review)?;
        let facts = &mut self.facts;
        if facts.file.has_password() {
            facts.accepted = Some(facts.file);
        }
        Ok(if facts.file.has_password() && facts.given != Some(facts.file) {
            Review::Changed
        } else {
            Review::Unchanged
        })
    }

    fn forbid_reading(&mut self) {
        self.forbid(self.facts.replacing, "a look at files that are being replaced");
    }

    fn forbid_unsafe_isso(&mut self) {
        let on = self.facts.accepted.unwrap_or(self.facts.file);
        self.forbid(!on.has_password(), "Isso brought up on settings without a password");
        self.forbid(
            self.facts.accepted.is_none(),
            "Isso brought up on a file that was not settled",
        );
        self.forbid(!self.facts.seen, "Isso brought up though the password was not seen");
        self.forbid(self.facts.replacing, "Isso brought up while its files are replaced");
    }
}

/// The machine, and the world it drives.
pub(super) struct Play {
    pub(super) isso: Lifecycle,
    world: Arc<Mutex<World>>,
}

impl Play {
    pub(super) fn new(facts: Facts) -> Play {
        let world = Arc::new(Mutex::new(World {
            facts,
            faults: Faults::At(Vec::new()),
            calls: Vec::new(),
            crimes: Vec::new(),
        }));
        let hand = || Box::new(Hand(Arc::clone(&world)));
        let ports = Ports {
            config: hand(),
            tasks: hand(),
            daemon: hand(),
            archive: hand(),
        };
        Play {
            isso: Lifecycle::new(ports),
            world,
        }
    }

    /// The same moment in a world of its own.
    pub(super) fn fork(&self) -> Play {
        let mut fork = Play::new(self.world().facts);
        fork.isso.machine = self.isso.machine.clone();
        let ports = fork.isso.context.ports;
        fork.isso.context = Context::new(ports);
        fork.isso.context.debts = self.isso.context.debts;
        fork
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no port panics while it holds the world")
    }

    /// Makes the move in the world and tells the machine; gives the code of a refusal.
    pub(super) async fn make(&mut self, made: Move, faults: Faults) -> Option<&'static str> {
        {
            let mut world = self.world();
            world.faults = faults;
            world.calls.clear();
            let facts = &mut world.facts;
            match made {
                Move::Edit { to } => facts.file = to,
                Move::Exited => facts.process = false,
                Move::BackupFinished { .. } => facts.saving = false,
                Move::Restored { to } if facts.replacing => {
                    facts.file = to;
                    facts.replacing = false;
                }
                Move::RestoreFailed => facts.replacing = false,
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
            let facts = world.facts;
            world.forbid(facts.saving, "two backups at a time");
            world.forbid(facts.replacing, "a backup of files that are being replaced");
            world.facts.saving = true;
        }
        answer.err().map(|refusal| refusal.code())
    }
}
