//! The ports of the world: what each call does to it, and which calls should never be made.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;

use crate::tests::moves::{Move, Text};
use crate::{Archive, Config, Daemon, Effect, Gate, Invocation, PortError, RestoreRequest, Review, Tasks};

use super::{Port, World};

/// All four ports onto the same world.
pub(super) struct Hand(pub(super) Arc<Mutex<World>>);

impl Hand {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no port panics while it holds the world")
    }
}

#[async_trait]
impl Config for Hand {
    async fn settle(&mut self) -> Result<Gate, PortError> {
        self.world().settle()
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        let mut world = self.world();
        let at = world.facts.accepted.unwrap_or(world.facts.file);
        world.look(Port::Gate, at)
    }

    async fn review(&mut self) -> Result<Review, PortError> {
        self.world().review()
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

/// An action in the same world.
pub(super) struct Action(pub(super) Arc<Mutex<World>>, pub(super) Move);

impl fmt::Debug for Action {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.1.fmt(formatter)
    }
}

#[async_trait]
impl Invocation for Action {
    async fn run(&self) -> Result<Effect, PortError> {
        let mut world = self.0.lock().expect("no port panics while it holds the world");
        let replacing = world.facts.replacing;
        world.forbid(replacing, "an action on files that are being replaced");
        world.call(Port::Invoke)?;
        let mut effect = Effect::Settings;
        let file = &mut world.facts.file;
        match self.1 {
            Move::SetPassword => *file = file.with_password(),
            Move::DropPassword => *file = Text::Locked,
            Move::OtherSettings => *file = file.otherwise(),
            _ => effect = Effect::Nothing,
        }
        Ok(effect)
    }
}

#[async_trait]
impl Daemon for Hand {
    async fn start(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.forbid_unsafe_isso();
        let looked = world.has_done(Port::Settle) || world.has_done(Port::Gate);
        world.forbid(!looked, "a start without a look at the password");
        let facts = &mut world.facts;
        let anew = facts.given.is_none();
        if !facts.process {
            facts.given = facts.accepted;
        }
        let stale = anew && facts.given != Some(facts.file);
        world.forbid(stale, "Isso started anew on something else than the file");
        world.call(Port::Start)?;
        world.facts.process = true;
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.forbid_unsafe_isso();
        let reviewed = world.has_done(Port::Review);
        world.forbid(!reviewed, "a reload of settings that were not reviewed");
        let facts = world.facts;
        let same = facts.accepted == facts.given;
        world.forbid(same, "a reload with nothing to put in force");
        world.call(Port::Reload)?;
        world.facts.given = facts.accepted;
        Ok(())
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.call(Port::Stop)?;
        let facts = &mut world.facts;
        (facts.process, facts.given, facts.accepted) = (false, None, None);
        Ok(())
    }
}

#[async_trait]
impl Archive for Hand {
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
