//! Selects the addresses at which visitors reach Isso from all that StartOS lists.

use std::net::{Ipv4Addr, Ipv6Addr};

use isso_host::actions::{Encryption, HostAddress, HostInfo};
use url::{Host, Url};

use crate::protocol::{Address, Request};

/// Converts the request of StartOS into what the actions need to know of their host.
pub fn host_info(request: &Request) -> HostInfo {
    HostInfo {
        system_smtp: request.system_smtp.clone(),
        addresses: reachable(request.addresses.as_deref().unwrap_or_default()),
        assigns_addresses: true,
        ..HostInfo::default()
    }
}

/// Sorts the addresses to embed, the best one first: https before http, because a browser loads nothing else into a
/// page that came over https; then public addresses before private ones; then names before numbers.
///
/// Omits addresses that only this server or its neighbours can reach. Keeps each address as it is, because a port for
/// http does not answer https.
fn reachable(addresses: &[Address]) -> Vec<HostAddress> {
    let mut found: Vec<(_, &Address)> = addresses
        .iter()
        .filter_map(|address| Some((rank(address)?, address)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    let of = |address: &Address| HostAddress {
        url: address.url.clone(),
        encryption: encryption(address),
    };
    found.into_iter().map(|(_, address)| of(address)).collect()
}

/// StartOS signs the certificates of all addresses itself, but for those of public domains with an ACME provider. Who
/// signs for a plugin, such as a tunnel, it does not tell.
fn encryption(address: &Address) -> Encryption {
    match address.kind.as_str() {
        _ if !address.url.starts_with("https:") => Encryption::Plain,
        "plugin" => Encryption::Unknown,
        "public-domain" if address.acme.is_some() => Encryption::Trusted,
        _ => Encryption::OwnCertificate,
    }
}

/// Ranks an address; the smallest rank is the best. `None` for an address that visitors cannot reach.
fn rank(address: &Address) -> Option<(bool, bool, bool)> {
    let url = Url::parse(&address.url).ok()?;
    let is_number = match url.host()? {
        Host::Domain(name) if is_local(name) || address.kind == "mdns" => return None,
        Host::Ipv4(ip) if is_local_v4(ip) => return None,
        Host::Ipv6(ip) if is_local_v6(ip) => return None,
        host => !matches!(host, Host::Domain(_)),
    };
    let is_plain = match url.scheme() {
        "https" => false,
        "http" => true,
        _ => return None,
    };
    Some((is_plain, !address.public, is_number))
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    ["localhost", "local"]
        .iter()
        .any(|tail| name == *tail || name.ends_with(&format!(".{tail}")))
}

fn is_local_v4(ip: Ipv4Addr) -> bool {
    ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
}

fn is_local_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback()
        || ip.is_unicast_link_local()
        || ip.is_unspecified()
        || ip.to_ipv4_mapped().is_some_and(is_local_v4)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listed: &[(&str, bool, &str)], expected: &[&str]) {
        let listed: Vec<_> = listed
            .iter()
            .map(|&(url, public, kind)| Address {
                url: url.to_owned(),
                public,
                kind: kind.to_owned(),
                acme: None,
            })
            .collect();
        let found: Vec<_> = reachable(&listed).into_iter().map(|address| address.url).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn only_a_public_domain_with_acme_has_a_certificate_that_every_browser_trusts() {
        let acme = "https://acme-v02.api.letsencrypt.org/directory";
        for (url, kind, acme, expected) in [
            (
                "https://comments.example",
                "public-domain",
                Some(acme),
                Encryption::Trusted,
            ),
            (
                "https://comments.example",
                "public-domain",
                None,
                Encryption::OwnCertificate,
            ),
            ("https://box.lan", "private-domain", None, Encryption::OwnCertificate),
            ("https://192.168.1.5:62443", "ipv4", None, Encryption::OwnCertificate),
            (
                "http://comments.example",
                "public-domain",
                Some(acme),
                Encryption::Plain,
            ),
            ("http://isso.onion", "plugin", None, Encryption::Plain),
            ("https://isso.tunnel.example", "plugin", None, Encryption::Unknown),
        ] {
            let address = Address {
                url: url.to_owned(),
                public: true,
                kind: kind.to_owned(),
                acme: acme.map(str::to_owned),
            };
            assert_eq!(encryption(&address), expected, "{url} {kind}");
        }
    }

    #[test]
    fn https_comes_first_and_then_the_internet() {
        check(
            &[
                ("http://192.168.1.5:49152", false, "ipv4"),
                ("https://192.168.1.5:49153", false, "ipv4"),
                ("http://blog.example", true, "public-domain"),
                ("https://203.0.113.7:49153", true, "ipv4"),
                ("https://box.lan", false, "private-domain"),
                ("https://comments.example", true, "public-domain"),
                ("http://isso.onion", true, "plugin"),
            ],
            &[
                "https://comments.example",
                "https://203.0.113.7:49153",
                "https://box.lan",
                "https://192.168.1.5:49153",
                "http://blog.example",
                "http://isso.onion",
                "http://192.168.1.5:49152",
            ],
        );
    }

    #[test]
    fn addresses_that_no_visitor_can_reach_are_left_out() {
        check(
            &[
                ("https://localhost:8443", false, "private-domain"),
                ("http://127.0.0.2:8080", false, "ipv4"),
                ("http://[::1]:8080", false, "ipv6"),
                ("http://[::ffff:127.0.0.1]:8080", false, "ipv6"),
                ("http://169.254.3.4:8080", false, "ipv4"),
                // A page cannot name an address with a zone.
                ("https://[fe80::1%2]:8443", false, "ipv6"),
                ("https://[fe80::1]:8443", false, "ipv6"),
                ("https://adjective-noun.local", false, "mdns"),
                ("https://ADJECTIVE.Local.:8443", false, "private-domain"),
                ("https://named-otherwise", false, "mdns"),
                ("ssh://comments.example", true, "public-domain"),
                ("no address", true, "public-domain"),
            ],
            &[],
        );
    }

    #[test]
    fn an_http_address_is_not_turned_into_https() {
        check(
            &[("http://192.168.1.5:8080", false, "ipv4")],
            &["http://192.168.1.5:8080"],
        );
    }
}
