//! Backups and restores, as the state machine has them done.

use std::path::PathBuf;

use async_trait::async_trait;
use isso_backup::{Restored, swap};
use isso_cfg::Volume;
use isso_lifecycle::{Archive, BackupRequest, Event, PortError, Refusal, RestoreRequest, State};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_blocking;

use super::Handle;
use crate::error::chain;

/// How the last restore ended; nothing while there was none.
type Outcome = Option<Result<Restored, String>>;

/// The archive of a volume in a folder.
pub struct ArchivePort {
    root: PathBuf,
    ends: mpsc::Sender<Event>,
    outcome: watch::Sender<Outcome>,
}

/// What [`ArchivePort`] tells.
pub struct Reports {
    /// For the state machine.
    pub events: mpsc::Receiver<Event>,
    /// For the request that asked for a restore.
    pub outcome: watch::Receiver<Outcome>,
}

impl ArchivePort {
    /// The archive of a volume, and what it will tell.
    pub fn new(volume: &Volume) -> (ArchivePort, Reports) {
        let (ends, events) = mpsc::channel(1);
        let (sender, outcome) = watch::channel(None);
        let port = ArchivePort {
            root: volume.root().to_owned(),
            ends,
            outcome: sender,
        };
        (port, Reports { events, outcome })
    }
}

#[async_trait]
impl Archive for ArchivePort {
    /// Whoever asked makes the backup itself, in a process of its own: its locks on the database are
    /// then not ours, its memory goes when it goes, and it writes where that person may.
    async fn begin_backup(&mut self, _: &BackupRequest) -> Result<(), PortError> {
        Ok(())
    }

    /// The files are prepared and checked; they are only put in place.
    async fn begin_restore(&mut self, request: &RestoreRequest) -> Result<(), PortError> {
        let (root, from) = (self.root.clone(), request.from.clone());
        let (ends, outcome) = (self.ends.clone(), self.outcome.clone());
        tokio::spawn(async move {
            let swapped = spawn_blocking(move || swap(&root, &from)).await;
            // After a panic the machine must not wait for an end for ever. The next look at the files finishes the swap.
            let swapped: Result<Restored, PortError> = match swapped {
                Ok(swapped) => swapped.map_err(Into::into),
                Err(_) => Err("a bug in issoctl ended the restore; its log says where".into()),
            };
            let told = swapped.as_ref().map(Clone::clone);
            outcome.send_replace(Some(told.map_err(|error| chain(&**error).join(": "))));
            // A host that is gone settles the volume when it comes again.
            let _ = ends.send(Event::RestoreFinished(swapped.map(drop))).await;
        });
        Ok(())
    }
}

/// The way to have prepared files put in place.
#[derive(Debug, Clone)]
pub struct Restores {
    /// The state machine.
    pub host: Handle,
    /// What the archive tells.
    pub outcome: watch::Receiver<Outcome>,
}

/// Why the files were not put in place.
#[derive(Debug)]
pub enum NotRestored {
    /// Something else is going on.
    Refused(Refusal),
    /// It was tried.
    Failed(String),
}

impl Restores {
    /// Stops Isso, puts the files in place, and returns once Isso serves again or is known not to, with the state in which it is.
    pub async fn restore(&self, from: PathBuf) -> Result<(Restored, State), NotRestored> {
        let mut outcome = self.outcome.clone();
        outcome.mark_unchanged();
        let event = Event::Restore(RestoreRequest { from });
        self.host.send(event).await.map_err(NotRestored::Refused)?;
        let told = outcome.changed().await.is_ok();
        let restored = outcome.borrow().clone().filter(|_| told);
        let Some(restored) = restored else {
            return Err(NotRestored::Failed("`issoctl up` ends".to_owned()));
        };
        let state = self.host.settled().await;
        let restored = restored.map_err(NotRestored::Failed)?;
        Ok((restored, state))
    }
}
