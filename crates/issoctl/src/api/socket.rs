//! The API's socket file.

use std::fs::{File, Permissions, set_permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

const NAME: &str = "api.sock";

/// A short path to the socket of a data folder, valid while this lives.
///
/// A socket's path is limited to 108 bytes ([unix(7)]), a data folder's is not: the way leads
/// through an open descriptor of the folder.
///
/// [unix(7)]: https://man7.org/linux/man-pages/man7/unix.7.html
#[derive(Debug)]
pub struct SocketPath {
    folder: File,
}

impl SocketPath {
    /// Opens the folder.
    pub fn new(data: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: File::open(data)?,
        })
    }

    /// The path to connect to.
    pub fn get(&self) -> PathBuf {
        self.join(NAME)
    }

    /// Listens for the owner alone. A socket that a killed `up` left behind is replaced.
    pub fn bind(&self) -> io::Result<UnixListener> {
        // Bound under another name, so that nobody can connect before the mode is right.
        let unready = self.join("api.sock.new");
        match std::fs::remove_file(&unready) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&unready)?;
        set_permissions(&unready, Permissions::from_mode(0o600))?;
        std::fs::rename(&unready, self.get())?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }

    /// Takes the socket file away.
    pub fn remove(&self) {
        // What is left behind is replaced by the next `up`.
        let _ = std::fs::remove_file(self.get());
    }

    fn join(&self, name: &str) -> PathBuf {
        format!("/proc/self/fd/{}/{name}", self.folder.as_raw_fd()).into()
    }
}
