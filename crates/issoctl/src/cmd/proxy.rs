//! `issoctl proxy`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use isso_host::Client;
use isso_host::cfg::keys;
use serde_json::json;

use crate::cli::{Proxy, ProxyArgs};
use crate::errors::data_dir::unreadable_settings;
use crate::failure::Failure;
use crate::listen::PORT;
use crate::locate::DataFolder;
use crate::output::Output;
use crate::public_address::PublicAddress;

/// Prints the configuration of a reverse proxy for Isso.
pub async fn run(data: &DataFolder, output: Output, args: ProxyArgs) -> Result<ExitCode, Failure> {
    let address = match args.domain {
        Some(address) => address,
        None => of_settings(data)?,
    };
    let upstream = match Client::connect(data.path())? {
        Some(client) => listens_at(&client.status(false).await?.url),
        None => None,
    };
    let upstream = upstream.unwrap_or((Ipv4Addr::LOCALHOST, PORT).into());
    let text = configuration(args.proxy, &address, upstream);
    if output.json {
        output.json(&json!({
            "address": address.to_string(),
            "upstream": format!("http://{upstream}"),
            "configuration": text,
        }));
    } else {
        output.line(text.trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// The address that `isso.cfg` has.
fn of_settings(data: &DataFolder) -> Result<PublicAddress, Failure> {
    let contents = data.volume().contents().map_err(unreadable_settings)?;
    let text = contents.cfg.read_text(&keys::PUBLIC_ENDPOINT);
    if text.is_empty() {
        return Err(
            Failure::usage("isso.cfg does not say where browsers reach Isso ([server] public-endpoint)")
                .hint("name it: --domain comments.example.org"),
        );
    }
    text.parse().map_err(|error| {
        Failure::new(format!("[server] public-endpoint of isso.cfg is {text}"), error)
            .exit(Failure::USAGE)
            .hint("name another address: --domain comments.example.org")
    })
}

/// Where a proxy on this machine connects to. Isso may listen on all addresses, and none of them is connected to.
fn listens_at(url: &str) -> Option<SocketAddr> {
    let mut address: SocketAddr = url.strip_prefix("http://")?.parse().ok()?;
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    Some(address)
}

fn configuration(proxy: Proxy, address: &PublicAddress, upstream: SocketAddr) -> String {
    let template = match proxy {
        Proxy::Nginx => include_str!("../../proxies/nginx.conf"),
        Proxy::Caddy => include_str!("../../proxies/Caddyfile"),
        Proxy::Apache => include_str!("../../proxies/apache.conf"),
        Proxy::Traefik => include_str!("../../proxies/traefik.yml"),
    };
    template
        .replace("@ADDRESS@", &address.to_string())
        .replace("@AUTHORITY@", address.authority())
        .replace("@NAME@", address.name())
        .replace("@PORT@", address.port())
        .replace("@PREFIX@", address.prefix())
        .replace("@UPSTREAM@", &upstream.to_string())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    #[test]
    fn every_place_of_a_configuration_is_filled_in() {
        for proxy in Proxy::value_variants() {
            for address in ["comments.example.org", "blog.example.org:8443/isso"] {
                let address: PublicAddress = address.parse().unwrap();
                let text = configuration(*proxy, &address, "[::1]:9000".parse().unwrap());
                assert!(text.contains(address.name()) && text.contains("[::1]:9000"), "{text}");
                assert!(!text.contains("@"), "{text}");
                assert!(text.contains(&format!("X-Script-Name \"{}\"", address.prefix())) || *proxy == Proxy::Traefik);
            }
        }
    }

    #[test]
    fn a_proxy_connects_to_an_address_of_this_machine() {
        let check = |url: &str, expected: Option<&str>| {
            assert_eq!(listens_at(url), expected.map(|text| text.parse().unwrap()), "{url}");
        };
        check("http://127.0.0.1:8080", Some("127.0.0.1:8080"));
        check("http://192.0.2.1:8080", Some("192.0.2.1:8080"));
        check("http://0.0.0.0:80", Some("127.0.0.1:80"));
        check("http://[::]:80", Some("[::1]:80"));
        check("unix:/run/isso.sock", None);
    }
}
