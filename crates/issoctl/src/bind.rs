//! Taking the address to listen on.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use isso_host::daemon::{ListenError, Listener};

use crate::failure::Failure;
use crate::listen::{EXAMPLES, Listen, PORT};

impl Listen {
    /// Looks up the name and takes the address. It waits for the resolver, so it is for start-up alone.
    pub async fn bind(&self) -> Result<Listener, Failure> {
        let address = self.resolve()?;
        Listener::bind(address).await.map_err(|error| explain(address, error))
    }

    /// The IPv4 address of the name, as gunicorn takes it, else its IPv6 address.
    fn resolve(&self) -> Result<SocketAddr, Failure> {
        let found = (self.host.as_str(), self.port).to_socket_addrs();
        let all: Vec<_> = found
            .map_err(|source| {
                let host = &self.host;
                Failure::new(format!("`{host}` is no address, and no name of one"), source)
                    .exit(Failure::USAGE)
                    .hint(format!("name an address of this machine; {EXAMPLES}"))
            })?
            .collect();
        let ipv4 = all.iter().find(|it| it.is_ipv4());
        ipv4.or(all.first())
            .copied()
            .ok_or_else(|| Failure::usage(format!("the name `{}` has no address", self.host)).hint(EXAMPLES))
    }
}

/// Says who may have the address, and what to do.
fn explain(address: SocketAddr, error: ListenError) -> Failure {
    let port = address.port();
    let another = SocketAddr::new(address.ip(), if port == PORT { PORT + 1 } else { PORT });
    let hint = match &error {
        ListenError::InUse(_) => format!(
            "see which program has it with `sudo ss -ltnp 'sport = :{port}'` and stop that one, or choose another port: \
             --listen {another}"
        ),
        ListenError::Refused { source, .. } => match source.kind() {
            io::ErrorKind::PermissionDenied => format!(
                "a port below 1024 takes root or the capability CAP_NET_BIND_SERVICE; choose one above, such as --listen \
                 {another}, and put a reverse proxy before it"
            ),
            io::ErrorKind::AddrNotAvailable => format!(
                "choose an address of this machine; `ip -brief address` lists them, and --listen :{port} takes all of IPv4"
            ),
            _ => "choose another address, such as --listen 127.0.0.1:8080".to_owned(),
        },
    };
    Failure::new(format!("cannot listen on {address}"), error).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_resolved_and_one_without_an_address_is_told() {
        let resolve = |text: &str| text.parse::<Listen>().unwrap().resolve();
        assert_eq!(resolve("localhost:8080").unwrap().to_string(), "127.0.0.1:8080");
        assert_eq!(resolve("[::1]:8080").unwrap().to_string(), "[::1]:8080");
        let failure = resolve("no-such-host.invalid:8080").unwrap_err();
        assert!(failure.line().contains("`no-such-host.invalid`"), "{failure}");
    }

    /// Checks cause and hint of an address that cannot be taken.
    fn explained(text: &str, kind: io::ErrorKind, words: &[&str]) {
        let address: SocketAddr = text.parse().unwrap();
        let error = match kind {
            io::ErrorKind::AddrInUse => ListenError::InUse(address),
            kind => ListenError::Refused {
                address,
                source: kind.into(),
            },
        };
        let hint = format!("{:?}", explain(address, error));
        for word in words {
            assert!(hint.contains(word), "{word}: {hint}");
        }
    }

    #[test]
    fn an_address_that_cannot_be_had_is_told_with_what_to_do() {
        use io::ErrorKind::{AddrInUse, AddrNotAvailable, PermissionDenied};
        let ss = "sudo ss -ltnp 'sport = :8080'";
        explained("127.0.0.1:8080", AddrInUse, &[ss, "--listen 127.0.0.1:8081"]);
        explained("[::1]:9000", AddrInUse, &["--listen [::1]:8080"]);
        explained(
            "0.0.0.0:80",
            PermissionDenied,
            &["CAP_NET_BIND_SERVICE", "--listen 0.0.0.0:8080"],
        );
        explained("192.0.2.7:80", AddrNotAvailable, &["ip -brief address"]);
    }
}
