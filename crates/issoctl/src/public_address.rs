//! Parses the address where browsers reach Isso, for a reverse proxy.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use isso_host::cfg::{Origin, OriginError};

/// An address such as `https://comments.example.org` or `https://blog.example.org:8443/isso`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicAddress {
    /// Name and port, as browsers send them in `Host`: the default port is not written.
    authority: String,
    /// Empty, or a path that begins with a slash and does not end with one.
    prefix: String,
}

impl PublicAddress {
    /// The name alone.
    pub fn name(&self) -> &str {
        self.authority.split(':').next().unwrap_or_default()
    }

    /// The port to listen on.
    pub fn port(&self) -> &str {
        self.authority.split_once(':').map_or("443", |(_, port)| port)
    }

    /// Name and port, as browsers send them in `Host`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path of Isso, without a slash at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

impl FromStr for PublicAddress {
    type Err = NotAPublicAddress;

    fn from_str(text: &str) -> Result<Self, NotAPublicAddress> {
        let text = text.trim();
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
            Some(_) => return Err(NotAPublicAddress::Scheme),
            None => text,
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = Origin::parse(&format!("https://{authority}"))?;
        let authority = origin.as_str().trim_start_matches("https://");
        let name = authority.split(':').next().unwrap_or_default();
        if authority.starts_with('[') || name.parse::<IpAddr>().is_ok() {
            return Err(NotAPublicAddress::Number);
        }
        let path = path.trim_end_matches('/');
        if !path.is_empty() && !path.split('/').all(is_step) {
            return Err(NotAPublicAddress::Path);
        }
        Ok(Self {
            authority: authority.to_owned(),
            prefix: if path.is_empty() {
                String::new()
            } else {
                format!("/{path}")
            },
        })
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority, self.prefix)
    }
}

/// Whether a step of a path means the same to browsers and in the configurations of all proxies.
fn is_step(step: &str) -> bool {
    !step.is_empty() && !step.starts_with('.') && step.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The reason for which a text is no address for a reverse proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPublicAddress {
    /// Another scheme than https.
    #[error("visitors' browsers need https:// here; write a name such as comments.example.org")]
    Scheme,
    /// A number in place of a name.
    #[error(
        "a certificate that browsers trust is for a name, not for a number; write a name such as comments.example.org"
    )]
    Number,
    /// A path that proxies may read otherwise.
    #[error("the path may hold letters, digits and `-_.` between slashes, as in blog.example.org/isso")]
    Path,
    /// No host, or no port.
    #[error("{0}; write a name such as comments.example.org or blog.example.org/isso")]
    Origin(#[from] OriginError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        let check = |text: &str, expected: &str| {
            assert_eq!(text.parse::<PublicAddress>().unwrap().to_string(), expected, "{text:?}");
        };
        check("comments.example.org", "https://comments.example.org");
        check(" HTTPS://Comments.Example.ORG:443/ ", "https://comments.example.org");
        check("blog.example.org/isso/", "https://blog.example.org/isso");
        check(
            "https://blog.example.org:8443/a/b-c",
            "https://blog.example.org:8443/a/b-c",
        );
        check("kommentare.bücher.example", "https://kommentare.xn--bcher-kva.example");
    }

    #[test]
    fn what_would_be_read_otherwise_in_a_configuration_is_refused() {
        use NotAPublicAddress::{Number, Path, Scheme};
        let check = |text: &str, expected: NotAPublicAddress| {
            assert_eq!(text.parse::<PublicAddress>(), Err(expected), "{text:?}");
        };
        check("http://comments.example.org", Scheme);
        check("192.0.2.1", Number);
        check("[2001:db8::1]", Number);
        for path in [
            "a b", "a;", "{x}", "$x", "a//b", "..", "a/../b", "\"", "`", "#x", "?x", "ä", "a\nb",
        ] {
            check(&format!("blog.example.org/{path}"), Path);
        }
        for host in ["", "a b", "a;b", "a\"b", "*.example.org", "a{b", "$a", "a@b", "a:0"] {
            assert!(host.parse::<PublicAddress>().is_err(), "{host:?}");
        }
    }
}
