//! The server's settings.

use isso_actions::Action;
use serde_json::{Value, json};

use crate::Fixture;

fn input() -> Value {
    json!({
        "moderationEnabled": false,
        "approveIfEmailPreviouslyApproved": true,
        "maxAge": "30m 1h",
        "purgeAfter": "2 weeks",
        "gravatar": true,
        "latestEnabled": true,
        "guard": {
            "enabled": false,
            "ratelimit": 7.0,
            "directReply": 0,
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
        ("moderation", "approve-if-email-previously-approved", "true"),
        ("moderation", "purge-after", "2w"),
        ("guard", "enabled", "false"),
        ("guard", "ratelimit", "7"),
        ("guard", "direct-reply", "0"),
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

/// The form as it was before it had these two fields. What `isso.cfg` says of them stays, even what the form would not
/// take.
#[test]
fn an_input_without_the_later_fields_leaves_them_alone() {
    let mut earlier = input();
    let fields = earlier.as_object_mut().unwrap();
    fields.remove("approveIfEmailPreviouslyApproved").unwrap();
    fields["guard"].as_object_mut().unwrap().remove("directReply").unwrap();
    let fixture = Fixture::new();
    let mut cfg = fixture.contents().cfg;
    cfg.set("moderation", "approve-if-email-previously-approved", "on")
        .unwrap();
    cfg.set("guard", "direct-reply", "-1").unwrap();
    fixture.write_cfg(cfg.as_str());
    fixture.run(Action::ConfigureServer, &earlier).unwrap();
    let get = |section, key| fixture.get(section, key).unwrap();
    assert_eq!(get("guard", "ratelimit"), "7");
    assert_eq!(get("moderation", "approve-if-email-previously-approved"), "on");
    assert_eq!(get("guard", "direct-reply"), "-1");
    // A field that is there is checked, and one of the first form must be there.
    earlier["guard"]["directReply"] = json!(null);
    assert!(
        fixture
            .refused(Action::ConfigureServer, &earlier)
            .contains("guard.directReply")
    );
    earlier["guard"]["directReply"] = json!(-1);
    assert!(fixture.refused(Action::ConfigureServer, &earlier).contains("0 or more"));
    earlier.as_object_mut().unwrap().remove("gravatar");
    assert!(fixture.refused(Action::ConfigureServer, &earlier).contains("gravatar"));
}
