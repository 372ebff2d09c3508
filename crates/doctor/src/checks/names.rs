//! `dns` and `local-network`: where the name of the public address leads.

use std::net::IpAddr;

use isso_actions::Language;
use isso_cfg::Origin;
use url::Url;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::exchange::NoAnswer;
use crate::looks::info::Absent;
use crate::looks::route::Reach;
use crate::report::{Evidence, Finding};
use crate::tr;

pub const DNS: Check = Check {
    id: "dns",
    run: |looks| Box::pin(run(looks, &DNS, dns)),
};

pub const LOCAL_NETWORK: Check = Check {
    id: "local-network",
    run: |looks| Box::pin(run(looks, &LOCAL_NETWORK, local_network)),
};

type Found = Result<Vec<IpAddr>, NoAnswer>;

async fn run(looks: &Looks, check: &Check, judge: fn(&Address, &Found, Language) -> Finding) -> Vec<Finding> {
    let language = looks.language();
    let Some(address) = looks.address() else {
        return vec![Absent::NoAddress.skip(check, language)];
    };
    if let Some(given) = looks.names().given_for(address.host(), address.port()) {
        return vec![
            match check.id == LOCAL_NETWORK.id && has_website_beyond(looks, given.ip()) {
                true => judge(&address, &Ok(vec![given.ip()]), language),
                false => check.skip(tr!(language, "dns.given", host = address.host(), ip = given.ip())),
            },
        ];
    }
    let found = looks.names().look(address.host()).await;
    let evidence = Evidence {
        asked: format!("DNS {}", address.host()),
        answered: match &found {
            Ok(ips) => ips.iter().map(ToString::to_string).collect(),
            Err(reason) => vec![reason.text(Language::English)],
        },
    };
    let finding = judge(&address, &found, language);
    vec![if address.ip().is_some() {
        finding
    } else {
        finding.evidence([evidence])
    }]
}

/// Whether a website was given an address that leads farther than this one. Pages of such a website need a permission.
fn has_website_beyond(looks: &Looks, isso: IpAddr) -> bool {
    let given = |origin: &Origin| {
        let url = Url::parse(origin.as_str()).ok()?;
        looks.names().given(&url)
    };
    let websites = looks.websites().into_iter().filter_map(|website| website.origin);
    let mut given = websites.filter_map(|origin| given(&origin));
    given.any(|website| Reach::of(website.ip()) > Reach::of(isso))
}

fn dns(address: &Address, found: &Found, language: Language) -> Finding {
    let host = address.host();
    if address.ip().is_some() {
        return DNS.skip(tr!(language, "dns.literal", host = host));
    }
    match found {
        Ok(ips) => DNS.pass(tr!(language, "dns.found", host = host, ips = join(ips))),
        // A name of the local network is spread by the machines themselves, and this one may not take part.
        Err(NoAnswer::NoSuchName) if host.ends_with(".local") => DNS.unknown(tr!(language, "dns.mdns", host = host)),
        Err(NoAnswer::NoSuchName) => DNS.fail(
            tr!(language, "dns.none", host = host),
            tr!(language, "dns.none-fix", host = host),
        ),
        Err(reason) => DNS.unknown(tr!(
            language,
            "dns.unknown",
            host = host,
            reason = reason.text(language)
        )),
    }
}

fn local_network(address: &Address, found: &Found, language: Language) -> Finding {
    let host = address.host();
    let ips = match found {
        Ok(ips) => ips,
        Err(reason) => {
            let cause = tr!(language, "dns.unknown", host = host, reason = reason.text(language));
            return LOCAL_NETWORK.skip(cause);
        }
    };
    let local: Vec<IpAddr> = ips
        .iter()
        .copied()
        .filter(|ip| Reach::of(*ip) != Reach::Public)
        .collect();
    if local.is_empty() {
        return LOCAL_NETWORK.pass(tr!(language, "local-network.public", host = host));
    }
    let cause = match local.iter().all(|ip| Reach::of(*ip) == Reach::Loopback) {
        true => tr!(language, "local-network.loopback", host = host, ips = join(&local)),
        false => tr!(language, "local-network.local", host = host, ips = join(&local)),
    };
    LOCAL_NETWORK.warn(cause, tr!(language, "local-network.fix", host = host))
}

fn join(ips: &[IpAddr]) -> String {
    ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status::{self, Fail, Pass, Skip, Unknown, Warn};

    fn check(host: &str, found: Found, dns_status: Status, local: Status, words: &str) {
        let address = Address::parse(&format!("https://{host}")).unwrap();
        let finding = dns(&address, &found, Language::English);
        assert_eq!(finding.status, dns_status, "{finding:?}");
        let finding = local_network(&address, &found, Language::English);
        assert_eq!(finding.status, local, "{finding:?}");
        assert!(finding.cause.contains(words), "{finding:?}");
    }

    #[test]
    fn a_name_is_to_lead_to_the_internet() {
        let ips = |ips: &[&str]| Ok(ips.iter().map(|ip| ip.parse().unwrap()).collect());
        check("c.test", ips(&["93.184.216.34"]), Pass, Pass, "internet");
        check(
            "c.test",
            ips(&["93.184.216.34", "2606:2800::1"]),
            Pass,
            Pass,
            "internet",
        );
        check("c.test", ips(&["192.168.1.5"]), Pass, Warn, "same network");
        check("c.test", ips(&["93.184.216.34", "fd00::1"]), Pass, Warn, "fd00::1");
        check("c.test", ips(&["127.0.0.1", "::1"]), Pass, Warn, "own machine");
        check("192.168.1.5", ips(&["192.168.1.5"]), Skip, Warn, "192.168.1.5");
        check("c.test", Err(NoAnswer::NoSuchName), Fail, Skip, "c.test");
        check("c.local", Err(NoAnswer::NoSuchName), Unknown, Skip, "c.local");
        check("c.test", Err(NoAnswer::NoNameServer), Unknown, Skip, "name server");
        check("c.onion", Err(NoAnswer::Tor), Unknown, Skip, "Tor");
    }
}
