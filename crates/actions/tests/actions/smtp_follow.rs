//! `isso.cfg` in step with the system's mail server.

use isso_actions::{Action, Language, follow_system_smtp};
use serde_json::json;

use crate::{Fixture, system_smtp};

/// A volume on which a person selected the system's mail server.
fn following() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.host_info.system_smtp = Some(system_smtp());
    select(&fixture);
    fixture
}

fn select(fixture: &Fixture) {
    let input = json!({
        "smtp": { "selection": "system", "value": { "customFrom": "Me <me@example.com>" } },
        "to": "you@example.com",
        "replyNotifications": true,
    });
    fixture.run(Action::ConfigureSmtp, &input).unwrap();
}

fn take_mail_out(fixture: &Fixture) {
    let text = fixture.cfg().replace("stdout, smtp", "stdout");
    fixture.write_cfg(&text.replace("reply-notifications = true", "reply-notifications = false"));
}

fn follow(fixture: &Fixture, host: Option<&str>) -> bool {
    let system = host.map(|host| isso_actions::SystemSmtp {
        host: host.to_owned(),
        port: 587,
        security: isso_actions::Security::Starttls,
        ..system_smtp()
    });
    follow_system_smtp(&fixture.volume, system.as_ref(), Language::English).unwrap()
}

fn mail(fixture: &Fixture) -> [Option<String>; 5] {
    [
        ("general", "notify"),
        ("general", "reply-notifications"),
        ("smtp", "host"),
        ("smtp", "from"),
        ("smtp", "password"),
    ]
    .map(|(section, key)| fixture.get(section, key))
}

fn says(texts: [&str; 5]) -> [Option<String>; 5] {
    texts.map(|text| Some(text.to_owned()))
}

#[test]
fn another_server_is_taken_over_once() {
    let fixture = following();
    assert!(follow(&fixture, Some("new.example")));
    let expected = [
        "stdout, smtp",
        "true",
        "new.example",
        "Me <me@example.com>",
        "s3cret#;%",
    ];
    assert_eq!(mail(&fixture), says(expected));
    assert_eq!(fixture.get("smtp", "security").as_deref(), Some("starttls"));
    let before = fixture.cfg();
    assert!(!follow(&fixture, Some("new.example")));
    assert_eq!(fixture.cfg(), before);
}

#[test]
fn mail_pauses_while_the_system_has_no_server() {
    let fixture = following();
    assert!(follow(&fixture, None));
    let paused = ["stdout", "false", "mail.example.net", "Me <me@example.com>", ""];
    assert_eq!(mail(&fixture), says(paused));
    assert!(!follow(&fixture, None), "once is enough");
    assert!(follow(&fixture, Some("back.example")));
    let expected = [
        "stdout, smtp",
        "true",
        "back.example",
        "Me <me@example.com>",
        "s3cret#;%",
    ];
    assert_eq!(mail(&fixture), says(expected));
}

#[test]
fn mail_removed_by_hand_stays_removed() {
    let fixture = following();
    take_mail_out(&fixture);
    assert!(!follow(&fixture, Some("new.example")));
    assert_eq!(mail(&fixture)[0].as_deref(), Some("stdout"));
}

#[test]
fn a_pause_is_over_once_a_person_has_decided() {
    let fixture = following();
    follow(&fixture, None);
    select(&fixture);
    take_mail_out(&fixture);
    assert!(!follow(&fixture, Some("new.example")));
    assert_eq!(mail(&fixture)[0].as_deref(), Some("stdout"));
}

#[test]
fn a_server_of_ones_own_is_left_alone() {
    let fixture = Fixture::with_cfg("[general]\nnotify = smtp\n[smtp]\nhost = own.example\n");
    assert!(!follow(&fixture, Some("new.example")));
    assert!(!follow(&fixture, None));
    assert_eq!(fixture.get("smtp", "host").as_deref(), Some("own.example"));
}

#[test]
fn an_account_that_isso_would_see_otherwise_is_told_and_not_taken_over() {
    let fixture = following();
    let before = fixture.cfg();
    let system = isso_actions::SystemSmtp {
        password: Some("pa$HOME".into()),
        ..system_smtp()
    };
    let error = follow_system_smtp(&fixture.volume, Some(&system), Language::English).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("$HOME, which Isso replaces"), "{said}");
    assert_eq!(fixture.cfg(), before);
}
