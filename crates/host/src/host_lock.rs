//! The data folder of a host, which is the only one in it.

use std::fs::File;

use isso_daemon::{Owner, raise_descriptor_limit};

use crate::api::{SocketPath, UnpublishedSocket};
use crate::data_dir::{DataDir, FolderLock};
use crate::host::HostError;

/// A data folder that a host has taken, with the socket of its API: no other host runs in it as long as this lives.
pub struct HostLock {
    pub(crate) data: DataDir,
    pub(crate) owner: Owner,
    pub(crate) socket: UnpublishedSocket,
    pub(crate) _lock: Option<File>,
}

impl HostLock {
    /// Takes a folder that is there, with the API's socket: a host that no command could reach would be taken for
    /// none. What is left of an Isso whose supervisor was killed is ended.
    pub async fn take(data: &DataDir) -> Result<HostLock, HostError> {
        raise_descriptor_limit();
        let _lock = match data.lock().await? {
            FolderLock::Held(lock) => lock,
            FolderLock::HostRuns => return Err(HostError::AnotherHost(data.path().to_owned())),
        };
        let socket = SocketPath::new(data.path()).map_err(HostError::Folder)?;
        let socket = socket.bind().map_err(|source| HostError::Socket {
            path: data.path().join(SocketPath::NAME),
            source,
        })?;
        let owner = Owner::of_folder(data.path()).map_err(HostError::Folder)?;
        match owner.end_leftovers() {
            0 => {}
            count => {
                tracing::warn!("ended {count} processes of an Isso whose supervisor was killed");
            }
        }
        Ok(HostLock {
            data: data.clone(),
            owner,
            socket,
            _lock,
        })
    }
}
