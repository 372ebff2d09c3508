//! The addresses of names.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;

use super::exchange::NoAnswer;
use super::memo::Memo;
use crate::patient::Options;

/// Looks up the addresses of names, each once.
#[derive(Debug)]
pub struct Names {
    seen: Memo<String, Result<Vec<IpAddr>, NoAnswer>>,
    given: Vec<(String, SocketAddr)>,
    limit: Duration,
    knows_internet: OnceCell<bool>,
}

/// A name that exists wherever names of the internet are known.
const KNOWN: &str = "a.root-servers.net";

impl Names {
    pub(super) fn new(options: &Options) -> Self {
        let lower = |(name, address): &(String, SocketAddr)| (name.trim().to_ascii_lowercase(), *address);
        Self {
            seen: Memo::default(),
            given: options.resolve.iter().map(lower).collect(),
            // A request waits for the name within its own limit, and is to know which of both was slow.
            limit: options.limit / 2,
            knows_internet: OnceCell::new(),
        }
    }

    /// The address that the options give for the host of a URL.
    pub fn given(&self, url: &Url) -> Option<SocketAddr> {
        self.given_for(url.host_str()?, url.port_or_known_default()?)
    }

    /// The address that the options give for a host and port.
    pub fn given_for(&self, host: &str, port: u16) -> Option<SocketAddr> {
        let with_port = format!("{host}:{port}");
        let find = |wanted: &str| self.given.iter().find(|(name, _)| name == wanted);
        find(&with_port).or_else(|| find(host)).map(|(_, address)| *address)
    }

    /// Asks the name server for the addresses of a name. An address has itself.
    pub async fn look(&self, host: &str) -> Result<Vec<IpAddr>, NoAnswer> {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        if let Ok(ip) = host.parse() {
            return Ok(vec![ip]);
        }
        // Names below .onion must not be asked for: <https://www.rfc-editor.org/rfc/rfc7686>.
        if host.ends_with(".onion") {
            return Err(NoAnswer::Tor);
        }
        let name = host.clone();
        let limit = self.limit;
        let look = async move {
            match tokio::time::timeout(limit, tokio::net::lookup_host((name, 0))).await {
                Ok(Ok(addresses)) => {
                    let mut seen: Vec<IpAddr> = Vec::new();
                    for ip in addresses.map(|address| address.ip()) {
                        if !seen.contains(&ip) {
                            seen.push(ip);
                        }
                    }
                    if seen.is_empty() {
                        Err(NoAnswer::NoSuchName)
                    } else {
                        Ok(seen)
                    }
                }
                Ok(Err(error)) => match failure(&error.to_string()) {
                    // A name server of a closed network says of every name that it does not exist.
                    NoAnswer::NoSuchName if !self.knows_internet().await => Err(NoAnswer::NoNameServer),
                    reason => Err(reason),
                },
                Err(_) => Err(NoAnswer::NoNameServer),
            }
        };
        self.seen.get(host, look).await
    }

    async fn knows_internet(&self) -> bool {
        let look = || tokio::time::timeout(self.limit, tokio::net::lookup_host((KNOWN, 0)));
        let knows = async || matches!(look().await, Ok(Ok(_)));
        *self.knows_internet.get_or_init(knows).await
    }
}

/// Tells a name that does not exist from a name server that does not answer. The standard library gives no code of
/// either, only the texts of `getaddrinfo`, which are those of glibc or musl and never translated.
fn failure(error: &str) -> NoAnswer {
    let absent = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "Name has no usable address",
    ];
    match absent.iter().any(|text| error.contains(text)) {
        true => NoAnswer::NoSuchName,
        false => NoAnswer::NoNameServer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_name_is_told_from_a_silent_name_server() {
        let text = "failed to lookup address information: ";
        for (error, expected) in [
            ("Name or service not known", NoAnswer::NoSuchName),
            ("Name does not resolve", NoAnswer::NoSuchName),
            ("Temporary failure in name resolution", NoAnswer::NoNameServer),
            ("Try again", NoAnswer::NoNameServer),
        ] {
            assert_eq!(failure(&format!("{text}{error}")), expected);
        }
    }
}
