//! `public-endpoint`: whether Isso knows the address that browsers reach it at.

use isso_actions::Language;
use isso_cfg::keys;
use serde_json::Map;
use url::Url;

use crate::checks::Check;
use crate::looks::Looks;
use crate::looks::address::Address;
use crate::looks::info::Info;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "public-endpoint",
    run: |looks| Box::pin(run(looks)),
};

async fn run(looks: &Looks) -> Vec<Finding> {
    let stored = looks.patient.contents.cfg.read_text(&keys::PUBLIC_ENDPOINT);
    let reached = looks.isso().await.ok();
    let info = reached.as_ref().map(|reached| &reached.info);
    let finding = judge(&stored, looks.address().as_ref(), info, looks.language());
    // An address that was given and leads to Isso is the one to store.
    let finding = match &reached {
        Some(reached) if looks.options.address.is_some() && is_to_store(&finding, &stored, &reached.address) => finding
            .mend(
                "set-public-address",
                Map::from_iter([("address".to_owned(), reached.address.to_string().into())]),
            ),
        _ => finding,
    };
    vec![finding.evidence(reached.as_ref().map(|reached| reached.exchange.evidence()))]
}

fn is_to_store(finding: &Finding, stored: &str, address: &Address) -> bool {
    finding.fix.is_some() && Address::parse(stored).as_ref() != Some(address)
}

fn judge(stored: &str, address: Option<&Address>, info: Option<&Info>, language: Language) -> Finding {
    let action = || tr!(language, "public-endpoint.fix");
    if stored.trim().is_empty() {
        return CHECK.warn(tr!(language, "public-endpoint.none"), action());
    }
    let Some(endpoint) = Address::parse(stored) else {
        return CHECK.warn(tr!(language, "public-endpoint.invalid", endpoint = stored), action());
    };
    if let Some(address) = address.filter(|address| **address != endpoint) {
        let cause = tr!(
            language,
            "public-endpoint.other",
            endpoint = endpoint,
            address = address
        );
        return CHECK.warn(cause, action());
    }
    // With its own address in the settings, Isso makes no link of the host that it was asked for, but the next
    // version may, and without the header a forged one cannot be told from a true one.
    let seen = info.and_then(|info| Url::parse(&info.host).ok());
    let host = seen
        .as_ref()
        .and_then(Url::host_str)
        .map(|host| host.trim_matches(['[', ']']));
    match host.filter(|host| *host != endpoint.host()) {
        Some(host) => CHECK.warn(
            tr!(language, "public-endpoint.host", address = endpoint, host = host),
            tr!(language, "public-endpoint.host-fix"),
        ),
        None => CHECK.pass(tr!(language, "public-endpoint.set", address = endpoint)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn isso_is_to_know_its_address_and_to_be_asked_for_it() {
        let stored = "https://c.example.org/isso";
        let other = "https://c.example.net";
        for (endpoint, address, host, expected, words) in [
            ("", None, "", Status::Warn, "No public address"),
            ("c.example.org", None, "", Status::Warn, "c.example.org"),
            (stored, Some(other), "", Status::Warn, other),
            (stored, None, "", Status::Pass, stored),
            (stored, Some(stored), "https://c.example.org/isso", Status::Pass, stored),
            (stored, None, "http://c.example.org", Status::Pass, stored),
            (stored, None, "http://127.0.0.1:8080", Status::Warn, "127.0.0.1"),
        ] {
            let info = (!host.is_empty()).then(|| Info {
                version: "0.14.0".into(),
                host: host.into(),
                origin: String::new(),
            });
            let address = address.and_then(Address::parse);
            let finding = judge(endpoint, address.as_ref(), info.as_ref(), Language::English);
            assert_eq!(finding.status, expected, "{finding:?}");
            assert!(finding.cause.contains(words), "{finding:?}");
        }
    }
}
