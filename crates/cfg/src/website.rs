//! Reads an entry of `[general] host` as Isso does.

use std::net::Ipv6Addr;

/// The origin that Isso makes of an entry of [`keys::HOST`](crate::keys::HOST); `None` if Isso does not start with it.
///
/// It is that of a browser only if the entry is spelled as browsers spell it.
pub fn isso_origin(entry: &str) -> Option<String> {
    Website::read(entry).ok().map(|site| site.origin())
}

/// The parts of a website that Isso compares with the `Origin` header of a request: host, port, and whether the scheme
/// is https.
///
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/wsgi.py>
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Website {
    host: String,
    port: u16,
    https: bool,
}

impl Website {
    /// Reads an entry as Isso's `urlsplit` does, or says why Isso would not start with it.
    pub fn read(entry: &str) -> Result<Website, WebsiteError> {
        let (https, rest) = if let Some(rest) = entry.strip_prefix("https://") {
            (true, rest)
        } else {
            (false, entry.strip_prefix("http://").unwrap_or(entry))
        };
        let rest: String = rest.chars().filter(|c| !matches!(c, '\t' | '\r' | '\n')).collect();
        let netloc = netloc(&rest);
        let port = port(netloc)?;
        let host = match (https, port) {
            (true, None) => netloc,
            // Isso cuts at the first colon, so of an IPv6 address nothing but the bracket remains.
            _ => netloc.split(':').next().unwrap_or(netloc),
        };
        check_host(host)?;
        let default = if https && port.is_none() { 443 } else { 80 };
        let port = port.filter(|&port| port != 0).unwrap_or(default);
        Ok(Website {
            host: host.to_owned(),
            port,
            https,
        })
    }

    /// The origin that Isso puts into the CORS header of its answers to this site.
    pub fn origin(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        match (self.https, self.port) {
            (true, 443) | (false, 80) => format!("{scheme}://{}", self.host),
            (_, port) => format!("{scheme}://{}:{port}", self.host),
        }
    }
}

/// The reason for which Isso does not start with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WebsiteError {
    /// A port that is no number up to 65535.
    Port,
    /// Brackets that hold no IPv6 address.
    Brackets,
    /// A space or control character in the host.
    Space,
    /// Two dots in a row, a dot at the beginning, or a part of more than 63 characters.
    Label,
}

/// An address without its scheme, if it has one.
pub(crate) fn without_scheme(address: &str) -> &str {
    address.split_once("://").map_or(address, |(_, rest)| rest)
}

/// An entry without its scheme, up to its path: what Isso calls the netloc.
pub(crate) fn netloc(rest: &str) -> &str {
    &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())]
}

/// The port as Python's `urlparse` finds it. <https://docs.python.org/3/library/urllib.parse.html>
fn port(netloc: &str) -> Result<Option<u16>, WebsiteError> {
    let host = netloc.rsplit_once('@').map_or(netloc, |(_, host)| host);
    let port = if let Some((_, bracketed)) = host.split_once('[') {
        let (address, after) = bracketed.split_once(']').ok_or(WebsiteError::Brackets)?;
        let address = address.split('%').next().unwrap_or(address);
        address.parse::<Ipv6Addr>().map_err(|_| WebsiteError::Brackets)?;
        after.split_once(':').map(|(_, port)| port)
    } else if host.contains(']') {
        return Err(WebsiteError::Brackets);
    } else {
        host.split_once(':').map(|(_, port)| port)
    };
    match port {
        None | Some("") => Ok(None),
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            digits.parse().map(Some).map_err(|_| WebsiteError::Port)
        }
        Some(_) => Err(WebsiteError::Port),
    }
}

/// Refuses a host on which Python's HTTP client or its name resolution raises an error: Isso tries at start to reach
/// the site.
///
/// <https://github.com/python/cpython/blob/3.11/Lib/http/client.py> (`_validate_host`),
/// <https://github.com/python/cpython/blob/3.11/Lib/encodings/idna.py> (`Codec.encode`)
fn check_host(host: &str) -> Result<(), WebsiteError> {
    if host.contains(|c: char| c <= ' ' || c == '\x7f') {
        return Err(WebsiteError::Space);
    }
    let mut labels = host.split('.').rev();
    let last = labels.next().unwrap_or_default();
    if last.len() > 63 || labels.any(|label| label.is_empty() || label.len() > 63) {
        return Err(WebsiteError::Label);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_as_isso_reads_them() {
        let check = |entry: &str, expected: Result<&str, WebsiteError>| {
            assert_eq!(
                Website::read(entry).map(|site| site.origin()),
                expected.map(str::to_owned),
                "{entry:?}"
            );
        };
        check("localhost", Ok("http://localhost"));
        check("https://example.org/blog?x#y", Ok("https://example.org"));
        check("https://example.org:443", Ok("https://example.org"));
        check("http://example.org:80", Ok("http://example.org"));
        check("http://example.org:443", Ok("http://example.org:443"));
        check("http://example.org:0", Ok("http://example.org"));
        check("Example.org", Ok("http://Example.org"));
        check("https://[::1]", Ok("https://[::1]"));
        check("https://[::1]:8443", Ok("https://[:8443"));
        check("http://[::1]:8080", Ok("http://[:8080"));
        check("http://user:pw@example.org", Ok("http://user"));
        check("https://a,https://b", Ok("https://a,https:"));
        check("https://example.org:x", Err(WebsiteError::Port));
        check("https://example.org:65536", Err(WebsiteError::Port));
        check("http://a:1:2", Err(WebsiteError::Port));
        check("http://[::1", Err(WebsiteError::Brackets));
        check("http://[a]", Err(WebsiteError::Brackets));
        check("https://a, https://b", Err(WebsiteError::Space));
        check("max-age = 15m", Err(WebsiteError::Space));
        check("https://example..org", Err(WebsiteError::Label));
        check("https://.example.org", Err(WebsiteError::Label));
        check("https://example.org.", Ok("https://example.org."));
    }
}
