//! What to do about an error of the system.

use std::error::Error;
use std::io;

/// What to do about what the system said, where that alone tells it.
pub fn remedy(error: &(dyn Error + 'static)) -> Option<&'static str> {
    let mut next = Some(error);
    while let Some(error) = next {
        match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::PermissionDenied) => {
                return Some(
                    "do this as the user who owns the file or folder named above, or give yourself access to it",
                );
            }
            Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
                return Some("free some room on that disk, which `df -h` and `df -i` show, and try again");
            }
            Some(io::ErrorKind::ReadOnlyFilesystem) => {
                return Some("that disk is mounted read-only: mount it writable, or choose a folder elsewhere");
            }
            _ => next = error.source(),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_are_told_with_a_remedy() {
        let check = |kind: io::ErrorKind, words: Option<&str>| {
            let error = isso_cfg::VolumeError::Lock {
                path: "/srv/.lock".into(),
                source: kind.into(),
            };
            let found = remedy(&error);
            match words {
                Some(words) => assert!(found.is_some_and(|it| it.contains(words)), "{found:?}"),
                None => assert_eq!(found, None),
            }
        };
        check(io::ErrorKind::PermissionDenied, Some("owns"));
        check(io::ErrorKind::StorageFull, Some("df -h"));
        check(io::ErrorKind::ReadOnlyFilesystem, Some("read-only"));
        check(io::ErrorKind::NotFound, None);
    }
}
