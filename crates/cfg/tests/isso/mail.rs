//! Senders and recipients: mail arrives as it was meant exactly if no problem is found, and does once the advice is
//! followed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use isso_cfg::{Code, Diagnostic, Severity};
use serde::Deserialize;
use serde_json::json;

use super::diagnose_text;
use super::follow::follow;

/// What Isso writes from and to when all is well.
const MEANT: (&str, &str) = ("c@isso.test", "a@isso.test");

/// The lines of a file, and whether mail is to arrive as it was meant before any advice is followed.
#[rustfmt::skip]
const MAILBOXES: &[(&str, bool)] = &[
    ("to = a@isso.test\nfrom = C <c@isso.test>", true),
    ("to = Me <a@isso.test>\nfrom = \"Foo, Bar\" <c@isso.test>", true),
    ("to = <a@isso.test>\nfrom = c@isso.test (Foo)", true),
    ("to = a@isso.test\nfrom = blog.isso.test <c@isso.test>", true),
    ("to = a@isso.test\nfrom = O'Brien & Sons! <c@isso.test>", true),
    ("to = a@isso.test\nfrom = Blog (Kommentare) <c@isso.test>", true),
    ("to = a@isso.test\nfrom = Foo, Bar <c@isso.test>", false),
    ("to = a@isso.test\nfrom = c@isso.test <c@isso.test>", true),
    ("to = a@isso.test\nfrom = \"c@isso.test\"", false),
    ("to = a@isso.test\nfrom = \"Foo Bar\" c@isso.test", false),
    ("to = a@isso.test\nfrom = Foo Bar c@isso.test", false),
    ("to = a@isso.test\nfrom = \"Foo Bar <c@isso.test>\"", false),
    ("to = a@isso.test\nfrom = Foo Bar [c@isso.test]", false),
    ("to = 'a@isso.test'\nfrom = C <c@isso.test>", false),
    ("to = a@isso.test # me\nfrom = C <c@isso.test>", false),
    ("to = Me a@isso.test\nfrom = C <c@isso.test>", false),
    ("to = Doe, Jane <a@isso.test>\nfrom = C <c@isso.test>", false),
];

#[test]
fn faults_of_mailboxes_are_those_that_mail_shows() {
    let files: Vec<String> = MAILBOXES.iter().map(|(lines, _)| file(lines)).collect();
    let sent = send(&files, true);
    let mut mended = Vec::new();
    for (((lines, fine), text), sent) in MAILBOXES.iter().zip(&files).zip(&sent) {
        assert_eq!(sent.arrived(), *fine, "{lines}: {sent:?}");
        let found = misread(text);
        assert!(*fine || !found.is_empty(), "nothing is found in {lines}");
        if let Some(found) = found.first() {
            mended.push(follow(text, found).unwrap_or_else(|| panic!("{lines}: {found:#?}")));
        }
    }
    for (text, sent) in mended.iter().zip(send(&mended, true)) {
        assert!(sent.arrived(), "{sent:?} of\n{text}");
        assert_eq!(misread(text), [], "{text}");
    }
    assert!(mended.len() > 9);
}

#[test]
fn several_recipients_are_not_written_to() {
    for to in [
        "a@isso.test, b@isso.test",
        "a@isso.test; b@isso.test",
        "a@isso.test b@isso.test",
    ] {
        let text = file(&format!("to = {to}\nfrom = C <c@isso.test>"));
        let found = misread(&text);
        assert!(
            found
                .iter()
                .any(|found| found.code == Code::MailAddress && found.fix.contains("mailing list")),
            "{found:#?}"
        );
        let sent = &send(&[text], true)[0];
        let recipients: usize = sent.envelopes.iter().map(|(_, to)| to.len()).sum();
        assert!(recipients < 2, "{to}: {sent:?}");
    }
}

#[test]
fn letters_beyond_ascii_need_a_server_that_knows_them() {
    for lines in [
        "to = a@isso.test\nfrom = Jürgen <c@isso.test>",
        "to = Jürgen <a@isso.test>\nfrom = C <c@isso.test>",
    ] {
        let text = file(lines);
        let found = diagnose_text(&text);
        assert_eq!(
            found
                .iter()
                .map(|found| (found.severity, found.code))
                .collect::<Vec<_>>(),
            [(Severity::Warning, Code::MailAddress)],
            "{found:#?}"
        );
        assert!(send(std::slice::from_ref(&text), true)[0].arrived(), "{lines}");
        let refused = &send(std::slice::from_ref(&text), false)[0];
        assert_eq!(
            (refused.error.as_str(), refused.envelopes.len()),
            ("SMTPNotSupportedError", 0),
            "{lines}"
        );
        let name = found[0]
            .fix
            .strip_prefix("Write the name in ASCII letters: ")
            .and_then(|fix| fix.strip_suffix('.'))
            .expect("the text is shown");
        let value = lines
            .lines()
            .find_map(|line| {
                line.split_once(" = ")
                    .map(|(_, value)| value)
                    .filter(|value| !value.is_ascii())
            })
            .expect("one is not ASCII");
        assert!(send(&[text.replace(value, name)], false)[0].arrived(), "{name}");
    }
}

fn file(lines: &str) -> String {
    format!(
        "[general]\nhost = localhost\nnotify = smtp\n[server]\npublic-endpoint = https://c.isso.test\n[smtp]\nhost = 127.0.0.1\nsecurity = none\n{lines}\n"
    )
}

fn misread(text: &str) -> Vec<Diagnostic> {
    diagnose_text(text)
        .into_iter()
        .filter(|found| found.severity != Severity::Warning)
        .collect()
}

#[derive(Debug, Deserialize)]
struct Sent {
    error: String,
    envelopes: Vec<(String, Vec<String>)>,
}

impl Sent {
    fn arrived(&self) -> bool {
        let (from, to) = MEANT;
        self.envelopes == [(from.to_owned(), vec![to.to_owned()])]
    }
}

/// Has a real Isso report a comment with each of these files.
fn send(files: &[String], smtputf8: bool) -> Vec<Sent> {
    let python = std::env::var("ISSO_TEST_PYTHON")
        .expect("ISSO_TEST_PYTHON must name a Python with Isso 0.14 and aiosmtpd; `make test` makes one");
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/isso/send_mail.py"))
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ISSO_TEST_PYTHON can be run");
    let work: Vec<_> = files
        .iter()
        .map(|file| json!({"file": file, "smtputf8": smtputf8}))
        .collect();
    let mut input = child.stdin.take().expect("standard input is a pipe");
    input
        .write_all(json!(work).to_string().as_bytes())
        .expect("the script reads its input");
    drop(input);
    let output = child.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "the script failed");
    serde_json::from_slice(&output.stdout).expect("the script answers in JSON")
}
