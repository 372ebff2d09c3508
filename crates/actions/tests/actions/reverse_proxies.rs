//! The reverse proxies.

use isso_actions::Action;
use serde_json::{Value, json};

use crate::Fixture;

fn proxies(entries: &[&str]) -> Value {
    json!({ "proxies": entries })
}

#[test]
fn addresses_are_written_as_proxies_write_them() {
    let fixture = Fixture::new();
    let typed = proxies(&[
        " 192.0.2.1 ",
        "",
        "2001:DB8:0:0::1",
        "[2001:db8::1]",
        "::FFFF:192.0.2.2",
    ]);
    let result = fixture.run(Action::SetReverseProxies, &typed).unwrap().result;
    let shown = proxies(&["192.0.2.1", "2001:db8::1", "::ffff:192.0.2.2"]);
    assert_eq!(fixture.prefill(Action::SetReverseProxies), shown);
    assert!(
        result
            .message
            .unwrap()
            .contains("192.0.2.1, 2001:db8::1, ::ffff:192.0.2.2")
    );
    let done = fixture.run(Action::SetReverseProxies, &shown).unwrap();
    assert!(!done.settings_changed);
    fixture.run(Action::SetReverseProxies, &proxies(&[])).unwrap();
    assert_eq!(fixture.get("server", "trusted-proxies").as_deref(), Some(""));
}

#[test]
fn what_never_matches_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    for (entry, words) in [
        ("10.0.0.0/8", "a network never matches"),
        ("2001:db8::/32", "a network never matches"),
        ("192.0.2.1:443", "Enter 192.0.2.1."),
        ("[2001:db8::1]:443", "Enter 2001:db8::1."),
        ("proxy.example.org", "resolves no names"),
        ("192.0.2.1, 192.0.2.2", "not an IP address"),
        ("192.0.2.01", "not an IP address"),
        ("/", "not an IP address"),
    ] {
        let said = fixture.refused(Action::SetReverseProxies, &proxies(&["192.0.2.9", entry]));
        assert!(said.contains(words) && said.contains("proxies[1]"), "{entry}: {said}");
    }
}

#[test]
fn entries_of_the_file_that_never_match_are_shown_and_may_stay_or_go() {
    let fixture = Fixture::with_cfg(
        "[general]\nhost = localhost\n[server]\ntrusted-proxies =\n  10.0.0.0/8\n  2001:DB8::1\n  proxy\n",
    );
    let shown = proxies(&["10.0.0.0/8", "2001:DB8::1", "proxy"]);
    assert_eq!(fixture.prefill(Action::SetReverseProxies), shown);
    let message = fixture.run(Action::SetReverseProxies, &shown).unwrap().result.message;
    assert!(message.unwrap().contains("no effect: 10.0.0.0/8, proxy"));
    assert_eq!(
        fixture.prefill(Action::SetReverseProxies),
        proxies(&["10.0.0.0/8", "2001:db8::1", "proxy"])
    );
    fixture
        .run(Action::SetReverseProxies, &proxies(&["2001:db8::1"]))
        .unwrap();
    assert!(
        fixture
            .refused(Action::SetReverseProxies, &shown)
            .contains("never matches")
    );
}
