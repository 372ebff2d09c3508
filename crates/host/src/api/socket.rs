//! The API's socket file.

use std::fs::{File, Permissions, remove_file, set_permissions, symlink_metadata};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// The name of the socket before it is published. Clients do not look for it.
const UNPUBLISHED: &str = "api.sock.new";

/// A short path to the socket of a data folder, valid while this lives.
///
/// A socket's path is limited to 108 bytes ([unix(7)]), a data folder's is not. So the path leads through an open
/// descriptor of the folder.
///
/// [unix(7)]: https://man7.org/linux/man-pages/man7/unix.7.html
#[derive(Debug)]
pub struct SocketPath {
    folder: File,
}

impl SocketPath {
    /// The socket's name in the folder.
    pub const NAME: &str = "api.sock";

    /// Opens the folder.
    pub fn new(data: &Path) -> io::Result<Self> {
        let folder = File::open(data)?;
        // Isso reads its settings through there, too.
        if !Path::new("/proc/self/fd").is_dir() {
            return Err(io::Error::other(
                "there is no /proc/self/fd; mount it with `mount -t proc proc /proc`",
            ));
        }
        Ok(Self { folder })
    }

    /// The path to connect to.
    pub fn get(&self) -> PathBuf {
        self.join(Self::NAME)
    }

    /// Listens under a name that clients do not look for, until [`UnpublishedSocket::publish`]. Only the owner may
    /// connect. Fails where the socket could not be published either.
    pub(crate) fn bind(self) -> io::Result<UnpublishedSocket> {
        // A rename replaces a socket that a killed host left behind, and any file, but no folder.
        if symlink_metadata(self.get()).is_ok_and(|there| there.is_dir()) {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "a folder stands in its place",
            ));
        }
        let unpublished = self.join(UNPUBLISHED);
        match remove_file(&unpublished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&unpublished)?;
        let bound = UnpublishedSocket { listener, socket: self };
        set_permissions(&unpublished, Permissions::from_mode(0o600))?;
        bound.listener.set_nonblocking(true)?;
        Ok(bound)
    }

    /// The folder in which the socket is.
    pub fn folder(&self) -> io::Result<File> {
        self.folder.try_clone()
    }

    /// Removes the socket file. Waits for the disk.
    pub fn remove(&self) {
        // What is left behind is replaced by the next `up`.
        let _ = remove_file(self.get());
    }

    fn join(&self, name: &str) -> PathBuf {
        format!("/proc/self/fd/{}/{name}", self.folder.as_raw_fd()).into()
    }
}

/// A socket that clients do not find yet. Dropped, it leaves no file.
#[derive(Debug)]
pub struct UnpublishedSocket {
    listener: UnixListener,
    socket: SocketPath,
}

impl UnpublishedSocket {
    /// Gives the socket its name. From here on clients connect to it. Waits for the disk.
    pub fn publish(self) -> io::Result<(UnixListener, SocketPath)> {
        let UnpublishedSocket { listener, socket } = &self;
        let folder = socket.folder()?;
        let listener = listener.try_clone()?;
        std::fs::rename(socket.join(UNPUBLISHED), socket.get())?;
        Ok((listener, SocketPath { folder }))
    }
}

impl Drop for UnpublishedSocket {
    fn drop(&mut self) {
        // Published, it has another name.
        let _ = remove_file(self.socket.join(UNPUBLISHED));
    }
}
