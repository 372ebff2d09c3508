//! The feeds.

use isso_actions::Action;
use serde_json::{Value, json};

use crate::Fixture;

fn on(base: &str) -> Value {
    json!({ "enabled": true, "base": base, "limit": 20 })
}

#[test]
fn a_base_is_normalised_and_the_result_says_where_a_feed_is() {
    let mut fixture = Fixture::new();
    let run = |fixture: &Fixture| {
        fixture
            .run(Action::ConfigureFeed, &on(" HTTPS://Blog.example/sub/ "))
            .unwrap()
            .result
    };
    let result = run(&fixture);
    assert_eq!(result.value(), None);
    assert!(result.message.unwrap().contains("/feed?uri=/path/"));
    assert_eq!(fixture.get("rss", "base").as_deref(), Some("https://blog.example/sub"));
    assert_eq!(fixture.get("rss", "limit").as_deref(), Some("20"));
    fixture.host_info.addresses = vec!["http://127.0.0.1:8080".into()];
    assert_eq!(run(&fixture).value(), Some("http://127.0.0.1:8080/feed?uri=/path/"));
    let mut cfg = fixture.contents().cfg;
    cfg.set("server", "public-endpoint", "https://comments.example/isso/")
        .unwrap();
    fixture.write_cfg(cfg.as_str());
    assert_eq!(
        run(&fixture).value(),
        Some("https://comments.example/isso/feed?uri=/path/")
    );
}

#[test]
fn turned_off_the_base_is_emptied_and_the_limit_stays() {
    let fixture = Fixture::new();
    fixture.run(Action::ConfigureFeed, &on("https://blog.example")).unwrap();
    let off = json!({ "enabled": false, "base": "not looked at", "limit": 20 });
    assert!(fixture.refused(Action::ConfigureFeed, &off).contains("base"));
    let off = json!({ "enabled": false, "base": null, "limit": 20 });
    fixture.run(Action::ConfigureFeed, &off).unwrap();
    assert_eq!(fixture.get("rss", "base").as_deref(), Some(""));
    assert_eq!(fixture.get("rss", "limit").as_deref(), Some("20"));
}

#[test]
fn the_form_offers_a_website_while_feeds_are_off() {
    let shown = |text: &str| Fixture::with_cfg(text).prefill(Action::ConfigureFeed);
    let expected =
        |enabled: bool, base: Option<&str>, limit: i64| json!({ "enabled": enabled, "base": base, "limit": limit });
    assert_eq!(shown("[general]\nhost = localhost\n"), expected(false, None, 100));
    let websites = "[general]\nhost =\n  http://a.example\n  https://b.example\n  localhost\n";
    assert_eq!(shown(websites), expected(false, Some("https://b.example"), 100));
    let on = "[general]\nhost = https://b.example\n[rss]\nbase = http://A.example/x/\nlimit = 0\n";
    assert_eq!(shown(on), expected(true, Some("http://A.example/x/"), 0));
    let fixture = Fixture::with_cfg(on);
    let before = fixture.cfg();
    fixture
        .run(Action::ConfigureFeed, &fixture.prefill(Action::ConfigureFeed))
        .unwrap();
    assert_eq!(fixture.cfg(), before, "what a person wrote stays as it is");
}

#[test]
fn what_makes_no_address_is_refused() {
    let fixture = Fixture::new();
    let check = |input: Value, words: &str| {
        let said = fixture.refused(Action::ConfigureFeed, &input);
        assert!(said.contains(words), "{input}: {said}");
    };
    check(on(""), "must be filled in");
    check(on("blog.example"), "such as https://blog.example.com");
    check(on("https://blog.example/?page=1"), "question mark");
    check(on("https://me@blog.example/"), "user name");
    check(
        json!({ "enabled": true, "base": "https://blog.example", "limit": -1 }),
        "0 or more",
    );
}
