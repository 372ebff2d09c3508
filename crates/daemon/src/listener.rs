//! The listening socket, which outlives every gunicorn.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use socket2::{Domain, Socket, Type};
use tokio::time::{Instant, sleep};

/// The address Isso is reached at, owned from the start of the program to its end.
///
/// A bound listener refuses connections until the first start of Isso, or until the supervisor answers in
/// its place, so no connection waits for nothing. From then on connections queue whenever nothing accepts
/// them, as during a restart.
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
    address: SocketAddr,
}

/// Why no listening socket could be had.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program has the port.
    #[error("{0} is in use by another program; stop it, or take another address")]
    InUse(SocketAddr),
    /// The system refused the address, such as a port below 1024 for an ordinary user.
    #[error("the system refuses the address {address}")]
    Refused {
        /// The address asked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
}

impl Listener {
    /// Takes the address; port 0 takes a free one.
    ///
    /// A port in use is tried for two seconds: when a supervisor was killed, its gunicorn, which
    /// holds the same socket, needs a moment to follow.
    pub async fn bind(address: SocketAddr) -> Result<Listener, ListenError> {
        let give_up = Instant::now() + Duration::from_secs(2);
        loop {
            match bind(address) {
                Ok(listener) => return Ok(listener),
                Err(ListenError::InUse(_)) if Instant::now() < give_up => {
                    sleep(Duration::from_millis(25)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The address taken, with the port that the system chose for port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An address at which this machine reaches the listener: loopback for an unspecified one.
    pub fn local_address(&self) -> SocketAddr {
        reachable(self.address)
    }

    /// Begins to take connections. Repeatable.
    pub(crate) fn open(&self) -> Result<(), ListenError> {
        if let Err(error) = wait_for_requests(&self.socket) {
            tracing::debug!("connections without a request will keep workers busy: {error}");
        }
        // gunicorn's own backlog: https://docs.gunicorn.org/en/stable/settings.html#backlog
        self.socket.listen(2048).map_err(|source| explain(self.address, source))
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// An address at which this machine reaches a server that listens on `address`.
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        specific => specific.ip(),
    };
    SocketAddr::new(ip, address.port())
}

/// Has the kernel hand a connection over once something was sent over it, or after a minute at the latest.
///
/// A worker of gunicorn has one connection at a time, and waits for its request. Browsers open
/// connections ahead of need; a few of them would keep every worker from its work, and an old
/// generation from its end. See `TCP_DEFER_ACCEPT` in tcp(7).
fn wait_for_requests(socket: &Socket) -> io::Result<()> {
    let seconds: libc::c_int = 60;
    #[expect(unsafe_code, reason = "no library has this option")]
    // SAFETY: the pointer and the size are those of one integer, which lives as long as the call.
    let set = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_DEFER_ACCEPT,
            (&raw const seconds).cast(),
            size_of_val(&seconds) as libc::socklen_t,
        )
    };
    Ok(Errno::result(set).map(drop)?)
}

fn bind(address: SocketAddr) -> Result<Listener, ListenError> {
    let socket = || {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        // Connections of an earlier run that linger in TIME_WAIT must not block the port.
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        let bound = socket.local_addr()?.as_socket().unwrap_or(address);
        Ok(Listener { socket, address: bound })
    };
    socket().map_err(|source| explain(address, source))
}

fn explain(address: SocketAddr, source: io::Error) -> ListenError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse(address),
        _ => ListenError::Refused { address, source },
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpStream;

    use super::*;

    fn check(listen: &str, expected: &str) {
        let address = reachable(listen.parse().unwrap());
        assert_eq!(address.to_string(), expected);
    }

    #[test]
    fn an_unspecified_address_is_reached_over_loopback() {
        check("0.0.0.0:8080", "127.0.0.1:8080");
        check("[::]:8080", "[::1]:8080");
        check("192.0.2.7:80", "192.0.2.7:80");
    }

    #[tokio::test]
    async fn a_port_in_use_is_named() {
        let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = other.local_addr().unwrap();
        let error = Listener::bind(address).await.unwrap_err().to_string();
        assert!(error.contains(&address.to_string()), "{error}");
        assert!(error.contains("in use"), "{error}");
    }

    #[tokio::test]
    async fn connections_are_refused_until_the_first_start() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let connect = || TcpStream::connect(listener.address());
        assert_eq!(connect().unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
        listener.open().unwrap();
        listener.open().unwrap();
        connect().unwrap();
    }

    #[tokio::test]
    async fn a_connection_is_handed_over_with_its_request() {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        listener.open().unwrap();
        listener.socket.set_nonblocking(true).unwrap();
        let idle = TcpStream::connect(listener.address()).unwrap();
        let mut visitor = TcpStream::connect(listener.address()).unwrap();
        visitor.write_all(b"GET").unwrap();
        let (_, first) = accept(&listener).await;
        assert_eq!(first.as_socket(), visitor.local_addr().ok());
        drop(idle);
    }

    async fn accept(listener: &Listener) -> (Socket, socket2::SockAddr) {
        loop {
            match listener.socket.accept() {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    sleep(Duration::from_millis(1)).await;
                }
                accepted => return accepted.unwrap(),
            }
        }
    }
}
