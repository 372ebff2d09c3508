//! The public address: where browsers reach Isso.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

/// The public address, such as `https://comments.example.org/isso`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads an address; slashes at its end do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let mut url = super::error::web_url(text)?;
        let is_bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        (is_bare && url.password().is_none()).then_some(Self(url))
    }

    /// The URL of something below the address, such as `/info`.
    pub fn url(&self, path_and_query: &str) -> Url {
        // An address and a path that begins with a slash make a URL.
        Url::parse(&format!("{self}{path_and_query}")).unwrap_or_else(|_| self.0.clone())
    }

    /// Scheme, host and port, as browsers write them.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The host, without brackets around an IPv6 address.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default().trim_matches(['[', ']'])
    }

    /// The host, if it is an address and no name.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
            Host::Domain(_) => None,
        }
    }

    /// Host and port, as a `Host` header has them.
    pub fn authority(&self) -> &str {
        self.0.authority()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(443)
    }

    /// The path without a slash at its end: empty if Isso has the host for itself.
    pub fn prefix(&self) -> &str {
        self.0.path().trim_end_matches('/')
    }

    /// Whether browsers use TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }
}

/// Without a slash at the end.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_read_without_its_last_slashes() {
        for (text, expected, info) in [
            (
                "https://C.example.org/",
                "https://c.example.org",
                "https://c.example.org/info",
            ),
            (
                "http://a.test:8080/isso/",
                "http://a.test:8080/isso",
                "http://a.test:8080/isso/info",
            ),
            ("https://[::1]/a//", "https://[::1]/a", "https://[::1]/a/info"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!(address.to_string(), expected);
            assert_eq!(address.url("/info").as_str(), info);
        }
        for text in [
            "",
            "c.example.org",
            "ftp://a.test",
            "https://a.test/?x=1",
            "https://u@a.test",
            "https://a.test/#x",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }
}
