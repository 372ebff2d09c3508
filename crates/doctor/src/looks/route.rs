//! Which addresses are this machine's, its network's, or the internet's.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use url::Url;

use super::Looks;

/// Where an address leads, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// This machine, for whoever asks.
    Loopback,
    /// The network of whoever asks.
    Local,
    /// The same machine everywhere.
    Public,
}

impl Reach {
    /// Where an address leads, as browsers see it.
    ///
    /// <https://wicg.github.io/local-network-access/#ip-address-space-section>
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            ip if ip.is_loopback() || ip.is_unspecified() => Self::Loopback,
            IpAddr::V4(ip) if ip.is_private() || ip.is_link_local() || is_carrier_grade(ip.octets()) => Self::Local,
            IpAddr::V6(ip) if ip.is_unique_local() || ip.is_unicast_link_local() => Self::Local,
            _ => Self::Public,
        }
    }
}

/// 100.64.0.0/10: behind the router of an internet provider.
fn is_carrier_grade(octets: [u8; 4]) -> bool {
    octets[0] == 100 && octets[1] & 0xc0 == 64
}

/// How this machine gets to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// There is none.
    None,
    /// The address is its own.
    Own,
    /// From an address of a private network: a router stands between it and the internet.
    BehindRouter,
    /// From an address of the internet.
    Open,
}

impl Way {
    /// Asks the kernel. Nothing is sent.
    pub fn to(ip: IpAddr) -> Self {
        // A socket can only be bound to an address of this machine.
        if UdpSocket::bind(SocketAddr::new(ip, 0)).is_ok() {
            return Self::Own;
        }
        let any = if ip.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
        let from = UdpSocket::bind(any).and_then(|socket| {
            // To connect a UDP socket chooses a route, and with it the sender's address.
            socket.connect(SocketAddr::new(ip, 443))?;
            socket.local_addr()
        });
        match from.map(|from| Reach::of(from.ip())) {
            Err(_) | Ok(Reach::Loopback) => Self::None,
            Ok(Reach::Local) => Self::BehindRouter,
            Ok(Reach::Public) => Self::Open,
        }
    }
}

impl Looks {
    /// How this machine gets to the host of a URL, if that is one of the internet.
    pub async fn way_to(&self, url: &Url) -> Option<Way> {
        if self.names().given(url).is_some() {
            return None;
        }
        let ips = self.names().look(url.host_str()?).await.ok()?;
        let first = ips.iter().find(|ip| ip.is_ipv4()).or(ips.first())?;
        (Reach::of(*first) == Reach::Public).then(|| Way::to(*first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_where_browsers_say() {
        for (ip, expected) in [
            ("127.0.0.1", Reach::Loopback),
            ("::1", Reach::Loopback),
            ("::ffff:127.0.0.1", Reach::Loopback),
            ("10.1.2.3", Reach::Local),
            ("172.31.0.1", Reach::Local),
            ("192.168.1.1", Reach::Local),
            ("169.254.0.1", Reach::Local),
            ("100.64.0.1", Reach::Local),
            ("100.127.255.254", Reach::Local),
            ("fd00::1", Reach::Local),
            ("fe80::1", Reach::Local),
            ("100.128.0.1", Reach::Public),
            ("172.32.0.1", Reach::Public),
            ("93.184.216.34", Reach::Public),
            ("2606:2800::1", Reach::Public),
        ] {
            assert_eq!(Reach::of(ip.parse().unwrap()), expected, "{ip}");
        }
    }

    #[test]
    fn a_loopback_address_is_this_machines_own() {
        assert_eq!(Way::to("127.0.0.1".parse().unwrap()), Way::Own);
    }
}
