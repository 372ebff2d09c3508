//! Compares the expansion of variables in values with CPython's `os.path.expandvars`.

use std::io::Write;
use std::process::{Command, Stdio};

use isso_cfg::{Document, Environment, keys};

use super::{runner, sample};

const VARIABLES: [(&str, &str); 7] = [
    ("A", "x"),
    ("AB", "$A"),
    ("_", "${A}"),
    ("a b", "$"),
    ("A-", "é\n"),
    ("É", "capital"),
    ("EMPTY", ""),
];

const SCRIPT: &str = "import json, os, sys\nvalues, names = json.load(sys.stdin)\nos.environ.clear()\nos.environ.update(names)\n\
    json.dump([os.path.expandvars(value) for value in values], sys.stdout)";

#[test]
fn python_expands_the_same() {
    let mut runner = runner();
    let pieces = r"(\$|\{|\}|A|B|_|a b|É|é|EMPTY|-|0|\n|\$A|\$\{A\}|\$\{A-\}|\$AB|\$\{a b\}){1,9}";
    let pieces = proptest::string::string_regex(pieces).expect("the pattern is valid");
    let document = |value: &str| {
        let mut doc = Document::parse("[smtp]\nusername =\n").ok()?;
        doc.set("smtp", "username", value).ok()?;
        let variables = VARIABLES.map(|(name, value)| (name.into(), value.into()));
        Some(doc.with_environment(&Environment::of_up(variables)))
    };
    // Not every text can be a value.
    let (values, ours): (Vec<String>, Vec<String>) = sample(&mut runner, pieces, 6_000)
        .filter_map(|value| {
            let seen = document(&value)?.read_text(&keys::SMTP_USERNAME);
            Some((value, seen))
        })
        .unzip();
    let theirs = ask(&values);
    let changed = values.iter().zip(&theirs).filter(|(value, theirs)| value != theirs);
    assert!(changed.count() > 1_500, "enough of them are expanded");
    for ((value, ours), theirs) in values.iter().zip(&ours).zip(&theirs) {
        assert_eq!(ours, theirs, "{value:?}");
    }
}

fn ask(values: &[String]) -> Vec<String> {
    let names: serde_json::Map<_, _> = VARIABLES
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    let mut python = Command::new("python3")
        .args(["-I", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test compares with CPython and needs `python3` in the PATH");
    let mut stdin = python.stdin.take().expect("stdin is piped");
    stdin
        .write_all(serde_json::json!([values, names]).to_string().as_bytes())
        .expect("python3 reads");
    drop(stdin);
    let output = python.wait_with_output().expect("python3 ends");
    assert!(output.status.success(), "python3 failed");
    serde_json::from_slice(&output.stdout).expect("python3 writes JSON")
}
