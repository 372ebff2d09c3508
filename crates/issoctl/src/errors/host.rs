//! Errors of a host that cannot start or continue.

use isso_host::{FolderGone, HostError};

use crate::failure::Failure;

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::DataDir(error) => error.into(),
            HostError::Gone(gone) => gone.into(),
            HostError::AnotherHost(_) => {
                Self::of(error).hint("see it with `issoctl status`, end it with `issoctl stop`")
            }
            HostError::Socket { .. } => Self::of(error).hint(
                "remove what stands in its place; where the file system knows no unix sockets, as on some network \
                 shares, choose a folder elsewhere with --data DIR",
            ),
            _ => Self::of(error),
        }
    }
}

impl From<FolderGone> for Failure {
    fn from(gone: FolderGone) -> Self {
        let hint = match &gone {
            FolderGone::Moved { to, .. } => format!("start it again there: --data {}", to.display()),
            FolderGone::Deleted(_) => "put back a copy of it, or begin anew with another folder: --data DIR".to_owned(),
        };
        Self::of(gone).hint(hint)
    }
}
