//! Backups and restores, as the state machine has them done.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use isso_actions::Language;
use isso_backup::{Restored, swap};
use isso_cfg::Volume;
use isso_lifecycle::{Event, PortError, RestoreRequest, Restorer, State, with_causes};
use tokio::sync::{mpsc, watch};

use crate::api_error::ApiError;
use crate::aside::on_thread;
use crate::machine::Handle;

/// From where the last restore was, and how it ended; nothing while there was none.
type Outcome = Option<(PathBuf, Result<Restored, String>)>;

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
impl Restorer for ArchivePort {
    /// The files are prepared and checked; they are only put in place.
    async fn begin_restore(&mut self, request: &RestoreRequest) -> Result<(), PortError> {
        let (root, from) = (self.root.clone(), request.from.clone());
        let (ends, outcome) = (self.ends.clone(), self.outcome.clone());
        // What was asked for before and failed may be asked for again.
        outcome.send_if_modified(|last| {
            last.take_if(|(before, _)| *before == from);
            false
        });
        tokio::spawn(async move {
            let place = from.clone();
            let swapped = on_thread(move || swap(&root, &place)).await;
            // After a panic the machine must not wait for an end for ever. The next look at the files finishes the
            // swap.
            let swapped: Result<Restored, PortError> = match swapped {
                Ok(swapped) => swapped.map_err(Into::into),
                Err(error) => Err(error.into()),
            };
            let told = swapped.as_ref().map(Clone::clone);
            outcome.send_replace(Some((from, told.map_err(|error| with_causes(&**error)))));
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

impl Restores {
    /// Stops Isso, puts the files in place, and returns once Isso serves again or is known not to, with the state in
    /// which it is.
    pub async fn restore(&self, from: PathBuf, language: Language) -> Result<(Restored, State), ApiError> {
        let event = Event::Restore(RestoreRequest { from: from.clone() });
        let begun = self.host.send(event).await;
        begun.map_err(|refusal| ApiError::with_cause(&refusal, language))?;
        let restored = end_of(self.outcome.clone(), &from).await;
        let restored = restored.ok_or_else(|| ApiError::failed("`issoctl up` ends"))?;
        let state = self.host.settled().await;
        Ok((restored.map_err(ApiError::failed)?, state))
    }
}

/// How the restore of these files ended. Nothing if there is no archive any more.
async fn end_of(mut outcome: watch::Receiver<Outcome>, from: &Path) -> Option<Result<Restored, String>> {
    let is_own = |it: &Outcome| it.as_ref().is_some_and(|(place, _)| place == from);
    let own = outcome.wait_for(is_own).await.ok()?.clone();
    own.map(|(_, end)| end)
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_restore_is_told_its_own_end() {
        let (sender, outcome) = watch::channel(None);
        let end = |from: &str, said: &str| Some((PathBuf::from(from), Err(said.to_owned())));
        let told = |from: &str| end_of(outcome.clone(), Path::new(from)).now_or_never();
        assert!(told("mine").is_none(), "it has not ended");
        sender.send_replace(end("another", "its disk is full"));
        assert!(told("mine").is_none(), "another one has ended");
        sender.send_replace(end("mine", "my disk is full"));
        let mine = told("mine").flatten();
        assert!(mine.is_some_and(|end| end.is_err_and(|said| said == "my disk is full")));
        drop(sender);
        assert!(told("another").is_some_and(|end| end.is_none()));
    }
}
