//! The server's settings.

use isso_actions::Action;
use serde_json::{Value, json};

use crate::Fixture;

fn input() -> Value {
    json!({
        "moderationEnabled": false,
        "maxAge": "30m 1h",
        "purgeAfter": "2 weeks",
        "gravatar": true,
        "latestEnabled": true,
        "guard": {
            "enabled": false,
            "ratelimit": 7.0,
            "requireAuthor": true,
            "requireEmail": true,
            "replyToSelf": true,
        },
    })
}

#[test]
fn every_field_reaches_its_key() {
    let fixture = Fixture::new();
    assert!(fixture.run(Action::ConfigureServer, &input()).unwrap().settings_changed);
    for (section, key, value) in [
        ("general", "max-age", "1h30m"),
        ("general", "gravatar", "true"),
        ("general", "latest-enabled", "true"),
        ("moderation", "enabled", "false"),
        ("moderation", "purge-after", "2w"),
        ("guard", "enabled", "false"),
        ("guard", "ratelimit", "7"),
        ("guard", "require-author", "true"),
        ("guard", "require-email", "true"),
        ("guard", "reply-to-self", "true"),
    ] {
        assert_eq!(fixture.get(section, key).as_deref(), Some(value), "[{section}] {key}");
    }
}

#[test]
fn the_form_shows_what_was_saved() {
    let fixture = Fixture::new();
    fixture.run(Action::ConfigureServer, &input()).unwrap();
    let mut expected = input();
    expected["maxAge"] = json!("1h30m");
    expected["purgeAfter"] = json!("2w");
    expected["guard"]["ratelimit"] = json!(7);
    assert_eq!(fixture.prefill(Action::ConfigureServer), expected);
}

#[test]
fn saving_what_is_shown_leaves_every_spelling_alone() {
    let text = "[general]\ndbpath = /db/comments.db\nhost = localhost\nmax-age = 90m\ngravatar: YES\nnotify = stdout, smtp\n\
                [admin]\nenabled = 1\npassword = x\n[moderation]\nenabled = on\npurge-after = 2592000\n[guard]\nratelimit = 3\n\
                direct-reply = 9\n";
    let fixture = Fixture::with_cfg(text);
    let done = fixture
        .run(Action::ConfigureServer, &fixture.prefill(Action::ConfigureServer))
        .unwrap();
    assert!(!done.settings_changed);
    assert_eq!(fixture.cfg(), text);
}
