//! Why a host could not begin, or go on.

use std::io;
use std::path::PathBuf;

use isso_daemon::SupervisorError;
use isso_lifecycle::Refusal;
use tokio::task::JoinError;

use crate::data_dir::DataDirError;
use crate::folder_watch::FolderGone;

/// Why a host could not begin, or go on.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The data folder could not be taken.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The data folder was taken, and cannot be opened.
    #[error("the data folder cannot be used")]
    Folder(#[source] io::Error),
    /// Another host runs in the data folder, and answers.
    #[error("another `issoctl up` runs on {}", .0.display())]
    AnotherHost(PathBuf),
    /// The socket of the API cannot be made.
    #[error("commands could not reach this `issoctl up`: the socket {} cannot be made", .path.display())]
    Socket {
        /// The path of the socket.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The supervisor could not be made.
    #[error("cannot supervise Isso")]
    Supervisor(#[source] SupervisorError),
    /// The state machine could not prepare the files.
    #[error("the settings cannot be used")]
    Settings(#[source] Refusal),
    /// The state machine refused to start Isso, for another reason than that there is no password.
    #[error("Isso could not be started")]
    Start(#[source] Refusal),
    /// The state machine refused to stop Isso.
    #[error("Isso could not be stopped")]
    Stop(#[source] Refusal),
    /// The socket could not be published, or the API has failed.
    #[error("the API could not be served")]
    Api(#[source] io::Error),
    /// The task that serves the API has panicked.
    #[error("the API could not be served")]
    ApiTask(#[source] JoinError),
    /// The data folder was lost while Isso ran.
    #[error(transparent)]
    Gone(#[from] FolderGone),
}
