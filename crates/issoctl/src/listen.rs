//! Parses the address to listen on, in every spelling that people and gunicorn use.

use std::net::Ipv6Addr;
use std::str::FromStr;

/// The port that `--listen` takes when it is given an address alone.
pub const PORT: u16 = 8080;
/// The port that [gunicorn](https://docs.gunicorn.org/en/stable/settings.html#bind) takes when `-b` names an address
/// alone.
const GUNICORN_PORT: u16 = 8000;
const ALL_IPV4: &str = "0.0.0.0";
const LOOPBACK: &str = "127.0.0.1";

/// An address and a port, as written; the address may be a name.
///
/// | written | is |
/// |---|---|
/// | `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` | that address, or the address of that name |
/// | `8080` | port 8080 of 127.0.0.1: this machine alone can connect |
/// | `:8080`, `*:8080` | port 8080 of 0.0.0.0: all IPv4 addresses of this machine, as for gunicorn |
/// | `127.0.0.1`, `::1`, `localhost` | that address with the default port |
/// | `http://127.0.0.1:8080/`, `tcp://127.0.0.1:8080` | the address in the URL |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Listen {
    /// Parses the value of gunicorn's option `-b`.
    pub fn of_gunicorn(text: &str) -> Result<Listen, NotAnAddress> {
        parse(text, GUNICORN_PORT)
    }
}

impl FromStr for Listen {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Listen, NotAnAddress> {
        parse(text, PORT)
    }
}

/// How addresses are written.
pub const EXAMPLES: &str = "write 127.0.0.1:8080 or just 8080 for this machine alone, 0.0.0.0:8080 or :8080 for all its IPv4 \
                        addresses, [::1]:8080 for an IPv6 address, localhost:8080 for a name";

/// A text that names no address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// There is no text.
    #[error("the address is missing; {EXAMPLES}")]
    Empty,
    /// The port is no number from 0 to 65535.
    #[error("`{0}` is no port from 0 to 65535; {EXAMPLES}")]
    Port(String),
    /// An IPv6 address without brackets may or may not end with a port.
    #[error("an IPv6 address is written in brackets: {}", .0.join(" or "))]
    Brackets(Vec<String>),
    /// A bracket is open, or something other than a port follows.
    #[error("an IPv6 address is written as [::1]:8080, with both brackets and a colon before the port")]
    HalfBrackets,
    /// A URL with a path.
    #[error("an address to listen on has no path; write {0}")]
    Path(String),
    /// A URL without a port.
    #[error("the URL names no port; write {0}:8080")]
    UrlWithoutPort(String),
    /// An https URL, which only a reverse proxy can serve.
    #[error(
        "issoctl speaks plain HTTP, so it cannot listen on an https:// address; listen on 127.0.0.1:8080 and let a \
         reverse proxy with TLS pass requests on to it"
    )]
    Https,
    /// A unix socket, a descriptor, or another scheme.
    #[error("`{0}` is nothing to listen on here, only addresses with a port are; {EXAMPLES}")]
    Scheme(String),
    /// Several addresses.
    #[error("one address is listened on, not several; 0.0.0.0:8080 or :8080 takes all IPv4 addresses of this machine")]
    Several,
}

fn parse(text: &str, default: u16) -> Result<Listen, NotAnAddress> {
    let text = text.trim();
    let (address, is_url) = without_scheme(text)?;
    if address.is_empty() {
        return Err(NotAnAddress::Empty);
    }
    if address.contains([',', ' ']) {
        return Err(NotAnAddress::Several);
    }
    if let Some((address, _)) = address.split_once('/') {
        return Err(NotAnAddress::Path(address.to_owned()));
    }
    let (host, port) = split(address)?;
    let port = match port {
        Some(port) => port.parse().map_err(|_| NotAnAddress::Port(port.to_owned()))?,
        None if is_url => return Err(NotAnAddress::UrlWithoutPort(address.to_owned())),
        None => default,
    };
    let host = match host {
        "" | "*" => ALL_IPV4,
        host => host,
    };
    Ok(Listen {
        host: host.to_owned(),
        port,
    })
}

/// Removes the scheme, and says whether it is that of a browser's URL.
fn without_scheme(text: &str) -> Result<(&str, bool), NotAnAddress> {
    if text.starts_with("unix:") || text.starts_with('/') {
        return Err(NotAnAddress::Scheme(text.to_owned()));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Ok((text, false));
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Ok((rest, true)),
        "tcp" => Ok((rest, false)),
        "https" => Err(NotAnAddress::Https),
        _ => Err(NotAnAddress::Scheme(text.to_owned())),
    }
}

/// Splits an address into host and port. The port may be missing.
fn split(address: &str) -> Result<(&str, Option<&str>), NotAnAddress> {
    if let Some(rest) = address.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(NotAnAddress::HalfBrackets)?;
        return match rest.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if rest.is_empty() => Ok((host, None)),
            None => Err(NotAnAddress::HalfBrackets),
        };
    }
    if address.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok((LOOPBACK, Some(address)));
    }
    match address.rsplit_once(':') {
        None => Ok((address, None)),
        Some((host, port)) if !host.contains(':') => Ok((host, Some(port))),
        Some((host, last)) => ipv6(address, host, last).map(|()| (address, None)),
    }
}

/// Accepts an IPv6 address without brackets unless its end may be a port.
fn ipv6(address: &str, host: &str, last: &str) -> Result<(), NotAnAddress> {
    let is_address = |text: &str| text.parse::<Ipv6Addr>().is_ok();
    let mut meant = Vec::new();
    if last.parse::<u16>().is_ok_and(|port| port >= 80) {
        let host = match host {
            ":" => "::",
            host => host,
        };
        if is_address(host) {
            meant.push(format!("[{host}]:{last}"));
        }
    }
    match (is_address(address), meant.is_empty()) {
        (true, true) => return Ok(()),
        (true, false) => meant.push(format!("[{address}]:{PORT}")),
        (false, true) => meant.push("[::1]:8080".to_owned()),
        (false, false) => {}
    }
    Err(NotAnAddress::Brackets(meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(&str, u16), &str>) {
        match (text.parse::<Listen>(), expected) {
            (Ok(Listen { host, port }), Ok(expected)) => {
                assert_eq!((host.as_str(), port), expected, "{text}");
            }
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{text}: {error}");
            }
            (found, expected) => panic!("{text}: {found:?}, not {expected:?}"),
        }
    }

    #[test]
    fn an_address_to_listen_on_is_read_in_every_usual_spelling() {
        for (text, host, port) in [
            ("127.0.0.1:8080", "127.0.0.1", 8080),
            ("0.0.0.0:80", "0.0.0.0", 80),
            ("localhost:9000", "localhost", 9000),
            ("blog.example.org:9000", "blog.example.org", 9000),
            ("8081", "127.0.0.1", 8081),
            ("0", "127.0.0.1", 0),
            (":8081", "0.0.0.0", 8081),
            ("*:8081", "0.0.0.0", 8081),
            ("*", "0.0.0.0", 8080),
            ("0.0.0.0", "0.0.0.0", 8080),
            ("localhost", "localhost", 8080),
            ("::1", "::1", 8080),
            ("::", "::", 8080),
            ("2001:db8::10", "2001:db8::10", 8080),
            ("[::1]", "::1", 8080),
            ("[::1]:9000", "::1", 9000),
            ("[::]:9000", "::", 9000),
            ("http://127.0.0.1:9000", "127.0.0.1", 9000),
            ("HTTP://localhost:9000/", "localhost", 9000),
            ("http://[::1]:9000", "::1", 9000),
            ("tcp://127.0.0.1:9000", "127.0.0.1", 9000),
            (" 127.0.0.1:9000\n", "127.0.0.1", 9000),
        ] {
            check(text, Ok((host, port)));
        }
    }

    #[test]
    fn a_text_that_is_no_address_is_answered_with_the_right_form() {
        for (text, words) in [
            ("", "127.0.0.1:8080"),
            ("127.0.0.1:", "`` is no port"),
            ("127.0.0.1:http", "`http` is no port"),
            ("65536", "`65536` is no port"),
            ("8080:127.0.0.1", "`127.0.0.1` is no port"),
            ("::1:8080", "[::1]:8080 or [::1:8080]:8080"),
            ("::8080", "[::]:8080 or [::8080]:8080"),
            ("2001:db8:8080", "brackets: [::1]:8080"),
            ("[::1:8080", "both brackets"),
            ("[::1]8080", "a colon before the port"),
            ("http://localhost", "write localhost:8080"),
            ("http://localhost:8080/isso", "write localhost:8080"),
            ("localhost:8080/", "write localhost:8080"),
            ("https://blog.example.org", "reverse proxy"),
            ("unix:/run/isso.sock", "only addresses with a port"),
            ("/run/isso.sock", "only addresses with a port"),
            ("fd://3", "only addresses with a port"),
            ("127.0.0.1:80,[::1]:80", "not several"),
            ("127.0.0.1 8080", "not several"),
        ] {
            check(text, Err(words));
        }
    }

    #[test]
    fn gunicorn_has_a_default_port_of_its_own() {
        let port = |text| Listen::of_gunicorn(text).map(|it| it.port);
        assert_eq!(port("0.0.0.0"), Ok(8000));
        assert_eq!(port(":8080"), Ok(8080));
    }
}
