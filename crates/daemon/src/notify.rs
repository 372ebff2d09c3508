//! gunicorn's word that it has loaded Isso, as it would give it to systemd.

use std::ffi::OsString;
use std::io;
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixDatagram as StdDatagram;

use nix::sys::socket::{UnixAddr, bind};
use tokio::net::UnixDatagram;

/// The receiving end of `NOTIFY_SOCKET`, for one generation.
///
/// The protocol is [sd_notify's](https://www.freedesktop.org/software/systemd/man/sd_notify.html):
/// datagrams of `KEY=value` lines. The socket is an abstract one with a name chosen by the kernel:
/// no file to clean up, no limit of a path's length. Any local process could write to it; a
/// gunicorn has to answer, and its workers to boot, besides.
#[derive(Debug)]
pub(crate) struct NotifySocket {
    socket: UnixDatagram,
    name: OsString,
}

impl NotifySocket {
    pub(crate) fn bind() -> io::Result<NotifySocket> {
        let socket = StdDatagram::unbound()?;
        // Linux autobinds a socket that is bound to no name: unix(7), "Autobind feature".
        bind(socket.as_raw_fd(), &UnixAddr::new_unnamed())?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let name = address
            .as_abstract_name()
            .ok_or_else(|| io::Error::other("the kernel gave the socket no name"))?;
        let name = OsString::from_vec([b"@", name].concat());
        let socket = UnixDatagram::from_std(socket)?;
        Ok(NotifySocket { socket, name })
    }

    /// The value of `NOTIFY_SOCKET`; `@` stands for the null byte of an abstract name.
    pub(crate) fn name(&self) -> &OsString {
        &self.name
    }

    /// Waits for `READY=1`.
    pub(crate) async fn ready(&self) -> io::Result<()> {
        let mut datagram = [0; 1024];
        loop {
            let length = self.socket.recv(&mut datagram).await?;
            let mut lines = datagram[..length].split(|&byte| byte == b'\n');
            if lines.any(|line| line == b"READY=1") {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ready_is_heard_among_other_words() {
        let notify = NotifySocket::bind().unwrap();
        let name = notify.name().clone().into_vec();
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name[1..]).unwrap();
        let sender = StdDatagram::unbound().unwrap();
        for datagram in ["STATUS=READY=1 soon", "READY=0", "STATUS=booted\nREADY=1"] {
            sender.send_to_addr(datagram.as_bytes(), &address).unwrap();
        }
        notify.ready().await.unwrap();
        assert_eq!(
            notify.socket.try_recv(&mut [0; 8]).unwrap_err().kind(),
            io::ErrorKind::WouldBlock,
            "the words before READY=1 did not count"
        );
    }
}
