//! The test mail, sent to real mail servers, and compared with what a real Isso sends.

use std::net::TcpListener;
use std::path::PathBuf;

use isso_actions::{Action, ActionError, ActionResult, Language};
use serde_json::{Value, json};

use crate::Fixture;
use crate::mail_server::{MailServer, python};

/// Settings that send mail.
fn fixture(port: u16, security: &str, password: &str, from: &str) -> Fixture {
    let fixture = Fixture::new();
    fixture.write_cfg(&format!(
        "[general]\nhost = localhost\nnotify = smtp\n[server]\npublic-endpoint = https://c.example\n[smtp]\n\
         host = 127.0.0.1\nport = {port}\nsecurity = {security}\nusername = me\npassword = {password}\n\
         to = You <you@b.example>\nfrom = {from}\n"
    ));
    fixture
}

/// Sends a test mail as the host does: the action runs, then the mail is sent.
fn send(fixture: &Fixture, language: Language, to: &str) -> Result<ActionResult, ActionError> {
    let (action, input) = (Action::SendTestEmail, json!({ "to": to }));
    let before = fixture.cfg();
    let done = action.run(&fixture.volume, &fixture.host_info, language, &input)?;
    assert!(!done.settings_changed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let read = async { Ok(fixture.contents()) };
    let result = runtime.block_on(action.after(read, language, &input, done.result));
    assert_eq!(fixture.cfg(), before, "a test changes nothing");
    result
}

/// What a person reads of a mail that was not sent.
fn not_sent(fixture: &Fixture, to: &str) -> String {
    let error = send(fixture, Language::English, to).expect_err("it is not sent");
    assert!(error.path().is_none(), "no field is wrong");
    error.to_string()
}

/// Whether a real Isso sends a mail with these settings.
fn isso_sends(fixture: &Fixture, to: &str) -> bool {
    let config = fixture.volume.config_path();
    let ran = python("send_by_isso.py").arg(config).arg(to).output().unwrap();
    match str::from_utf8(&ran.stdout).unwrap().trim() {
        "sent" => true,
        "not sent" => false,
        other => panic!("{other}{}", String::from_utf8_lossy(&ran.stderr)),
    }
}

/// What the server was told before the text. The size, which Isso names, is left out.
fn envelope(mail: &Value) -> Value {
    let mut envelope = mail["envelope"].clone();
    let options = envelope[2].as_array_mut().unwrap();
    options.retain(|option| !option.as_str().unwrap().starts_with("SIZE="));
    envelope
}

/// A file with a certificate that nobody trusts, and its key.
fn certificate(fixture: &Fixture) -> String {
    let made = rcgen::generate_simple_self_signed(["mail.test".to_owned()]).unwrap();
    let path: PathBuf = fixture.volume.config_path().with_file_name("server.pem");
    #[expect(clippy::disallowed_methods, reason = "a file of the test alone")]
    std::fs::write(&path, made.cert.pem() + &made.signing_key.serialize_pem()).unwrap();
    path.into_os_string().into_string().unwrap()
}

#[test]
fn what_the_server_answered_to_each_step_is_told() {
    let mut server = MailServer::start();
    let fixture = fixture(server.port, "none", "right", "Blog <isso@b.example>");
    let result = send(&fixture, Language::English, "you@b.example").unwrap();
    assert_eq!(result.title, "Test email sent");
    assert!(result.message.as_ref().unwrap().contains("you@b.example"));
    let port = server.port;
    assert_eq!(
        result.value().unwrap(),
        format!(
            "Connected to 127.0.0.1, port {port}: mail.test\n\
             Not encrypted, as the settings say\n\
             Logged in as me: 235 2.7.0 Authentication successful\n\
             Sender isso@b.example accepted: 250 2.1.0 sender taken\n\
             Recipient you@b.example accepted: 250 2.1.5 recipient taken\n\
             Message accepted: 250 2.0.0 queued as 42"
        )
    );
    let mail = server.next_mail();
    assert_eq!(mail["subject"], "Test email from Isso");
    assert_eq!(mail["from"], "Blog <isso@b.example>");
    assert_eq!(mail["date"], true);
    send(&fixture, Language::Polish, "You <you@b.example>").unwrap();
    assert!(
        server.next_mail()["text"]
            .as_str()
            .unwrap()
            .contains("z tymi samymi ustawieniami")
    );
}

#[test]
fn a_failed_step_is_named_with_the_steps_before_it() {
    let server = MailServer::start();
    let port = server.port;
    let settings = |password, from| fixture(port, "none", password, from);
    let connected = format!("Connected to 127.0.0.1, port {port}: mail.test\nNot encrypted, as the settings say");
    let in_as_me = format!("{connected}\nLogged in as me: 235 2.7.0 Authentication successful");
    let from_isso = format!("{in_as_me}\nSender isso@b.example accepted: 250 2.1.0 sender taken");
    let check = |fixture: &Fixture, to: &str, failed: &str, before: &str| {
        let expected = format!("The test email was not sent. Failed step: {failed}\n\nBefore that:\n{before}");
        assert_eq!(not_sent(fixture, to), expected);
        assert!(!isso_sends(fixture, to), "Isso sends it");
    };
    let good = settings("right", "isso@b.example");
    check(
        &settings("secret", "isso@b.example"),
        "you@b.example",
        "login. The mail server answered: 535 5.7.8 … is wrong",
        &connected,
    );
    check(
        &settings("right", "refused@b.example"),
        "you@b.example",
        "sender. The mail server answered: 550 5.7.1 not from here",
        &in_as_me,
    );
    check(
        &good,
        "nobody@b.example",
        "recipient. The mail server answered: 550 5.1.1 no such mailbox: me, …",
        &from_isso,
    );
    check(
        &good,
        "full@b.example",
        "message. The mail server answered: 552 5.2.2 mailbox full",
        &format!("{from_isso}\nRecipient full@b.example accepted: 250 2.1.5 recipient taken"),
    );
    check(
        &fixture(port, "starttls", "right", "isso@b.example"),
        "you@b.example",
        "encryption of the connection. The mail server does not offer STARTTLS.",
        &format!("Connected to 127.0.0.1, port {port}: mail.test"),
    );
    drop(server);
    let said = not_sent(&good, "you@b.example");
    let expected = format!(
        "The test email was not sent. Failed step: connection to the mail server. No connection to 127.0.0.1, port \
         {port}, could be made: "
    );
    assert!(said.starts_with(&expected), "{said}");
}

#[test]
fn a_server_that_falls_silent_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    assert_eq!(
        not_sent(&fixture(port, "none", "right", "isso@b.example"), "you@b.example"),
        "The test email was not sent. Failed step: connection to the mail server. The mail server did not answer \
         within 10 seconds."
    );
}

/// Isso checks the certificate with STARTTLS alone.
#[test]
fn certificates_are_checked_as_isso_does() {
    let check = |encryption: &str, security: &str| {
        let folder = Fixture::new();
        let mut server = MailServer::with(&[encryption, &certificate(&folder)]);
        let fixture = fixture(server.port, security, "right", "isso@b.example");
        let sent = send(&fixture, Language::English, "you@b.example");
        let by_isso = isso_sends(&fixture, "you@b.example");
        assert_eq!(sent.is_ok(), by_isso, "{encryption}: {sent:?}");
        if by_isso {
            let (ours, issos) = (server.next_mail(), server.next_mail());
            assert_eq!(envelope(&ours), envelope(&issos));
        }
        sent
    };
    let sent = check("tls", "ssl").unwrap();
    let line = "Encrypted by TLS. The certificate is not trusted (";
    assert!(sent.value().unwrap().contains(line), "{sent:?}");
    let refused = check("starttls", "starttls").unwrap_err().to_string();
    let reason = "Failed step: encryption of the connection. No encrypted connection could be made: ";
    assert!(refused.contains(reason), "{refused}");
}

/// Isso asks for `SMTPUTF8` where a name has an umlaut, although the address has none.
#[test]
fn letters_outside_of_ascii_are_sent_where_isso_sends_them() {
    let check = |arguments: &[&str], from: &str, to: &str| {
        let mut server = MailServer::with(arguments);
        let fixture = fixture(server.port, "none", "right", from);
        let sent = send(&fixture, Language::German, to);
        let by_isso = isso_sends(&fixture, to);
        assert_eq!(sent.is_ok(), by_isso, "{from} → {to}: {sent:?}");
        if by_isso {
            let (ours, issos) = (server.next_mail(), server.next_mail());
            assert_eq!(envelope(&ours), envelope(&issos));
            assert_eq!((&ours["from"], &ours["to"]), (&issos["from"], &issos["to"]));
        }
        sent.map_err(|error| error.to_string())
    };
    let (plain, umlaut) = ("isso@b.example", "Jörgs Blog <isso@b.example>");
    check(&[], umlaut, "you@b.example").unwrap();
    check(&["ascii"], plain, "\"Example, Inc.\" <you@b.example>").unwrap();
    let said = check(&["ascii"], umlaut, "you@b.example").unwrap_err();
    assert!(
        said.contains("Gescheiterter Schritt: Absender.") && said.contains("SMTPUTF8"),
        "{said}"
    );
}

#[test]
fn without_mail_settings_the_way_to_them_is_told() {
    let to = json!({ "to": "you@b.example" });
    let fresh = Fixture::new();
    assert!(
        fresh
            .refused(Action::SendTestEmail, &to)
            .contains("Email notifications")
    );
    let nameless = fixture(1, "none", "right", "");
    let said = nameless.refused(Action::SendTestEmail, &to);
    assert!(said.contains("[smtp] from"), "{said}");
    let off = nameless.refused(Action::SendTestEmail, &json!({ "to": "you at b.example" }));
    assert!(off.contains("(to)"), "{off}");
    let comma = nameless.refused(Action::SendTestEmail, &json!({ "to": "Example, Inc. <you@b.example>" }));
    assert!(comma.contains("(to)"), "Isso would send it to <Example>: {comma}");
    assert_eq!(
        nameless.prefill(Action::SendTestEmail),
        json!({ "to": "You <you@b.example>" })
    );
    assert_eq!(fresh.prefill(Action::SendTestEmail), json!({ "to": Value::Null }));
}
