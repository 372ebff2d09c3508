//! Tries every key with every kind of bad value. The diagnostics refuse a value exactly if Isso does, and Isso reads
//! two values alike if they are said to mean the same.

use isso_cfg::Severity::Refused;
use isso_cfg::keys::Read;
use isso_cfg::{Document, Environment, Key, diagnose, keys};
use serde_json::Value;

use super::{Answer, Outcome, ask, ask_in, parsed};

/// A file in which everything is on, so that every key is read.
const EVERYTHING: &str = "[general]\nhost = localhost\nnotify = smtp\ngravatar = on\n[moderation]\nenabled = on\n\
    [smtp]\nhost = 127.0.0.1\nport = 1025\nsecurity = none\nusername = me\npassword = x\nto = a@example.org\n\
    [rss]\nbase = https://example.org\n[server]\npublic-endpoint = https://c.example.org\n";

const VALUES: [&str; 32] = [
    "",
    "x",
    "-1",
    "0",
    "1",
    "2",
    "1_0",
    "1.5",
    "٣",
    "15m",
    "15 m",
    "30m1h",
    "0s",
    "true",
    "No",
    "oN # x",
    "a, b",
    "a,,b",
    ",",
    "a\nb",
    "\na\n b",
    "ü",
    "{}",
    "{",
    "$HOME",
    "none",
    "https://ü.example:1/x",
    "http://a:b",
    "a..b",
    "a@b",
    "%s%",
    "99999999999",
];

#[test]
fn diagnostics_refuse_what_isso_refuses() {
    // The script puts the database elsewhere.
    let keys: Vec<&Key> = keys::ALL.iter().filter(|key| **key != keys::DBPATH).collect();
    // Each key gets a third of the values, the next key the next third: a real Isso needs its time.
    let values = |at: usize| VALUES.iter().skip(at % 3).step_by(3);
    let files: Vec<(String, String)> = keys
        .iter()
        .enumerate()
        .flat_map(|(at, key)| values(at).filter_map(|value| file(key, value)))
        .collect();
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    let answer = ask(&texts);
    let documents: Vec<Document> = texts
        .iter()
        .map(|text| parsed(text).expect("the editor wrote it"))
        .collect();
    compare(&files, &documents, &answer);
    what_means_the_same_is_read_the_same(&files, &documents, &answer);
}

/// The value of a variable is judged as if it stood in the file.
#[test]
fn a_value_from_the_environment_is_refused_when_isso_refuses_it() {
    let keys = keys::ALL.iter().filter(|key| **key != keys::DBPATH);
    let values = |at: usize| VALUES.iter().skip((at + 1) % 5).step_by(5);
    let combinations = keys
        .enumerate()
        .flat_map(|(at, key)| values(at).map(move |value| (key, *value)));
    let mut variables = Vec::new();
    let mut files = Vec::new();
    for (at, (key, value)) in combinations.enumerate() {
        let (_, text) = file(key, &format!("${{V {at}}}")).expect("every file can say it");
        files.push((format!("[{}] {} = {value:?}", key.section, key.name), text));
        variables.push((format!("V {at}"), value.to_owned()));
    }
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).collect();
    let answer = ask_in(&texts, &vec!["a comment"; texts.len()], &variables);
    let environment = variables.iter().map(|(name, value)| (name.into(), value.into()));
    let environment = Environment::of_up(environment);
    let documents: Vec<Document> = texts
        .iter()
        .map(|text| parsed(text).expect("the editor wrote it"))
        .map(|doc| doc.with_environment(&environment))
        .collect();
    compare(&files, &documents, &answer);
    for ((name, _), outcome) in files.iter().zip(&answer.files) {
        assert!(outcome.reads.is_some(), "{name}");
    }
}

/// Compares the values that the diagnostics refuse with those that Isso refuses.
fn compare(files: &[(String, String)], documents: &[Document], answer: &Answer) {
    let mut wrong = Vec::new();
    for (((name, _), document), outcome) in files.iter().zip(documents).zip(&answer.files) {
        let found = diagnose(document);
        let refused = found.iter().any(|diagnostic| diagnostic.severity == Refused);
        let runs = outcome.started && outcome.statuses["post"] < 500;
        if refused == runs {
            wrong.push(format!("{name}: {outcome:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        files.len(),
        wrong.join("\n")
    );
}

fn what_means_the_same_is_read_the_same(files: &[(String, String)], documents: &[Document], answer: &Answer) {
    let read = |outcome: &Outcome| -> Vec<Option<Value>> {
        let reads = keys::ALL.iter().zip(outcome.reads.iter().flatten());
        reads
            .map(|(key, value)| (key.read != Read::Never).then(|| value.clone()))
            .collect()
    };
    let mut same = 0;
    for (at, (document, outcome)) in documents.iter().zip(&answer.files).enumerate() {
        for other in (0..at).filter(|&other| document.means_the_same(&documents[other])) {
            same += 1;
            let (names, other) = ((&files[at].0, &files[other].0), &answer.files[other]);
            assert_eq!(outcome.started, other.started, "{names:?}");
            assert_eq!(outcome.statuses, other.statuses, "{names:?}");
            assert_eq!(read(outcome), read(other), "{names:?}");
        }
    }
    assert!(same > 100, "{same} pairs mean the same");
}

/// The file with this value, unless no file can say it.
fn file(key: &Key, value: &str) -> Option<(String, String)> {
    let mut doc = Document::parse(EVERYTHING).expect("the text is fine");
    doc.set(key.section, key.name, value).ok()?;
    Some((
        format!("[{}] {} = {value:?}", key.section, key.name),
        doc.as_str().to_owned(),
    ))
}
