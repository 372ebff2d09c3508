//! Values that name environment variables: a form shows the values that Isso sees, but no secret, and leaves unchanged
//! values in the file as they are.

use isso_actions::Action;
use isso_cfg::Environment;
use serde_json::json;

use super::*;

const SECRET: &str = "hunter2";

const CFG: &str = "[general]\ndbpath = /db/comments.db\nhost = $SITES\nnotify = $BACKENDS\nreply-notifications = $ON\nmax-age = ${AGE}\n\
    gravatar = $ON\n[admin]\nenabled = $ON\npassword = $SECRET\n[moderation]\nenabled = $ON\npurge-after = $AGE\n[smtp]\n\
    username = $USER\npassword = ${SECRET}\nhost = $MAIL\nport = $PORT\nsecurity = $SECURITY\nto = $TO\nfrom = $FROM\n\
    [guard]\nratelimit = $RATE\n";

fn fixture() -> Fixture {
    let variables = [
        ("SITES", "https://a.example\nhttps://b.example"),
        ("BACKENDS", "stdout,smtp"),
        ("ON", "yes"),
        ("AGE", "90m"),
        ("SECRET", SECRET),
        ("USER", "isso"),
        ("MAIL", "mail.example.com"),
        ("PORT", "587"),
        ("SECURITY", "starttls"),
        ("TO", "you@example.com"),
        ("FROM", "Comments <isso@example.com>"),
        ("RATE", "7"),
    ];
    let variables = variables.map(|(name, value)| (name.into(), value.into()));
    let mut fixture = Fixture::new();
    fixture.volume = fixture.volume.with_environment(Environment::of_up(variables));
    fixture.write_cfg(CFG);
    let prepared = fixture.volume.prepare().unwrap();
    assert!(prepared.usable_password);
    fixture
}

#[test]
fn a_form_saved_as_it_is_leaves_the_variables_in_the_file() {
    let fixture = fixture();
    assert_eq!(fixture.cfg(), CFG);
    for action in [Action::SetWebsites, Action::ConfigureServer, Action::ConfigureSmtp] {
        let prefill = fixture.prefill(action);
        assert!(!prefill.to_string().contains(SECRET), "{prefill}");
        let done = fixture.run(action, &prefill).unwrap();
        assert!(!done.settings_changed, "{}", action.id());
        assert_eq!(fixture.cfg(), CFG, "{}", action.id());
    }
}

#[test]
fn a_form_shows_what_isso_sees() {
    let fixture = fixture();
    let websites = fixture.prefill(Action::SetWebsites);
    assert_eq!(
        websites,
        json!({ "websites": ["https://a.example", "https://b.example"] })
    );
    let server = fixture.prefill(Action::ConfigureServer);
    assert_eq!(server["maxAge"], "90m");
    assert_eq!(server["guard"]["ratelimit"], 7);
    assert_eq!(server["gravatar"], true);
    let account = &fixture.prefill(Action::ConfigureSmtp)["smtp"]["value"]["provider"]["value"];
    assert_eq!(account["host"], "mail.example.com");
    assert_eq!(account["security"]["value"]["port"], "587");
    assert_eq!(account["username"], "isso");
    assert_eq!(account["password"], "${SECRET}");
}

#[test]
fn a_field_that_is_changed_is_written_and_no_other() {
    let fixture = fixture();
    let mut server = fixture.prefill(Action::ConfigureServer);
    server["guard"]["ratelimit"] = json!(8);
    fixture.run(Action::ConfigureServer, &server).unwrap();
    let expected = CFG.replace("= $RATE", "= 8");
    assert_eq!(fixture.cfg(), expected);
    let mut mail = fixture.prefill(Action::ConfigureSmtp);
    mail["smtp"]["value"]["provider"]["value"]["password"] = json!("typed");
    fixture.run(Action::ConfigureSmtp, &mail).unwrap();
    let expected = expected.replace("${SECRET}", "typed");
    assert_eq!(fixture.cfg(), expected);
    fixture
        .run(Action::SetWebsites, &json!({ "websites": ["https://a.example"] }))
        .unwrap();
    let host = "host = \n    https://a.example\n    localhost";
    assert_eq!(fixture.cfg(), expected.replace("host = $SITES", host));
}

/// A variable that is set here may not be set at the next start, or on the machine where a backup is restored.
#[test]
fn a_typed_password_with_a_reference_is_refused_whether_the_variable_is_set_or_not() {
    let fixture = fixture();
    for typed in ["pa$MAIL", "pa$HOME", "pa$NONE", "pa${NONE}", "$SECRET"] {
        let mut mail = fixture.prefill(Action::ConfigureSmtp);
        mail["smtp"]["value"]["provider"]["value"]["password"] = json!(typed);
        let said = fixture.refused(Action::ConfigureSmtp, &mail);
        assert!(said.contains("which Isso replaces"), "{typed}: {said}");
    }
}

#[test]
fn a_new_admin_password_takes_the_place_of_a_variable() {
    let fixture = fixture();
    let done = fixture.run(Action::SetAdminPassword, &json!(null)).unwrap();
    assert!(done.settings_changed);
    assert!(!fixture.cfg().contains("password = $SECRET"));
    assert!(fixture.volume.has_usable_password().unwrap());
}
