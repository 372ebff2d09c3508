//! Which websites may embed comments, seen with the header that browsers go by.

use isso_tests::{Site, Visitor};
use serde_json::json;

#[tokio::test]
async fn a_website_is_allowed_once_it_is_set() {
    let site = Site::new();
    let up = site.serving();
    let blog = Visitor::new(up.url(), "https://blog.example");
    assert_eq!(
        blog.allowed_origin().await,
        "http://localhost",
        "only the placeholder is there"
    );

    site.ok(&[
        "action",
        "run",
        "set-websites",
        "websites=https://BLOG.example/",
        "websites=https://bücher.example:443",
    ]);
    assert_eq!(blog.allowed_origin().await, "https://blog.example");
    let books = Visitor::new(up.url(), "https://xn--bcher-kva.example");
    assert_eq!(books.allowed_origin().await, "https://xn--bcher-kva.example");
    let stranger = Visitor::new(up.url(), "https://evil.example");
    assert_eq!(
        stranger.allowed_origin().await,
        "https://blog.example",
        "the first one is the fallback"
    );

    let form = site.json(&["action", "show", "set-websites"]);
    assert_eq!(
        form["prefill"]["websites"],
        json!(["https://blog.example", "https://xn--bcher-kva.example"])
    );
    let order: Vec<_> = site.json(&["config", "parse", &site.cfg_path().to_string_lossy()])["general"]["host"]
        .as_str()
        .expect("host is text")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        order.last().map(String::as_str),
        Some("localhost"),
        "the placeholder stands last"
    );

    site.ok(&["action", "run", "set-websites", "websites="]);
    assert_eq!(blog.allowed_origin().await, "http://localhost");
}

#[test]
fn a_malformed_website_is_refused_and_nothing_changes() {
    let site = Site::new();
    site.set_website("https://blog.example");
    let before = site.cfg();
    for bad in [
        "ftp://blog.example",
        "https://blog.example/path",
        "https://user@blog.example",
        "https://*.example",
        "http://blog.example",
        "https://",
        "blog",
    ] {
        let said = site.refused(&["action", "run", "set-websites", &format!("websites={bad}")], 2);
        assert!(said.contains("websites"), "{bad}: {said}");
        assert_eq!(site.cfg(), before, "{bad}");
    }
}
