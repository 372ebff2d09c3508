//! The snippet that embeds comments.

use isso_actions::{Action, HostInfo, Language};
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

#[test]
fn the_public_address_is_offered_first() {
    let mut fixture = Fixture::new();
    fixture.host_info.addresses = vec!["http://127.0.0.1:8080".into(), "https://comments.example".into()];
    fixture.host_info.public_address = "https://comments.example".into();
    let form = json!(Action::EmbedCode.form(Language::English, &fixture.host_info));
    let values: Vec<_> = form["address"]["values"].as_object().unwrap().keys().collect();
    assert_eq!(values, ["https://comments.example", "http://127.0.0.1:8080"]);
    assert_eq!(form["address"]["default"], "https://comments.example");
}

#[test]
fn a_page_may_have_an_id_and_a_title() {
    let mut fixture = Fixture::new();
    fixture.host_info.addresses = vec!["https://a.example".into()];
    let section = |input: serde_json::Value| {
        let done = fixture.run(Action::EmbedCode, &input).unwrap();
        let result = serde_json::to_value(done.result).unwrap();
        let snippet = result["result"]["value"].as_str().unwrap().to_owned();
        snippet.lines().last().unwrap().to_owned()
    };
    assert_eq!(
        section(json!({ "pageId": "post-1", "pageTitle": "Tom & Jerry" })),
        "<section id=\"isso-thread\" data-isso-id=\"post-1\" data-title=\"Tom &amp; Jerry\"></section>"
    );
    assert_eq!(
        section(json!({ "address": "https://a.example", "pageId": "/old/path", "pageTitle": "" })),
        "<section id=\"isso-thread\" data-isso-id=\"/old/path\"></section>"
    );
    // Isso fetches the page to find its title there, and only finds it by its path.
    let error = fixture.refused(Action::EmbedCode, &json!({ "pageId": "post-1" }));
    assert!(error.contains("pageTitle"), "{error}");
}
