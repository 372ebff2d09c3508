//! The snippet that embeds comments.

use isso_actions::{Action, HostInfo};
use serde_json::json;

use crate::Fixture;

#[test]
fn the_snippet_names_the_chosen_address() {
    let mut fixture = Fixture::new();
    fixture.host_info = HostInfo {
        addresses: vec![
            "https://a.example/".into(),
            "https://a.example".into(),
            "https://b.example:8443".into(),
        ],
        ..HostInfo::default()
    };
    let before = fixture.cfg();
    let done = fixture
        .run(Action::EmbedCode, &json!({ "address": "https://b.example:8443" }))
        .unwrap();
    assert!(!done.settings_changed);
    assert_eq!(fixture.cfg(), before);
    let snippet = "<script data-isso=\"https://b.example:8443/\"\n        \
                   src=\"https://b.example:8443/js/embed.min.js\"></script>\n\
                   <section id=\"isso-thread\"></section>";
    let result = serde_json::to_value(done.result).unwrap();
    assert_eq!(result["version"], "1");
    assert_eq!(
        result["result"],
        json!({ "type": "multiline", "value": snippet, "copyable": true })
    );
    let error = fixture.refused(Action::EmbedCode, &json!({ "address": "https://c.example" }));
    assert!(error.contains("https://a.example, https://b.example:8443"), "{error}");
}

#[test]
fn a_snippet_needs_an_address() {
    let error = Fixture::new().refused(Action::EmbedCode, &json!({ "address": null }));
    assert_eq!(
        error,
        "This server has no address yet that a browser could reach. Give it one first."
    );
}

#[test]
fn the_only_address_need_not_be_chosen() {
    let mut fixture = Fixture::new();
    fixture.host_info.addresses = vec!["https://a.example/".into(), "https://a.example".into()];
    for input in [json!({}), json!({ "address": null }), json!({ "address": "" })] {
        let done = fixture.run(Action::EmbedCode, &input).unwrap();
        let result = serde_json::to_value(done.result).unwrap();
        let snippet = result["result"]["value"].as_str().unwrap();
        assert!(snippet.contains("https://a.example/js/embed.min.js"), "{input}");
    }
    fixture.host_info.addresses.push("https://b.example".into());
    let error = fixture.refused(Action::EmbedCode, &json!({}));
    assert!(error.contains("https://a.example, https://b.example"), "{error}");
}
