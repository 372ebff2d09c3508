//! Email notifications: where the settings are saved, and settings that a person wrote by hand.

use isso_actions::Action;
use isso_cfg::Volume;
use serde_json::{Value, json};

use crate::{Fixture, system_smtp};

const ACTION: Action = Action::ConfigureSmtp;

fn disabled() -> Value {
    json!({ "smtp": { "selection": "disabled", "value": {} }, "to": null, "replyNotifications": false })
}

fn system(custom_from: Option<&str>) -> Value {
    json!({
        "smtp": { "selection": "system", "value": { "customFrom": custom_from } },
        "to": "you@example.com",
        "replyNotifications": false,
    })
}

fn custom(provider: &str, account: &Value) -> Value {
    json!({
        "smtp": { "selection": "custom", "value": { "provider": { "selection": provider, "value": account } } },
        "to": "you@example.com",
        "replyNotifications": true,
    })
}

fn account() -> Value {
    json!({
        "host": "smtp.example.com",
        "security": { "selection": "starttls", "value": { "port": "2525" } },
        "from": "Blog <blog@example.com>",
        "username": "me",
        "password": "pass#;word%",
    })
}

/// An account with some of its fields changed.
fn with(fields: Value) -> Value {
    let mut account = account();
    for (name, value) in fields.as_object().unwrap() {
        account[name] = value.clone();
    }
    account
}

/// Asserts the value of `[section] key`, written `section.key`.
fn says(fixture: &Fixture, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        let (section, key) = name.split_once('.').unwrap();
        assert_eq!(fixture.get(section, key).as_deref(), Some(*value), "{name}");
    }
}

fn store(volume: &Volume) -> String {
    std::fs::read_to_string(volume.store_path().unwrap()).unwrap()
}

const ACCOUNT_SAVED: [(&str, &str); 9] = [
    ("general.notify", "stdout, smtp"),
    ("general.reply-notifications", "true"),
    ("smtp.host", "smtp.example.com"),
    ("smtp.port", "2525"),
    ("smtp.security", "starttls"),
    ("smtp.username", "me"),
    ("smtp.password", "pass#;word%"),
    ("smtp.from", "Blog <blog@example.com>"),
    ("smtp.to", "you@example.com"),
];

#[test]
fn a_custom_server_reaches_both_files_and_comes_back() {
    let fixture = Fixture::new();
    let input = custom("other", &account());
    assert!(fixture.run(ACTION, &input).unwrap().settings_changed);
    says(&fixture, &ACCOUNT_SAVED);
    assert_eq!(fixture.contents().store.smtp(), &input["smtp"]);
    assert_eq!(fixture.prefill(ACTION), input);
    assert!(!fixture.run(ACTION, &input).unwrap().settings_changed);
}

#[test]
fn a_provider_fixes_its_host() {
    let fixture = Fixture::new();
    let tls = json!({ "selection": "tls", "value": { "port": "465" } });
    let gmail = with(json!({ "host": "smtp.gmail.com", "security": tls }));
    fixture.run(ACTION, &custom("gmail", &gmail)).unwrap();
    says(
        &fixture,
        &[
            ("smtp.host", "smtp.gmail.com"),
            ("smtp.port", "465"),
            ("smtp.security", "ssl"),
        ],
    );
    assert_eq!(fixture.prefill(ACTION), custom("gmail", &gmail));
    let error = fixture.refused(ACTION, &custom("gmail", &account()));
    assert_eq!(
        error,
        "Host (smtp.value.provider.value.host): This is fixed to “smtp.gmail.com”."
    );
}

#[test]
fn the_systems_server_is_resolved() {
    let mut fixture = Fixture::new();
    let error = fixture.refused(ACTION, &system(None));
    assert!(error.starts_with("This system has no mail server"), "{error}");

    fixture.host_info.system_smtp = Some(system_smtp());
    fixture.run(ACTION, &system(None)).unwrap();
    says(
        &fixture,
        &[
            ("general.notify", "stdout, smtp"),
            ("smtp.host", "mail.example.net"),
            ("smtp.port", "465"),
            ("smtp.security", "ssl"),
            ("smtp.username", "server"),
            ("smtp.password", "s3cret#;%"),
            ("smtp.from", "Server <server@example.net>"),
        ],
    );
    assert!(
        !store(&fixture.volume).contains("s3cret"),
        "the system's password stays out of the store"
    );
    assert_eq!(fixture.prefill(ACTION), system(None));

    fixture.run(ACTION, &system(Some(" Me <me@example.com>"))).unwrap();
    says(&fixture, &[("smtp.from", "Me <me@example.com>")]);
    assert_eq!(fixture.prefill(ACTION), system(Some("Me <me@example.com>")));
}

#[test]
fn a_password_is_left_nowhere_once_mail_is_off() {
    let fixture = Fixture::new();
    let mut input = custom("other", &account());
    input["smtp"]["other"] = json!({ "system": { "customFrom": "x" }, "disabled": { "password": "pass#;word%" } });
    fixture.run(ACTION, &input).unwrap();
    assert!(store(&fixture.volume).contains("pass#;word%"));

    let mut off = disabled();
    off["replyNotifications"] = json!(true);
    assert!(fixture.run(ACTION, &off).unwrap().settings_changed);
    says(
        &fixture,
        &[
            ("general.notify", "stdout"),
            ("general.reply-notifications", "false"),
            ("smtp.password", ""),
            ("smtp.to", ""),
        ],
    );
    assert!(!fixture.cfg().contains("pass#;word%"));
    assert!(!store(&fixture.volume).contains("pass#;word%"));
    assert_eq!(fixture.prefill(ACTION), disabled());
}

#[test]
fn other_ways_of_being_notified_stay() {
    let notify = |before: &str, input: &Value, after: &str| {
        let fixture = Fixture::with_cfg(&format!(
            "[general]\nhost = localhost\nnotify = {before}\n[admin]\npassword = x\n"
        ));
        fixture.run(ACTION, input).unwrap();
        assert_eq!(fixture.get("general", "notify").as_deref(), Some(after), "{before}");
    };
    let on = custom("other", &account());
    notify("stdout", &on, "stdout, smtp");
    notify("smtp,stdout", &on, "smtp,stdout");
    notify("SMTP", &on, "SMTP");
    notify("smtp ,  stdout", &disabled(), "stdout");
    notify("smtp", &disabled(), "stdout");
    notify("stdout,mine", &disabled(), "stdout,mine");
}

/// A volume whose mail settings a person has written.
fn by_hand(smtp: &str) -> Fixture {
    let general = "[general]\ndbpath = /db/comments.db\nhost = localhost\nnotify: smtp\n";
    Fixture::with_cfg(&format!(
        "{general}[admin]\nenabled = true\npassword = x\n[smtp]\n{smtp}to = you@example.com\n"
    ))
}

#[test]
fn settings_made_by_hand_show_in_the_form() {
    let fixture = by_hand(
        "host = smtp.example.com\nport = 2525\nsecurity = starttls\nusername = me\npassword = pass#;word%\nfrom = Blog <blog@example.com>\n",
    );
    let mut expected = custom("other", &account());
    expected["replyNotifications"] = json!(false);
    assert_eq!(fixture.prefill(ACTION), expected);
    let before = fixture.cfg();
    assert!(!fixture.run(ACTION, &expected).unwrap().settings_changed);
    assert_eq!(fixture.cfg(), before);
}

#[test]
fn a_connection_that_the_form_cannot_express_stays_until_it_is_changed() {
    let fixture = by_hand(
        "host = mail.local\nport = 1025\nsecurity = none\nusername = me\npassword = $ISSO_MAIL\nfrom = blog@example.com\n",
    );
    let before = fixture.cfg();
    let mut input = fixture.prefill(ACTION);
    assert!(!fixture.run(ACTION, &input).unwrap().settings_changed);
    assert_eq!(fixture.cfg(), before);

    input["to"] = json!("else@example.com");
    fixture.run(ACTION, &input).unwrap();
    assert_eq!(fixture.cfg(), before.replace("to = you@", "to = else@"));

    input["smtp"]["value"]["provider"]["value"]["security"]["value"]["port"] = json!("25");
    fixture.run(ACTION, &input).unwrap();
    says(
        &fixture,
        &[
            ("smtp.port", "25"),
            ("smtp.security", "starttls"),
            ("smtp.password", "$ISSO_MAIL"),
        ],
    );
}

#[test]
fn a_host_changed_by_hand_leaves_its_provider() {
    let fixture = Fixture::new();
    let gmail = with(json!({ "host": "smtp.gmail.com" }));
    fixture.run(ACTION, &custom("gmail", &gmail)).unwrap();
    fixture.write_cfg(&fixture.cfg().replace("smtp.gmail.com", "smtp.example.com"));
    assert_eq!(fixture.prefill(ACTION), custom("other", &account()));
}

#[test]
fn an_account_that_cannot_work_is_refused_with_the_reason() {
    let fixture = Fixture::new();
    let check = |input: &Value, expected: &str| assert_eq!(fixture.refused(ACTION, input), expected);
    let account = |fields: Value| custom("other", &with(fields));
    let at = "smtp.value.provider.value";

    let mut without_recipient = custom("other", &with(json!({})));
    without_recipient["to"] = json!(null);
    check(
        &without_recipient,
        "Recipient (to): Enter who is to be notified, or turn notifications off.",
    );
    without_recipient["to"] = json!("you@example.com, me@example.com");
    check(&without_recipient, "Recipient (to): This is not an email address.");
    check(
        &account(json!({ "host": "smtp.example.com:25" })),
        &format!("Host ({at}.host): This is not the name of a mail server."),
    );
    check(
        &account(json!({ "from": "nobody" })),
        &format!("From Address ({at}.from): Must be a valid email address, optionally with a name"),
    );
    check(
        &account(json!({ "password": "x${ISSO_SETTINGS}y", "username": "$ISSO_USER" })),
        &format!(
            "Username ({at}.username): This contains $ISSO_USER, which Isso replaces by the environment variable of that \
             name where there is one. \
             Choose a text without it.\n\
             Password ({at}.password): This contains ${{ISSO_SETTINGS}}, which Isso replaces by the environment variable of that \
             name where there is one. \
             Choose a text without it."
        ),
    );
    check(
        &account(json!({ "security": { "selection": "tls", "value": { "port": "25" } } })),
        &format!("Port ({at}.security.value.port): This is fixed to “465”."),
    );
}
