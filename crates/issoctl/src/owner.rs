//! Lets root work safely on the data folder of another user.
//!
//! A user who may write in a folder, or in one above it, can replace what root is about to open with a link. So root
//! becomes that user, permanently, before it opens anything.
//!
//! Then the kernel refuses what the user may not do, and every file has the right owner from the beginning. Nothing is
//! given away by `chown`.

use std::ffi::OsString;
use std::fs::{File, Metadata, read_link, symlink_metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Component, Path, PathBuf};
use std::sync::OnceLock;

use isso_host::api::SocketPath;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use nix::unistd::{Gid, Uid, User, geteuid, getuid, initgroups, setgroups, setresgid, setresuid};

/// The user that root has become.
static BECAME_USER: OnceLock<Uid> = OnceLock::new();
/// The folder in which root stays root, because no other user could write there.
static STAYED_ROOT_IN: OnceLock<PathBuf> = OnceLock::new();
/// The number of links that the kernel follows in one path.
const MAX_LINKS: usize = 40;

/// Why root refuses to work on a folder.
#[derive(Debug, thiserror::Error)]
pub enum OwnerError {
    /// The system does not let root become the owner.
    #[error("{} belongs to user {uid}, and root could not become that user to work on it", .folder.display())]
    Become {
        /// The folder.
        folder: PathBuf,
        /// The user.
        uid: Uid,
        /// What the system says.
        source: io::Error,
    },
    /// Another user has replaced the folder meanwhile.
    #[error("user {uid} has just put something in the place of {}, and root does not work there", .folder.display())]
    Replaced {
        /// The folder.
        folder: PathBuf,
        /// The user.
        uid: Uid,
    },
}

/// The hint if the user that root has become may not read or write; `None` if root has not become another user.
pub fn remedy() -> Option<String> {
    let user = BECAME_USER.get()?;
    Some(format!(
        "root works here as user {user}, to whom the data folder belongs: let that user read or write there, or name another place"
    ))
}

/// If root runs this process, makes it run as the owner of the topmost folder on the path that is not root's. A folder
/// that does not exist yet has no owner. The process cannot become root again.
///
/// Root stays root if root runs the host (`supervise` keeps its user), because the host's socket accepts root alone.
pub fn become_owner(folder: &Path) -> Result<(), OwnerError> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if root_listens_in(&folder) {
        return Ok(());
    }
    let Some(owner) = owner(&folder) else {
        let _ = STAYED_ROOT_IN.set(folder);
        return Ok(());
    };
    let (uid, gid) = (Uid::from_raw(owner.uid()), Gid::from_raw(owner.gid()));
    let become_user = || {
        // A user with an account may have more groups than that of the folder.
        match User::from_uid(uid).ok().flatten() {
            Some(user) => {
                let name = std::ffi::CString::new(user.name)?;
                initgroups(&name, user.gid)?;
                setresgid(user.gid, user.gid, user.gid)?;
            }
            None => {
                setgroups(&[gid])?;
                setresgid(gid, gid, gid)?;
            }
        }
        setresuid(uid, uid, uid)?;
        // A faulty system may report success without a change.
        match getuid() == uid && geteuid() == uid && setresuid(uid, Uid::from_raw(0), uid).is_err() {
            true => {
                let _ = BECAME_USER.set(uid);
                Ok(())
            }
            false => Err(io::Error::other("root's rights could not be given up")),
        }
    };
    become_user().map_err(|source| OwnerError::Become { folder, uid, source })
}

/// Checks the owner again after the folder was created. Before that, another user could put a link or a folder in its
/// place.
pub fn check_again(folder: &Path) -> Result<(), OwnerError> {
    let stayed = STAYED_ROOT_IN.get().filter(|it| *it == folder);
    let Some(owner) = stayed.and_then(|it| owner(it)) else {
        return Ok(());
    };
    Err(OwnerError::Replaced {
        uid: Uid::from_raw(owner.uid()),
        folder: folder.to_owned(),
    })
}

/// Opens a file that root names, because the user that root becomes may not be able to read it. Follows no link,
/// because another user may have made it. If this fails, the file is opened later, as that user.
pub fn open_as_root(file: &Path) -> Option<File> {
    if !geteuid().is_root() {
        return None;
    }
    let file = std::path::absolute(file).ok()?;
    let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let how = OpenHow::new().flags(flags).resolve(ResolveFlag::RESOLVE_NO_SYMLINKS);
    let root = File::open("/").ok()?;
    let below = file.strip_prefix("/").ok()?;
    let opened = openat2(root, below, how).ok()?;
    let opened = File::from(opened);
    opened.metadata().is_ok_and(|it| it.is_file()).then_some(opened)
}

/// Whether a process of root listens on the API's socket in the folder, and root owns the socket. The owner of the
/// folder may keep an old socket of root's, but cannot listen on it.
fn root_listens_in(folder: &Path) -> bool {
    let socket = symlink_metadata(folder.join(SocketPath::NAME));
    let bound = socket.is_ok_and(|it| it.file_type().is_socket() && it.uid() == 0);
    let connected = || UnixStream::connect(SocketPath::new(folder)?.get());
    let peer = || Ok::<_, io::Error>(getsockopt(&connected()?, PeerCredentials)?.uid());
    bound && peer().is_ok_and(|uid| uid == 0)
}

/// Returns the topmost folder or link on the path that does not belong to root.
fn owner(folder: &Path) -> Option<Metadata> {
    let mut links = 0;
    let mut at = PathBuf::from("/");
    // The steps that are left, the next one last.
    let mut remaining: Vec<OsString> = steps(folder);
    while let Some(step) = remaining.pop() {
        if step == ".." {
            at.pop();
            continue;
        }
        let next = at.join(step);
        let there = symlink_metadata(&next).ok()?;
        if there.uid() != 0 && is_known(there.uid()) {
            return Some(there);
        }
        if !there.is_symlink() {
            at = next;
            continue;
        }
        links += 1;
        let target = read_link(&next).ok().filter(|_| links <= MAX_LINKS)?;
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        remaining.extend(steps(&target));
    }
    None
}

/// The components of a path, the first one last.
fn steps(path: &Path) -> Vec<OsString> {
    let parts = path.components().rev();
    parts
        .filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir))
        .map(|part| part.as_os_str().to_owned())
        .collect()
}

/// Whether the user exists in this user namespace. All other users look like one user here. Root cannot become one of
/// them, and they can do nothing from here.
fn is_known(uid: u32) -> bool {
    let Ok(map) = std::fs::read_to_string("/proc/self/uid_map") else {
        return true;
    };
    let overflow = std::fs::read_to_string("/proc/sys/kernel/overflowuid").ok();
    let overflow = overflow.and_then(|text| text.trim().parse().ok());
    is_mapped(uid, &map, overflow.unwrap_or(65534))
}

/// Whether a user namespace with this map has the user. `overflow` stands for all users that the map omits, so it is a
/// user's own number only if the map omits none.
fn is_mapped(uid: u32, map: &str, overflow: u32) -> bool {
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().flat_map(str::parse).collect();
        let [first, _, count] = numbers[..] else {
            return false;
        };
        let is_whole = count == u64::from(u32::MAX);
        (first..first + count).contains(&uid.into()) && (uid != overflow || is_whole)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn check(folder: &Path, expected: Option<u32>) {
        assert_eq!(owner(folder).map(|it| it.uid()), expected, "{}", folder.display());
    }

    #[test]
    fn root_becomes_the_user_who_could_replace_the_folder() {
        if !geteuid().is_root() {
            return isso_tests::not_tested("only root can give folders away");
        }
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["roots", "hers", "hers/roots", "roots/hers"] {
            std::fs::create_dir(at(name)).unwrap();
        }
        for name in ["hers", "roots/hers"] {
            chown(at(name), Some(1234), Some(4321)).unwrap();
        }
        check(&at("roots"), None);
        check(&at("roots/new"), None);
        check(&at("hers"), Some(1234));
        check(&at("hers/new/folder"), Some(1234));
        check(&at("hers/roots"), Some(1234));
        check(&at("roots/hers"), Some(1234));
        // The link leads to a folder of root's, but its owner could change it.
        symlink(at("roots"), at("hers/link")).unwrap();
        check(&at("hers/link"), Some(1234));
        symlink(at("hers"), at("link")).unwrap();
        check(&at("link"), Some(1234));
        symlink(at("hers/link"), at("chain")).unwrap();
        check(&at("chain"), Some(1234));
        symlink("roots/../roots", at("way")).unwrap();
        check(&at("way"), None);
        symlink("endless", at("endless")).unwrap();
        check(&at("endless"), None);
    }

    #[test]
    fn the_number_of_all_unknown_users_is_that_of_no_user() {
        let whole = "0 0 4294967295\n";
        let container = "0 1000 1\n1 100000 65536\n";
        assert!(is_mapped(65534, whole, 65534) && is_mapped(1234, whole, 65534));
        assert!(is_mapped(1234, container, 65534));
        assert!(!is_mapped(65534, container, 65534) && !is_mapped(70000, container, 65534));
    }

    #[test]
    fn root_stays_root_where_root_runs_the_host() {
        if !geteuid().is_root() {
            return isso_tests::not_tested("only root can give files away");
        }
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join(SocketPath::NAME);
        assert!(!root_listens_in(folder.path()), "nothing is there");
        let bound = UnixListener::bind(&socket).unwrap();
        assert!(root_listens_in(folder.path()));
        chown(&socket, Some(1234), None).unwrap();
        assert!(!root_listens_in(folder.path()), "she bound it");
        std::fs::rename(&socket, folder.path().join("elsewhere")).unwrap();
        chown(folder.path().join("elsewhere"), Some(0), None).unwrap();
        symlink(folder.path().join("elsewhere"), &socket).unwrap();
        assert!(!root_listens_in(folder.path()), "her link leads to it");
        std::fs::remove_file(&socket).unwrap();
        std::fs::rename(folder.path().join("elsewhere"), &socket).unwrap();
        assert!(root_listens_in(folder.path()));
        drop(bound);
        assert!(!root_listens_in(folder.path()), "it is left behind");
    }
}
