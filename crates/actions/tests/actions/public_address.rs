//! The address at which browsers reach this server.

use isso_actions::{Action, Encryption, HostAddress, HostInfo, Language, public_address_is_gone};
use serde_json::{Value, json};

use crate::Fixture;

fn with_endpoint(endpoint: &str) -> Fixture {
    let cfg = format!("[general]\nhost = localhost\n[admin]\npassword = x\n[server]\npublic-endpoint = {endpoint}\n");
    let mut fixture = Fixture::with_cfg(&cfg);
    fixture.host_info.public_address = endpoint.to_owned();
    fixture
}

fn host_address(url: &str, encryption: Encryption) -> HostAddress {
    HostAddress {
        url: url.to_owned(),
        encryption,
    }
}

/// A host that gives out these addresses.
fn assigned() -> HostInfo {
    HostInfo {
        assigns_addresses: true,
        addresses: vec![
            host_address("https://comments.example", Encryption::Trusted),
            host_address("https://192.168.1.5:62443", Encryption::OwnCertificate),
            host_address("http://isso.onion/", Encryption::Plain),
        ],
        ..HostInfo::default()
    }
}

/// Types an address into a file with this one, and returns what stands there then.
fn check(before: &str, typed: &str, after: &str) {
    let fixture = with_endpoint(before);
    let done = fixture
        .run(Action::SetPublicAddress, &json!({ "address": typed }))
        .unwrap_or_else(|error| panic!("{typed:?}: {error}"));
    assert_eq!(
        fixture.get("server", "public-endpoint").unwrap_or_default(),
        after,
        "{typed:?}"
    );
    assert_eq!(done.settings_changed, before != after, "{typed:?}");
}

#[test]
fn an_address_is_normalised_and_taken_away() {
    check(
        "",
        " HTTPS://Comments.Example:443/Isso/ ",
        "https://comments.example/Isso",
    );
    check("", "http://192.168.1.5:8080", "http://192.168.1.5:8080");
    check("", "http://localhost:8080/", "http://localhost:8080");
    check("https://a.example", "", "");
    check("https://a.example", "  ", "");
    check("", "", "");
    check("https://a.example", "https://b.example", "https://b.example");
}

#[test]
fn what_means_the_same_stays_as_it_is_written() {
    check("HTTPS://A.example/", "https://a.example", "HTTPS://A.example/");
    // Isso takes these, however badly, so the form shows them and takes them back.
    check("comments.example", "comments.example", "comments.example");
    check("http://blog.example", "http://blog.example", "http://blog.example");
    let fixture = with_endpoint("comments.example");
    assert_eq!(
        fixture.prefill(Action::SetPublicAddress),
        json!({ "address": "comments.example" })
    );
    assert_eq!(with_endpoint("").prefill(Action::SetPublicAddress), json!({}));
}

#[test]
fn what_no_browser_could_reach_is_refused() {
    let fixture = with_endpoint("https://a.example");
    for (typed, expected) in [
        ("http://comments.example/isso", "must begin with https://"),
        ("comments.example", "must begin with https://"),
        ("https://comments.example/?x", "question mark"),
        ("https://comments.example/#x", "#"),
        ("https://comments.example/a//b", "/comments"),
        ("https://me@comments.example", "user name"),
        ("none", "must begin with https://"),
    ] {
        let error = fixture.refused(Action::SetPublicAddress, &json!({ "address": typed }));
        assert!(
            error.contains("Address (address)") && error.contains(expected),
            "{typed}: {error}"
        );
    }
}

#[test]
fn a_host_that_gives_out_addresses_offers_them() {
    let form = |present: &str| {
        let host_info = HostInfo {
            public_address: present.to_owned(),
            ..assigned()
        };
        json!(Action::SetPublicAddress.form(Language::English, &host_info))["address"].clone()
    };
    let ids = |form: &Value| form["values"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let known = [
        "https://comments.example",
        "https://192.168.1.5:62443",
        "http://isso.onion",
    ];
    let fresh = form("");
    assert_eq!(fresh["type"], "select");
    assert_eq!(fresh["default"], known[0]);
    assert_eq!(ids(&fresh), [&known[..], &["none"]].concat());
    let shown = fresh["values"].as_object().unwrap();
    assert_eq!(shown[known[0]], known[0]);
    assert!(shown[known[1]].as_str().unwrap().contains("do not trust"), "{shown:?}");
    assert!(shown[known[2]].as_str().unwrap().contains("not encrypted"), "{shown:?}");
    assert_eq!(ids(&form("https://comments.example/")), ids(&fresh));
    assert_eq!(
        ids(&form("https://proxy.example")),
        [&known[..], &["https://proxy.example", "none"]].concat()
    );
}

#[test]
fn an_address_of_the_host_is_missed_once_it_is_gone() {
    let mut fixture = Fixture::new();
    fixture.host_info = assigned();
    let mut without = assigned();
    without.addresses.remove(0);
    let gone = |fixture: &Fixture, host_info: &HostInfo| public_address_is_gone(&fixture.contents(), host_info);
    assert!(!gone(&fixture, &without), "none was chosen");

    let choose = |fixture: &mut Fixture, address: &str| {
        fixture
            .run(Action::SetPublicAddress, &json!({ "address": address }))
            .unwrap();
        fixture.host_info.public_address = fixture.get("server", "public-endpoint").unwrap_or_default();
    };
    choose(&mut fixture, "https://comments.example");
    assert!(!gone(&fixture, &assigned()));
    assert!(gone(&fixture, &without));
    // It comes back in another spelling.
    let mut back = without.clone();
    back.addresses.push("https://COMMENTS.example:443/".into());
    assert!(!gone(&fixture, &back));

    // A person who keeps it all the same has another proxy, and is left alone.
    fixture.host_info = HostInfo {
        public_address: fixture.host_info.public_address.clone(),
        ..without.clone()
    };
    choose(&mut fixture, "https://comments.example");
    assert!(!gone(&fixture, &without));

    choose(&mut fixture, "https://192.168.1.5:62443");
    assert!(gone(&fixture, &HostInfo::default()));
    choose(&mut fixture, "none");
    assert_eq!(fixture.get("server", "public-endpoint").as_deref(), Some(""));
    assert!(!gone(&fixture, &HostInfo::default()));
}

#[test]
fn an_address_that_was_edited_is_not_missed() {
    let mut fixture = Fixture::with_cfg("[general]\nhost = localhost\n[admin]\npassword = x\n");
    fixture.host_info = assigned();
    let chosen = json!({ "address": "https://comments.example" });
    fixture.run(Action::SetPublicAddress, &chosen).unwrap();
    fixture.write_cfg(
        &fixture
            .cfg()
            .replace("https://comments.example", "https://proxy.example"),
    );
    assert!(!public_address_is_gone(&fixture.contents(), &HostInfo::default()));
}
