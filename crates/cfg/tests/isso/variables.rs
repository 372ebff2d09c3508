//! What Isso makes of the variables that its settings name.

use std::collections::BTreeMap;

use isso_cfg::Severity::{Info, Misread, Refused};
use isso_cfg::{Code, Diagnostic, Document, Environment, diagnose, keys};

use super::{ask_in, read};

const SECRET: &str = "hunter2";

const VARIABLES: [(&str, &str); 14] = [
    ("PORT", "587"),
    ("SPACED", " 587 "),
    ("WORD", SECRET),
    ("YES", "yes"),
    ("HOUR", "1h"),
    ("SITES", "https://a.example\n  https://b.example"),
    ("HOST", "blog.example"),
    ("CAPITALS", "https://Hunter2.example"),
    ("BACKENDS", "stdout, smtp"),
    ("AGAIN", "$WORD"),
    ("EMPTY", ""),
    ("a b", "odd"),
    ("_", "underscore"),
    ("PYTHONPATH", ""),
];

fn environment() -> Environment {
    Environment::of_up(VARIABLES.map(|(name, value)| (name.into(), value.into())))
}

fn document(text: &str) -> Document {
    let doc = Document::parse(text).expect("Python accepts the text");
    doc.with_environment(&environment())
}

/// Real Isso, with the very variables that the document asks for, reads what the document reads.
#[test]
fn isso_sees_the_values_that_a_document_predicts() {
    let values = [
        "$PORT",
        "${PORT}",
        "x$PORT",
        "$SPACED",
        "$WORD",
        "$YES",
        "$HOUR",
        "$SITES",
        "https://$HOST",
        "$BACKENDS",
        "$AGAIN",
        "$EMPTY",
        "${a b}",
        "${_}",
        "$_",
        "$__",
        "$PORT$YES",
        "$$PORT",
        "$NONE",
        "${NONE}",
        "${}",
        "${",
        "$",
        "$é",
        "$PORTé",
        "${PORT",
        "${PORT}}",
        "${${PORT}}",
        "x$PYTHONPATH",
        "$WORD,\n$PORT",
        "${PO\nRT}",
    ];
    let text = |value: &str| {
        let mut doc = document("[general]\nhost = localhost\n");
        for key in [
            &keys::HOST,
            &keys::NOTIFY,
            &keys::GRAVATAR,
            &keys::MAX_AGE,
            &keys::SMTP_PORT,
            &keys::SMTP_PASSWORD,
            &keys::ADMIN_PASSWORD,
        ] {
            doc.set(key.section, key.name, value)
                .expect("the value can stand there");
        }
        doc.as_str().to_owned()
    };
    let texts = values.map(text);
    let texts = texts.each_ref().map(String::as_str);
    let documents = texts.map(document);
    let variables: BTreeMap<String, String> = documents.iter().flat_map(Document::variables).collect();
    let variables: Vec<_> = variables.into_iter().collect();
    let answer = ask_in(&texts, &vec!["a comment"; texts.len()], &variables);
    for ((value, doc), outcome) in values.iter().zip(&documents).zip(&answer.files) {
        let theirs = outcome.reads.as_ref().expect("Isso reads the file");
        for (key, theirs) in keys::ALL.iter().zip(theirs) {
            if *key != keys::SMTP_FROM {
                let name = format!("[{}] {} = {value:?}", key.section, key.name);
                assert_eq!(read(doc, key), *theirs, "{name}");
            }
        }
    }
}

fn found(text: &str) -> Vec<Diagnostic> {
    let found = diagnose(&document(text));
    let shown = format!("{found:?}").to_lowercase();
    assert!(!shown.contains(SECRET), "{shown}");
    let expanded = found
        .iter()
        .filter(|it| (it.severity, it.code) == (Info, Code::Expanded));
    for told in expanded {
        assert!(told.message.contains("from the environment of `issoctl up`"), "{told}");
    }
    found
}

#[track_caller]
fn check(text: &str, expected: &[(isso_cfg::Severity, Code)]) {
    let found = found(text);
    let is: Vec<_> = found.iter().map(|it| (it.severity, it.code)).collect();
    assert_eq!(is, expected, "{text}\n{found:#?}");
}

#[test]
fn each_value_that_names_a_variable_is_reported_and_checked() {
    let mail = |line: &str| {
        format!(
            "[general]\nhost = localhost\nnotify = smtp\n[server]\npublic-endpoint = https://c.example\n[smtp]\nsecurity = none\n\
             host = 127.0.0.1\nto = a@isso.test\nfrom = C <c@isso.test>\n{line}\n"
        )
    };
    let told = (Info, Code::Expanded);
    check(&mail("port = $PORT"), &[told]);
    check(&mail("username = me\npassword = $WORD"), &[told]);
    check(&mail("port = $WORD"), &[told, (Refused, Code::NotANumber)]);
    check(
        &mail("port = $NONE"),
        &[(Misread, Code::UnsetVariable), (Refused, Code::NotANumber)],
    );
    check(
        &mail("username = me\npassword = $NONE"),
        &[(Misread, Code::UnsetVariable)],
    );
    check(
        &mail("username = me\npassword = x7$Kq9"),
        &[(Info, Code::UnsetVariable)],
    );
    check(
        &mail("username = me\npassword = $PYTHONPATH"),
        &[(Misread, Code::WithheldVariable)],
    );
    check(
        &mail("username = me\npassword = $LC_CTYPE"),
        &[(Misread, Code::Expanded)],
    );
    let general = |line: &str| format!("[general]\n{line}\n");
    check(&general("host = $SITES"), &[told]);
    check(&general("host = https://$HOST"), &[told]);
    check(&general("host = $WORD\n  $WORD"), &[told]);
    check(
        &general("host = $CAPITALS"),
        &[told, (Misread, Code::WebsiteNeverMatches)],
    );
    check(&general("host = $EMPTY"), &[told, (Refused, Code::NoWebsite)]);
    check(&general("host = localhost\nmax-age = $HOUR"), &[told]);
    check(
        &general("host = localhost\nmax-age = $WORD"),
        &[told, (Refused, Code::NotATimedelta)],
    );
    check(&general("host = localhost\ngravatar = $YES"), &[told]);
    check(
        &general("host = localhost\ngravatar = $WORD"),
        &[told, (Refused, Code::NotABoolean)],
    );
}
