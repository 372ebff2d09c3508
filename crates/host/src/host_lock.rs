//! The lock by which one host at a time runs in a data folder.

use std::fs::File;

use isso_daemon::{Owner, raise_descriptor_limit};

use crate::api::{SocketPath, UnpublishedSocket};
use crate::data_dir::{DataDir, FolderLock};
use crate::host::HostError;

/// A locked data folder, with the socket of the API. As long as this lives, no other host runs in the folder.
pub struct HostLock {
    pub(crate) data: DataDir,
    pub(crate) owner: Owner,
    pub(crate) socket: UnpublishedSocket,
    pub(crate) _lock: Option<File>,
}

impl HostLock {
    /// Locks a folder that exists, binds the API's socket in it, and ends the processes of an Isso whose supervisor was
    /// killed. Without a socket it fails: commands would find no host, and change files beside it.
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
