//! The address of a website, in the spelling that browsers send and Isso compares.

use std::fmt;

use url::{Host, Url};

use crate::website::Website;

/// A web origin: scheme, host and port, spelled as a browser spells it in its `Origin` header.
///
/// Two spellings of one origin are equal: names are lower-cased and turned into punycode, the default port is dropped.
/// Isso compares character by character, so its settings must hold the spelling that browsers use.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    text: String,
    https: bool,
    local: bool,
}

impl Origin {
    /// Reads an origin such as `https://example.org`; a bare slash at the end is accepted and dropped.
    pub fn parse(text: &str) -> Result<Origin, OriginError> {
        let (scheme, rest) = split(text)?;
        if rest.contains('*') {
            return Err(OriginError::Wildcard);
        }
        if rest.contains('#') {
            return Err(OriginError::Fragment);
        }
        if rest.contains('?') {
            return Err(OriginError::Query);
        }
        if rest.contains('@') {
            return Err(OriginError::UserInfo);
        }
        let netloc = rest.strip_suffix('/').unwrap_or(rest);
        if netloc.contains('/') {
            return Err(if netloc.starts_with('/') {
                OriginError::Host
            } else {
                OriginError::Path
            });
        }
        Origin::of(scheme, netloc)
    }

    /// Whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is `localhost` or a name below it, or a loopback, private or link-local address.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// The origin, as [`Display`](fmt::Display) writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn of(scheme: &str, netloc: &str) -> Result<Origin, OriginError> {
        let url = parse_url(scheme, netloc)?;
        let host = url.host().ok_or(OriginError::Host)?;
        let origin = Origin {
            text: url.origin().ascii_serialization(),
            https: url.scheme() == "https",
            local: is_local(&host),
        };
        // Isso cuts IPv6 addresses apart at their colons unless https stands on its default port.
        match Website::read(&origin.text) {
            Ok(site) if site.origin() == origin.text => Ok(origin),
            _ if matches!(host, Host::Ipv6(_)) => Err(OriginError::Ipv6),
            _ => Err(OriginError::Host),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The reason for which a text is no origin that Isso can compare.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Nothing was given.
    #[error("an address is missing")]
    Empty,
    /// No `https://` in front.
    #[error("the address must begin with https:// or http://")]
    NoScheme,
    /// Another scheme than http and https.
    #[error("\"{scheme}\" is not a scheme of websites: use https:// or http://")]
    Scheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// A name or password before the host.
    #[error("the address must not contain a user name or password")]
    UserInfo,
    /// A `*`.
    #[error("wildcards are not possible: list each website")]
    Wildcard,
    /// Something after the host.
    #[error("the address must end after the host name, without a path")]
    Path,
    /// A `?`.
    #[error("the address must not contain a query (?)")]
    Query,
    /// A `#`.
    #[error("the address must not contain a fragment (#)")]
    Fragment,
    /// A port that is no number from 1 to 65535.
    #[error("the port must be a number from 1 to 65535")]
    Port,
    /// A host that is neither a name nor an address.
    #[error("the host name is not valid")]
    Host,
    /// An IPv6 address, where Isso cannot handle one.
    #[error("Isso understands an IPv6 address only with https:// and without a port")]
    Ipv6,
}

/// Splits an address into its scheme, which is http or https, and what follows `://`.
pub(crate) fn split(text: &str) -> Result<(&str, &str), OriginError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(OriginError::Empty);
    }
    let (scheme, rest) = text.split_once("://").ok_or(OriginError::NoScheme)?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(OriginError::Scheme {
            scheme: scheme.to_owned(),
        });
    }
    // The URL parser corrects these silently, and a person should know of them, so they are refused before it runs.
    if rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(OriginError::Host);
    }
    Ok((scheme, rest))
}

/// Reads an address with a host that DNS knows or could know, and a port that can be connected to.
pub(crate) fn parse_url(scheme: &str, rest: &str) -> Result<Url, OriginError> {
    let url = Url::parse(&format!("{scheme}://{rest}")).map_err(|error| match error {
        url::ParseError::InvalidPort => OriginError::Port,
        _ => OriginError::Host,
    })?;
    if url.port() == Some(0) {
        return Err(OriginError::Port);
    }
    match url.host().ok_or(OriginError::Host)? {
        Host::Domain(name) => check_name(name)?,
        Host::Ipv4(_) | Host::Ipv6(_) => {}
    }
    Ok(url)
}

/// Checks the labels of a host name. Browsers accept more in a name than DNS does, such as commas.
fn check_name(name: &str) -> Result<(), OriginError> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(OriginError::Host)
    }
}

/// Whether no certificate is issued for a host, because only one machine or network reaches it.
pub(crate) fn is_local(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_origin_are_one() {
        let check = |text: &str, expected: &str| {
            assert_eq!(Origin::parse(text).unwrap().as_str(), expected, "{text:?}");
        };
        check("https://example.org", "https://example.org");
        check(" HTTPS://Example.ORG/ ", "https://example.org");
        check("https://example.org:443", "https://example.org");
        check("http://example.org:80/", "http://example.org");
        check("https://example.org:8443", "https://example.org:8443");
        check("https://bücher.example", "https://xn--bcher-kva.example");
        check("https://faß.de", "https://xn--fa-hia.de");
        check("http://localhost:1313", "http://localhost:1313");
        check("http://192.168.1.2", "http://192.168.1.2");
        check("https://[::1]", "https://[::1]");
        check("https://[0:0:0:0:0:0:0:1]:443", "https://[::1]");
        check("https://my_site.example", "https://my_site.example");
    }

    #[test]
    fn a_text_that_is_no_origin_is_refused() {
        use OriginError::*;
        let check = |text: &str, expected: OriginError| {
            assert_eq!(Origin::parse(text), Err(expected), "{text:?}");
        };
        check("", Empty);
        check("example.org", NoScheme);
        check("https:example.org", NoScheme);
        check("//example.org", NoScheme);
        check("ftp://example.org", Scheme { scheme: "ftp".into() });
        check("https://user@example.org", UserInfo);
        check("https://*.example.org", Wildcard);
        check("https://example.org/blog", Path);
        check("https://example.org//", Path);
        check("https://example.org?x", Query);
        check("https://example.org/#top", Fragment);
        check("https://example.org:0", Port);
        check("https://example.org:65536", Port);
        check("https://example.org:x", Port);
        check("https://", Host);
        check("https:///x", Host);
        check("https://a,https://b", Path);
        check("https://a,b", Host);
        check("https://a b", Host);
        check("https://a\\b", Host);
        check("https://a..b", Host);
        check("https://999.1.1.1", Host);
        check("http://[::1]", Ipv6);
        check("https://[::1]:8443", Ipv6);
    }

    #[test]
    fn an_origin_is_local_if_no_certificate_is_issued_for_it() {
        let check = |text: &str, expected: bool| {
            assert_eq!(Origin::parse(text).unwrap().is_local(), expected, "{text:?}");
        };
        check("http://localhost", true);
        check("http://blog.localhost:8000", true);
        check("http://127.0.0.1", true);
        check("http://10.1.2.3:81", true);
        check("http://169.254.1.1", true);
        check("https://[fd00::1]", true);
        check("https://[2001:db8::1]", false);
        check("http://example.org", false);
        check("http://8.8.8.8", false);
    }

    proptest! {
        #[test]
        fn parsing_again_changes_nothing(text in "https?://[a-zA-Zäß0-9.\\-]{1,12}(:[0-9]{1,5})?/?") {
            if let Ok(origin) = Origin::parse(&text) {
                prop_assert_eq!(Origin::parse(origin.as_str()), Ok(origin));
            }
        }

        #[test]
        fn strange_texts_cause_no_panic(text in "(https?://)?\\PC*") {
            let _ = Origin::parse(&text);
            let _ = Website::read(&text);
        }
    }
}
