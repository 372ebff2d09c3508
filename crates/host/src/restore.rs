//! The port through which the state machine restores, and the function that waits for the end.

use std::path::PathBuf;

use async_trait::async_trait;
use isso_actions::Language;
use isso_backup::{Restored, swap};
use isso_cfg::Volume;
use isso_lifecycle::{PortError, RestoreRequest, Restorer, State};
use tokio::sync::mpsc;

use crate::api_error::ApiError;
use crate::blocking::on_thread;
use crate::machine::{HostHandle, RestoreEnd};

/// Renames staged files into the place of the volume's.
pub struct RestorePort {
    root: PathBuf,
    ends: mpsc::Sender<RestoreEnd>,
}

impl RestorePort {
    /// The port of a volume. The receiver, which the machine's task needs, gets the end of each restore.
    pub fn new(volume: &Volume) -> (RestorePort, mpsc::Receiver<RestoreEnd>) {
        let (ends, ended) = mpsc::channel(1);
        let root = volume.root().to_owned();
        (RestorePort { root, ends }, ended)
    }
}

#[async_trait]
impl Restorer for RestorePort {
    /// The files were staged and checked before; here they are only renamed.
    async fn begin_restore(&mut self, request: &RestoreRequest) -> Result<(), PortError> {
        let (root, from, ends) = (self.root.clone(), request.from.clone(), self.ends.clone());
        tokio::spawn(async move {
            // After a panic the machine must not wait for an end for ever. The next look at the files finishes the
            // swap.
            let end = match on_thread(move || swap(&root, &from)).await {
                Ok(swapped) => swapped.map_err(Into::into),
                Err(error) => Err(error.into()),
            };
            // If the host has ended, the next one prepares the volume.
            let _ = ends.send(end).await;
        });
        Ok(())
    }
}

impl HostHandle {
    /// Stops Isso, puts prepared files in place, and returns once Isso serves again or is known not to, with the state
    /// in which it is.
    pub async fn restore(&self, from: PathBuf, language: Language) -> Result<(Restored, State), ApiError> {
        let begun = self.begin_restore(RestoreRequest { from }).await;
        let end = begun.map_err(|refusal| ApiError::with_cause(&refusal, language))?;
        let restored = end.await.map_err(|_| ApiError::failed("`issoctl up` ends"))?;
        let state = self.wait_until_idle().await;
        Ok((restored.map_err(ApiError::failed)?, state))
    }
}
