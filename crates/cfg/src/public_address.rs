//! The address at which browsers reach Isso, `[server] public-endpoint`.

use std::fmt;

use crate::origin::{OriginError, is_local, parse_url, split};

/// The address at which browsers reach Isso: an origin, and the path below which a reverse proxy serves Isso, if any.
///
/// Isso puts its own paths behind this address, so it ends without a slash. As in an [`Origin`](crate::Origin), names
/// are lower-cased and turned into punycode, and the default port is dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicAddress {
    text: String,
    https: bool,
    local: bool,
}

impl PublicAddress {
    /// Reads an address such as `https://comments.example.org` or `https://example.org/comments`. Slashes at the end
    /// are accepted and dropped.
    pub fn parse(text: &str) -> Result<PublicAddress, PublicAddressError> {
        let (scheme, rest) = split(text)?;
        if rest.contains('#') {
            return Err(PublicAddressError::Fragment);
        }
        if rest.contains('?') {
            return Err(PublicAddressError::Query);
        }
        let (netloc, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if netloc.is_empty() {
            return Err(OriginError::Host.into());
        }
        if netloc.contains('@') {
            return Err(OriginError::UserInfo.into());
        }
        let path = path.trim_end_matches('/');
        // Isso replaces `$NAME` in its settings, and the URL parser would silently remove the dots.
        if path.split('/').skip(1).any(is_strange) {
            return Err(PublicAddressError::Path);
        }
        let url = parse_url(scheme, &format!("{netloc}{path}"))?;
        let host = url.host().ok_or(OriginError::Host)?;
        let path = url.path().trim_end_matches('/');
        Ok(PublicAddress {
            text: format!("{}{path}", url.origin().ascii_serialization()),
            https: url.scheme() == "https",
            local: is_local(&host),
        })
    }

    /// Whether the scheme is https.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether the host is `localhost` or a name below it, or a loopback, private or link-local address.
    pub fn is_local(&self) -> bool {
        self.local
    }

    /// The address, as [`Display`](fmt::Display) writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for PublicAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The reason for which a text is no address behind which Isso can put its paths.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicAddressError {
    /// The scheme, the host or the port is wrong.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// A `?`.
    #[error("the address must not contain a query (?)")]
    Query,
    /// A `#`.
    #[error("the address must not contain a fragment (#)")]
    Fragment,
    /// A path with an empty part, with a part of dots, or with a `$`.
    #[error("the path must be like /comments, without //, dots alone or $")]
    Path,
}

fn is_strange(name: &str) -> bool {
    let plain = name.to_lowercase().replace("%2e", ".");
    matches!(plain.as_str(), "" | "." | "..") || name.contains('$')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Origin;

    #[test]
    fn spellings_of_one_address_are_one() {
        let check = |text: &str, expected: &str| {
            assert_eq!(PublicAddress::parse(text).unwrap().as_str(), expected, "{text:?}");
        };
        check("https://comments.example.org", "https://comments.example.org");
        check(" HTTPS://Comments.Example.ORG/ ", "https://comments.example.org");
        check("https://example.org:443/Isso/", "https://example.org/Isso");
        check("https://example.org/a/b//", "https://example.org/a/b");
        check("http://example.org:80", "http://example.org");
        check("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9");
        check("http://[::1]:8080/isso", "http://[::1]:8080/isso");
        check("https://[2001:DB8::1]:62443", "https://[2001:db8::1]:62443");
        check("http://192.168.1.5:62080", "http://192.168.1.5:62080");
    }

    #[test]
    fn a_text_that_is_no_address_is_refused() {
        use OriginError::*;
        let check = |text: &str, expected: PublicAddressError| {
            assert_eq!(PublicAddress::parse(text), Err(expected), "{text:?}");
        };
        check("", Empty.into());
        check("comments.example.org", NoScheme.into());
        check("ftp://example.org", Scheme { scheme: "ftp".into() }.into());
        check("https://me@example.org", UserInfo.into());
        check("https://*.example.org", Host.into());
        check("https://", Host.into());
        check("https:///isso", Host.into());
        check("https://a b/isso", Host.into());
        check("https://example.org:99999/isso", Port.into());
        check("https://example.org?x", PublicAddressError::Query);
        check("https://example.org/isso?x#y", PublicAddressError::Fragment);
        check("https://example.org//isso", PublicAddressError::Path);
        check("https://example.org/a/../b", PublicAddressError::Path);
        check("https://example.org/a/%2E%2e", PublicAddressError::Path);
        check("https://example.org/$HOME", PublicAddressError::Path);
    }

    #[test]
    fn an_address_is_local_where_an_origin_is() {
        for text in [
            "http://localhost:8080",
            "http://10.1.2.3",
            "http://example.org",
            "https://8.8.8.8",
        ] {
            let (address, origin) = (PublicAddress::parse(text).unwrap(), Origin::parse(text).unwrap());
            assert_eq!(address.is_local(), origin.is_local(), "{text}");
            assert_eq!(address.is_https(), origin.is_https(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_origin_is_an_address_of_the_same_spelling(text in "https?://[a-zA-Zäß0-9.\\-]{1,12}(:[0-9]{1,5})?/?") {
            if let Ok(origin) = Origin::parse(&text) {
                let address = PublicAddress::parse(&text).unwrap();
                prop_assert_eq!(address.as_str(), origin.as_str());
            }
        }

        #[test]
        fn parsing_again_changes_nothing(text in "https?://[a-zA-Z0-9.\\-]{1,12}(:[0-9]{1,5})?(/[a-zä%.~;!$']{0,4}){0,3}/?") {
            if let Ok(address) = PublicAddress::parse(&text) {
                prop_assert!(!address.as_str().ends_with('/'));
                prop_assert!(!address.as_str().contains('$'));
                prop_assert_eq!(PublicAddress::parse(address.as_str()), Ok(address));
            }
        }

        #[test]
        fn strange_texts_cause_no_panic(text in "(https?://)?\\PC*") {
            let _ = PublicAddress::parse(&text);
        }
    }
}
