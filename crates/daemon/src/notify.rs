//! Receives what gunicorn reports: that it has loaded Isso, and that its workers take requests.

use std::ffi::OsString;
use std::io::{self, IoSliceMut};
use std::os::fd::AsRawFd;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::net::UnixDatagram as StdDatagram;

use nix::cmsg_space;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, UnixAddr, UnixCredentials, bind, recvmsg, setsockopt, sockopt};
use nix::unistd::Pid;
use tokio::io::Interest;
use tokio::net::UnixDatagram;

use crate::group::Group;

/// A line that each worker sends once it takes requests, followed by the number of workers there will be.
/// The hooks in `gunicorn.conf.py` send it.
const WORKER_OF: &[u8] = b"X_ISSO_WORKER_OF=";

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
        setsockopt(&socket, sockopt::PassCred, &true)?;
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

    /// Waits for `READY=1`; returns the process that sent it.
    pub(crate) async fn ready(&self) -> io::Result<i32> {
        loop {
            let (words, sender) = self.receive().await?;
            if lines(&words).any(|line| line == b"READY=1") {
                return Ok(sender);
            }
        }
    }

    /// Waits until every worker of a group has reported that it takes requests. A gunicorn without the hooks never
    /// does.
    pub(crate) async fn workers_booted(&self, group: Group) -> io::Result<()> {
        let mut booted = 0;
        loop {
            let (words, sender) = self.receive().await?;
            if !group.has(Pid::from_raw(sender)) {
                continue;
            }
            let wanted = lines(&words).find_map(|line| line.strip_prefix(WORKER_OF));
            let wanted = wanted.and_then(|number| str::from_utf8(number).ok()?.parse().ok());
            booted += u32::from(wanted.is_some());
            if wanted.is_some_and(|wanted: u32| booted >= wanted) {
                return Ok(());
            }
        }
    }

    /// The next datagram, and the process that sent it, which the kernel tells; 0 if what else was sent leaves no room
    /// for that.
    async fn receive(&self) -> io::Result<(Vec<u8>, i32)> {
        let receive = || {
            let mut words = [0; 1024];
            let mut credentials = cmsg_space!(UnixCredentials);
            let mut buffers = [IoSliceMut::new(&mut words)];
            let received = recvmsg::<()>(
                self.socket.as_raw_fd(),
                &mut buffers,
                Some(&mut credentials),
                MsgFlags::empty(),
            )?;
            // Any process may send descriptors, for which there is no room, and which the kernel closes then.
            let sender = received.cmsgs().ok().and_then(|mut messages| {
                messages.find_map(|message| match message {
                    ControlMessageOwned::ScmCredentials(credentials) => Some(credentials.pid()),
                    _ => None,
                })
            });
            let length = received.bytes;
            Ok((words[..length].to_vec(), sender.unwrap_or_default()))
        };
        self.socket.async_io(Interest::READABLE, receive).await
    }
}

fn lines(words: &[u8]) -> impl Iterator<Item = &[u8]> {
    words.split(|&byte| byte == b'\n')
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;
    use std::os::fd::AsFd;

    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::socket::{ControlMessage, sendmsg};
    use nix::unistd::getpgrp;

    use super::*;

    fn say(notify: &NotifySocket, datagrams: &[&str]) {
        let name = notify.name().clone().into_vec();
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name[1..]).unwrap();
        let sender = StdDatagram::unbound().unwrap();
        for datagram in datagrams {
            sender.send_to_addr(datagram.as_bytes(), &address).unwrap();
        }
    }

    #[tokio::test]
    async fn ready_is_heard_among_other_words_with_the_process_that_says_so() {
        let notify = NotifySocket::bind().unwrap();
        say(&notify, &["STATUS=READY=1 soon", "READY=0", "STATUS=booted\nREADY=1"]);
        let sender = notify.ready().await.unwrap();
        assert_eq!(u32::try_from(sender), Ok(std::process::id()));
        assert_eq!(
            notify.socket.try_recv(&mut [0; 8]).unwrap_err().kind(),
            io::ErrorKind::WouldBlock,
            "the words before READY=1 did not count"
        );
    }

    #[tokio::test]
    async fn descriptors_that_a_process_sends_end_no_start() {
        let notify = NotifySocket::bind().unwrap();
        let name = notify.name().clone().into_vec();
        let address = UnixAddr::new_abstract(&name[1..]).unwrap();
        let sender = StdDatagram::unbound().unwrap();
        sendmsg(
            sender.as_raw_fd(),
            &[IoSlice::new(b"READY=0")],
            &[ControlMessage::ScmRights(&[sender.as_raw_fd(); 10])],
            MsgFlags::empty(),
            Some(&address),
        )
        .unwrap();
        say(&notify, &["READY=1"]);
        let sender = notify.ready().await.unwrap();
        assert_eq!(u32::try_from(sender), Ok(std::process::id()));
    }

    #[tokio::test]
    async fn workers_are_booted_when_the_last_has_said_so() {
        let notify = NotifySocket::bind().unwrap();
        let ours = Group::of(getpgrp().as_raw().cast_unsigned());
        let of_two = "X_ISSO_WORKER_OF=2";
        let others = ["X_ISSO_WORKER_OF=two", "STATUS=X_ISSO_WORKER_OF=2"];
        say(&notify, &[of_two, others[0], others[1], of_two, "later"]);
        notify.workers_booted(ours).await.unwrap();
        assert_eq!(notify.receive().await.unwrap().0, b"later");
    }

    #[tokio::test]
    async fn workers_of_other_groups_are_not_counted() {
        let notify = NotifySocket::bind().unwrap();
        // No process group has this number.
        let other = Group::of(i32::MAX.cast_unsigned());
        say(&notify, &["X_ISSO_WORKER_OF=0"]);
        let all_read = async {
            while is_readable(&notify.socket) {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            booted = notify.workers_booted(other) => panic!("{booted:?}"),
            () = all_read => {}
        }
    }

    fn is_readable(socket: &impl AsFd) -> bool {
        let mut sockets = [PollFd::new(socket.as_fd(), PollFlags::POLLIN)];
        poll(&mut sockets, PollTimeout::ZERO).unwrap() > 0
    }
}
