//! Errors of the installation of Isso.

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;

use isso_host::daemon::RuntimeError;
use nix::unistd::{Uid, User, geteuid};

use crate::failure::Failure;

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        let hint = foreign_folder_hint(&error, geteuid());
        let failure = Self::new("Isso could not be installed", error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

/// The hint if the folder of the environment belongs to another user.
fn foreign_folder_hint(error: &RuntimeError, me: Uid) -> Option<String> {
    let RuntimeError::File { path, source, .. } = error else {
        return None;
    };
    let (folder, there) = path.ancestors().find_map(|it| Some((it, it.metadata().ok()?)))?;
    let owner = Uid::from_raw(there.uid());
    let is_denied = source.kind() == ErrorKind::PermissionDenied && owner != me;
    let user = User::from_uid(owner).ok().flatten();
    let name = user.map_or_else(|| format!("user {owner}"), |user| user.name);
    is_denied.then(|| {
        format!(
            "{} belongs to {name}: run this as {name}, or name a folder of your own with --runtime DIR",
            folder.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_of_another_user_is_reported_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let owner = folder.path().metadata().unwrap().uid();
        let hint = |kind: ErrorKind, me| {
            let error = RuntimeError::File {
                doing: "lock",
                path: folder.path().join("python.lock"),
                source: kind.into(),
            };
            foreign_folder_hint(&error, Uid::from_raw(me))
        };
        let said = hint(ErrorKind::PermissionDenied, owner + 1).unwrap();
        let begin = format!("{} belongs to ", folder.path().display());
        assert!(said.starts_with(&begin) && said.contains("--runtime"), "{said}");
        assert_eq!(hint(ErrorKind::PermissionDenied, owner), None);
        assert_eq!(hint(ErrorKind::NotFound, owner + 1), None);
    }
}
