//! The ports of the world: what each call does to it, and which calls should never be made.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;

use crate::tests::moves::{Move, Text};
use crate::{Daemon, Effect, Gate, Invocation, PortError, RestoreRequest, Restorer, Review, SettingsFiles, Tasks};

use super::{Port, World};

/// All four ports onto the same world.
pub(super) struct FakePorts(pub(super) Arc<Mutex<World>>);

impl FakePorts {
    fn world(&self) -> MutexGuard<'_, World> {
        self.0.lock().expect("no port panics while it holds the world")
    }
}

#[async_trait]
impl SettingsFiles for FakePorts {
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        self.world().prepare()
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        let mut world = self.world();
        let at = world.state.accepted.unwrap_or(world.state.file);
        world.look(Port::Gate, at)
    }

    async fn review(&mut self) -> Result<Review, PortError> {
        self.world().review()
    }
}

#[async_trait]
impl Tasks for FakePorts {
    async fn raise(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.call(Port::Raise)?;
        world.state.task = true;
        Ok(())
    }

    async fn clear(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.call(Port::Clear)?;
        world.state.task = false;
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
        let replacing = world.state.replacing;
        world.forbid(replacing, "an action on files that are being replaced");
        world.call(Port::Invoke)?;
        let mut effect = Effect::Settings;
        let file = &mut world.state.file;
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
impl Daemon for FakePorts {
    async fn start(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.forbid_unsafe_isso();
        let looked = world.has_done(Port::Prepare) || world.has_done(Port::Gate);
        world.forbid(!looked, "a start without a look at the password");
        let state = &mut world.state;
        let anew = state.given.is_none();
        if !state.process {
            state.given = state.accepted;
        }
        let stale = anew && state.given != Some(state.file);
        world.forbid(stale, "Isso started anew on something else than the file");
        world.call(Port::Start)?;
        world.state.process = true;
        Ok(())
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.forbid_unsafe_isso();
        let reviewed = world.has_done(Port::Review);
        world.forbid(!reviewed, "a reload of settings that were not reviewed");
        let state = world.state;
        let same = state.accepted == state.given;
        world.forbid(same, "a reload with nothing to put in force");
        world.call(Port::Reload)?;
        world.state.given = state.accepted;
        Ok(())
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        let mut world = self.world();
        world.call(Port::Stop)?;
        let state = &mut world.state;
        (state.process, state.given, state.accepted) = (false, None, None);
        Ok(())
    }
}

#[async_trait]
impl Restorer for FakePorts {
    async fn begin_restore(&mut self, _: &RestoreRequest) -> Result<(), PortError> {
        let mut world = self.world();
        let state = world.state;
        world.forbid(state.process, "a restore under a running Isso");
        world.forbid(state.saving, "a restore during a backup");
        world.forbid(state.replacing, "two restores at a time");
        world.call(Port::BeginRestore)?;
        world.state.replacing = true;
        Ok(())
    }
}
