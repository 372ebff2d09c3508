//! A small world behind the ports, which cries out when it is used wrongly.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use serde_json::Value;

use crate::context::Context;
use crate::{
    Actions, Archive, BackupRequest, Config, Daemon, Effect, Gate, Invocation, Invoked, Lifecycle,
    PortError, Ports, RestoreRequest, Tasks,
};

use super::moves::Move;

/// Every port call there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Port {
    Settle,
    Gate,
    Raise,
    Clear,
    Invoke,
    Start,
    Reload,
    Stop,
    BeginBackup,
    BeginRestore,
}

/// The world as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    /// A usable password stands in the file.
    pub(super) password: bool,
    /// What the last look told; a look that failed told of no password.
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

    fn look(&mut self, port: Port) -> Result<Gate, PortError> {
        self.forbid(
            self.facts.replacing,
            "a look at files that are being replaced",
        );
        self.facts.seen = false;
        self.call(port)?;
        self.facts.seen = self.facts.password;
        Ok(if self.facts.seen {
            Gate::Open
        } else {
            Gate::Locked
        })
    }

    fn forbid_unsafe_isso(&mut self) {
        self.forbid(!self.facts.password, "Isso brought up without a password");
        self.forbid(
            !self.facts.seen,
            "Isso brought up though the password was not seen",
        );
        self.forbid(
            self.facts.replacing,
            "Isso brought up while its files are replaced",
        );
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
            actions: hand(),
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
        self.world
            .lock()
            .expect("no port panics while it holds the world")
    }

    /// Makes the move in the world and tells the machine; gives the code of a refusal.
    pub(super) async fn make(&mut self, made: Move, faults: Faults) -> Option<&'static str> {
        {
            let mut world = self.world();
            world.faults = faults;
            world.calls.clear();
            let facts = &mut world.facts;
            match made {
                Move::Edit { password } => facts.password = password,
                Move::Exited => facts.process = false,
                Move::BackupFinished { .. } => facts.saving = false,
                Move::Restored { password } if facts.replacing => {
                    facts.password = password;
                    facts.replacing = false;
                }
                Move::RestoreFailed => facts.replacing = false,
                _ => {}
            }
        }
        match self.isso.handle(made.event()?).await {
            Ok(_) => None,
            Err(refusal) => Some(refusal.code()),
        }
    }
}

/// All five ports onto the same world.
struct Hand(Arc<Mutex<World>>);

impl Hand {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0
            .lock()
            .expect("no port panics while it holds the world")
    }
}

#[async_trait]
impl Config for Hand {
    async fn settle(&mut self) -> Result<Gate, PortError> {
        self.world().look(Port::Settle)
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        self.world().look(Port::Gate)
    }
}

#[async_trait]
impl Tasks for Hand {
    async fn raise(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.call(Port::Raise)?;
        world.facts.task = true;
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.call(Port::Clear)?;
        world.facts.task = false;
        Ok(())
    }
}

#[async_trait]
impl Actions for Hand {
    async fn invoke(&mut self, invocation: &Invocation) -> Result<Invoked, PortError> {
        let mut world = self.world();
        let replacing = world.facts.replacing;
        world.forbid(replacing, "an action on files that are being replaced");
        world.call(Port::Invoke)?;
        let mut effect = Effect::Settings;
        match invocation.id.as_str() {
            "SetPassword" => world.facts.password = true,
            "DropPassword" => world.facts.password = false,
            "OtherSettings" => {}
            _ => effect = Effect::Nothing,
        }
        let result = Value::Null;
        Ok(Invoked { effect, result })
    }
}

#[async_trait]
impl Daemon for Hand {
    async fn start(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.forbid_unsafe_isso();
        world.call(Port::Start)?;
        world.facts.process = true;
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.forbid_unsafe_isso();
        world.call(Port::Reload)
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        let stopped = world.call(Port::Stop);
        world.facts.process &= stopped.is_err();
        stopped
    }
}

#[async_trait]
impl Archive for Hand {
    async fn begin_backup(&mut self, _: &BackupRequest) -> Result<(), PortError> {
        let mut world = self.world();
        let facts = world.facts;
        world.forbid(facts.saving, "two backups at a time");
        world.forbid(facts.replacing, "a backup of files that are being replaced");
        world.call(Port::BeginBackup)?;
        world.facts.saving = true;
        Ok(())
    }

    async fn begin_restore(&mut self, _: &RestoreRequest) -> Result<(), PortError> {
        let mut world = self.world();
        let facts = world.facts;
        world.forbid(facts.process, "a restore under a running Isso");
        world.forbid(facts.saving, "a restore during a backup");
        world.forbid(facts.replacing, "two restores at a time");
        world.call(Port::BeginRestore)?;
        world.facts.replacing = true;
        Ok(())
    }
}
