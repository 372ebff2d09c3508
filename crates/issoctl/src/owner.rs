//! Root working on the data folder of another user.
//!
//! Whoever may write in a folder, or in one above it, may at any moment put a link into the place of what root is about to open
//! or give away there. So root becomes that user, for good, before it opens anything: then the kernel refuses what the user may
//! not do, and every file has the right owner from the beginning. Nothing is given away by `chown`.

use std::fs::{File, Metadata, symlink_metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::OnceLock;

use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use nix::unistd::{Gid, Uid, User, geteuid, getuid, initgroups, setgroups, setresgid, setresuid};
use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};

use crate::api::SocketPath;
use crate::error::Failure;

/// Whom root has become.
static BECAME: OnceLock<Uid> = OnceLock::new();

/// What to do where the user that root has become may not read or write; nothing if root is not concerned.
pub fn remedy() -> Option<String> {
    let user = BECAME.get()?;
    Some(format!(
        "root works here as user {user}, to whom the data folder belongs: let that user read or write there, or name another place"
    ))
}

/// Run by root, becomes the user to whom the folder belongs, or the first folder above it that is not root's; for a folder that
/// is not there yet, only those above it count. The process cannot become root again.
///
/// Where root itself runs the host (`supervise` keeps its user), root stays root: nobody else could speak to that host.
pub fn become_owner(folder: &Path) -> Result<(), Failure> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    if root_listens_in(&folder) {
        return Ok(());
    }
    let Some(owner) = owner(&folder) else {
        return Ok(());
    };
    let (uid, gid) = (Uid::from_raw(owner.uid()), Gid::from_raw(owner.gid()));
    let become_user = || {
        // One who is known here has more groups than that of the folder.
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
        // In case the system only says that it has done so.
        match getuid() == uid && geteuid() == uid && setresuid(uid, Uid::from_raw(0), uid).is_err()
        {
            true => {
                let _ = BECAME.set(uid);
                Ok(())
            }
            false => Err(std::io::Error::other("root's rights could not be given up")),
        }
    };
    become_user().map_err(|source: std::io::Error| {
        Failure::new(
            format!(
                "{} belongs to user {uid}, and root could not become that user to work on it",
                folder.display()
            ),
            source,
        )
        .hint("run this as that user")
    })
}

/// Opens a file that root names, and that its own user may not be able to read. No link is followed on the way: another user
/// might have set it. Without one of these the file is opened later, by the user that root has become.
pub fn open_as_root(file: &Path) -> Option<File> {
    if !geteuid().is_root() {
        return None;
    }
    let file = std::path::absolute(file).ok()?;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let root = File::open("/").ok()?;
    let below = file.strip_prefix("/").ok()?;
    let opened = openat2(root, below, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS).ok()?;
    let opened = File::from(opened);
    opened
        .metadata()
        .is_ok_and(|it| it.is_file())
        .then_some(opened)
}

/// Whether a process of root listens on the API's socket there, and root has bound it: no other user can make one that is root's,
/// though its owner may keep one that root has left behind.
fn root_listens_in(folder: &Path) -> bool {
    let socket = symlink_metadata(folder.join(SocketPath::NAME));
    let bound = socket.is_ok_and(|it| it.file_type().is_socket() && it.uid() == 0);
    let connected = || UnixStream::connect(SocketPath::new(folder)?.get());
    let peer = || Ok::<_, std::io::Error>(getsockopt(&connected()?, PeerCredentials)?.uid());
    bound && peer().is_ok_and(|uid| uid == 0)
}

/// The first that is not root's of the folder and those above it, by the names that were given and by those that links lead to.
fn owner(folder: &Path) -> Option<Metadata> {
    let real = folder
        .ancestors()
        .find_map(|it| it.canonicalize().ok())
        .unwrap_or_default();
    let all = [folder, &real].map(|path| path.ancestors().collect::<Vec<_>>().into_iter().rev());
    all.into_iter()
        .flatten()
        .filter_map(|it| symlink_metadata(it).ok())
        .find(|it| it.uid() != 0 && is_known(it.uid()))
}

/// Whether the user is one of this user namespace. All others look like user 65534 here, and neither can root become one of
/// them nor can they do anything from here.
fn is_known(uid: u32) -> bool {
    let Ok(map) = std::fs::read_to_string("/proc/self/uid_map") else {
        return true;
    };
    map.lines().any(|line| {
        let numbers: Vec<u64> = line.split_whitespace().flat_map(str::parse).collect();
        matches!(numbers[..], [first, _, count] if (first..first + count).contains(&uid.into()))
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn check(folder: &Path, expected: Option<u32>) {
        assert_eq!(
            owner(folder).map(|it| it.uid()),
            expected,
            "{}",
            folder.display()
        );
    }

    #[test]
    fn root_becomes_whoever_could_put_another_folder_in_its_place() {
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
        // A link leads to a folder of root's, and she could have it lead elsewhere.
        symlink(at("roots"), at("hers/link")).unwrap();
        check(&at("hers/link"), Some(1234));
        symlink(at("hers"), at("link")).unwrap();
        check(&at("link"), Some(1234));
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
