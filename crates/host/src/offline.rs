//! The state machine of a single command, while no `up` runs: the same machine over the same files, with no Isso to
//! start.

use std::sync::Arc;

use async_trait::async_trait;
use isso_cfg::Volume;
use isso_lifecycle::{Daemon, DaemonEvent, PortError, Ports};
use tokio::sync::{mpsc, watch};

use crate::machine::{HostHandle, RestoreEnd, spawn};
use crate::ports::TaskFlag;
use crate::restore::RestorePort;
use crate::settings::{ActiveSettings, SettingsPort};

/// Spawns a state machine that never starts Isso.
pub fn offline(volume: &Volume) -> HostHandle {
    let (ports, daemon, restore_ends) = ports(volume);
    spawn(ports, daemon, restore_ends)
}

/// The ports of a machine that never starts Isso, and the channels on which they report.
pub(crate) fn ports(volume: &Volume) -> (Ports, mpsc::Receiver<DaemonEvent>, mpsc::Receiver<RestoreEnd>) {
    let (restorer, restore_ends) = RestorePort::new(volume);
    let ports = Ports {
        settings: Box::new(SettingsPort(Arc::new(ActiveSettings::new(volume.clone())))),
        tasks: Box::new(TaskFlag(watch::Sender::new(false))),
        daemon: Box::new(NoDaemon),
        restorer: Box::new(restorer),
    };
    let (_, daemon) = mpsc::channel(1);
    (ports, daemon, restore_ends)
}

/// A daemon that starts nothing: no command sends `Start` to an offline machine.
struct NoDaemon;

#[derive(Debug, thiserror::Error)]
#[error("no `issoctl up` runs here")]
struct NotUp;

#[async_trait]
impl Daemon for NoDaemon {
    async fn start(&mut self) -> Result<(), PortError> {
        Err(NotUp.into())
    }

    async fn reload(&mut self) -> Result<(), PortError> {
        Err(NotUp.into())
    }

    async fn stop(&mut self) -> Result<(), PortError> {
        Ok(())
    }
}
