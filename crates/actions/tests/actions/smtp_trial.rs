//! The trial of the saved credentials, with a real mail server.

use std::net::TcpListener;

use isso_actions::{Action, ActionError, ActionResult, Language};
use serde_json::{Value, json};

use crate::Fixture;
use crate::mail_server::MailServer;

/// A result whose message is "Saved.".
fn saved() -> ActionResult {
    let result = json!({ "version": "1", "title": "Title", "message": "Saved.", "result": null });
    serde_json::from_value(result).unwrap()
}

/// The text that a trial of these settings adds to the message.
fn trial(port: u16, security: &str, password: &str) -> String {
    let fixture = Fixture::new();
    fixture.write_cfg(&format!(
        "[general]\nhost = localhost\nnotify = smtp\n[smtp]\nhost = 127.0.0.1\nport = {port}\nsecurity = {security}\n\
         username = me\npassword = {password}\nto = a@b.example\nfrom = a@b.example\n"
    ));
    let result = after(&fixture, Language::English);
    let message = result.message.unwrap();
    message
        .strip_prefix("Saved.\n\n")
        .expect("the trial adds a paragraph")
        .to_owned()
}

fn after(fixture: &Fixture, language: Language) -> ActionResult {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let localized = |error| ActionError::from(error).localized(language);
    let read = async { fixture.volume.read().map_err(localized) };
    let after = Action::ConfigureSmtp.after(read, language, &Value::Null, saved());
    runtime.block_on(after).expect("a trial is no error")
}

fn warning(reason: &str) -> String {
    format!("Warning: the settings are saved, but an attempt to use them failed. {reason}")
}

#[test]
fn the_servers_answer_is_told() {
    let server = MailServer::start();
    assert_eq!(
        trial(server.port, "none", "right"),
        "The mail server accepts these settings. It answered: 235 2.7.0 Authentication successful"
    );
    assert_eq!(
        trial(server.port, "none", ""),
        "The mail server accepts these settings. It answered: 250 OK",
        "without a password Isso does not log in"
    );
    assert_eq!(
        trial(server.port, "none", "secret"),
        warning("The mail server answered: 535 5.7.8 … is wrong"),
        "a password is not repeated"
    );
    assert_eq!(
        trial(server.port, "starttls", "right"),
        warning("The mail server does not offer STARTTLS.")
    );
    let tls = trial(server.port, "ssl", "right");
    assert!(
        tls.starts_with(&warning("No encrypted connection could be made: ")),
        "{tls}"
    );
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = trial(port, "none", "x");
    let reason = format!("No connection to 127.0.0.1, port {port}, could be made: ");
    assert!(said.starts_with(&warning(&reason)), "{said}");
    assert_eq!(
        trial(0, "sideways", "x"),
        warning("The saved settings name no usable port or kind of encryption.")
    );
}

#[test]
fn a_server_that_says_nothing_is_told() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    assert_eq!(
        trial(port, "none", "x"),
        warning("The mail server did not answer within 5 seconds.")
    );
}

#[test]
fn settings_without_mail_are_not_tried() {
    assert_eq!(after(&Fixture::new(), Language::English), saved());
}

#[test]
fn settings_that_cannot_be_read_are_told() {
    let fixture = Fixture::new();
    fixture.write_cfg("x = 1\n");
    let message = after(&fixture, Language::German).message.unwrap();
    assert!(
        message.starts_with("Saved.\n\nisso.cfg ist nicht lesbar. Zeile 1, Spalte 1: "),
        "{message}"
    );
}
