//! Binds the address to listen on.

use std::net::{SocketAddr, ToSocketAddrs};

use isso_host::daemon::Listener;

use crate::errors::listen::cannot_listen;
use crate::failure::Failure;
use crate::listen::{EXAMPLES, Listen};

impl Listen {
    /// Looks up the name and binds the address. Blocks while the name is looked up, so call it only at the start.
    pub async fn bind(&self) -> Result<Listener, Failure> {
        let address = self.resolve()?;
        Listener::bind(address)
            .await
            .map_err(|error| cannot_listen(address, error))
    }

    /// Returns the IPv4 address of the name, which gunicorn prefers too, else its IPv6 address.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_resolved_and_a_name_without_an_address_is_reported() {
        let resolve = |text: &str| text.parse::<Listen>().unwrap().resolve();
        assert_eq!(resolve("localhost:8080").unwrap().to_string(), "127.0.0.1:8080");
        assert_eq!(resolve("[::1]:8080").unwrap().to_string(), "[::1]:8080");
        let failure = resolve("no-such-host.invalid:8080").unwrap_err();
        assert!(failure.line().contains("`no-such-host.invalid`"), "{failure}");
    }
}
