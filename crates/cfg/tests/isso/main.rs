//! Compares the diagnostics of a file with what a real Isso does with it.
//!
//! `ISSO_TEST_PYTHON` names a Python in which Isso 0.14 is installed. One process of it tries all files; see
//! `try_files.py`.

mod cases;
mod database;
mod every_key;
mod follow;
mod format;
mod lists;
mod mail;
mod markup;
mod names;
mod review;
#[path = "../volume/review_cases.rs"]
#[expect(dead_code, reason = "the files are not edited here")]
mod review_cases;
mod values;
mod variables;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use isso_cfg::keys::{self, Kind};
use isso_cfg::{Diagnostic, Document, Environment, Key, Volume, diagnose};
use serde::Deserialize;
use serde_json::{Value, json};

use self::cases::{CASES, Case, Isso};

#[test]
fn every_problem_is_found_at_its_place() {
    let mut wrong = Vec::new();
    for case in CASES {
        let diagnostics = diagnosed(case.text);
        let found: Vec<_> = diagnostics
            .iter()
            .map(|d| (d.severity, d.code, d.line, d.column))
            .collect();
        if found != case.found {
            wrong.push(format!("{}: {diagnostics:#?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn diagnostics_show_no_secret() {
    for case in CASES {
        for diagnostic in diagnosed(case.text) {
            let shown = format!("{diagnostic:?} {diagnostic}");
            assert!(
                !["secret", "pässword", "x$ISSO", "pw@"]
                    .iter()
                    .any(|secret| shown.contains(secret)),
                "{}: {shown}",
                case.name
            );
        }
    }
}

#[test]
fn isso_does_what_a_diagnostic_says() {
    let answer = &*ANSWER;
    let wrong: Vec<String> = CASES
        .iter()
        .zip(&answer.files)
        .filter(|(case, outcome)| case.isso != outcome.isso(case))
        .map(|(case, outcome)| format!("{}: expected {:?}, got {outcome:?}", case.name, case.isso))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The definition of the worst severity, checked on the table itself.
#[test]
fn isso_stops_or_fails_to_post_with_a_refused_file() {
    use isso_cfg::Severity::Refused;
    for case in CASES {
        let refused = case.found.iter().any(|(severity, ..)| *severity == Refused);
        assert_eq!(
            refused,
            matches!(case.isso, Isso::Stops | Isso::FailsToPost),
            "{}",
            case.name
        );
    }
}

#[test]
fn settings_are_read_as_isso_reads_them() {
    let mut compared = 0;
    for (case, outcome) in CASES.iter().zip(&ANSWER.files) {
        let (Ok(doc), Some(reads)) = (parsed(case.text), &outcome.reads) else {
            continue;
        };
        for (key, theirs) in keys::ALL.iter().zip(reads) {
            if is_changed_by_isso(key, &doc) {
                continue;
            }
            assert_eq!(
                read(&doc, key),
                *theirs,
                "{}: [{}] {}",
                case.name,
                key.section,
                key.name
            );
            compared += 1;
        }
    }
    assert!(compared > 40 * keys::ALL.len(), "{compared} settings were compared");
}

#[test]
fn the_table_of_keys_is_that_of_isso() {
    let ours: Vec<[&str; 3]> = keys::ALL
        .iter()
        .map(|key| [key.section, key.name, key.default])
        .collect();
    assert_eq!(ANSWER.defaults, ours);
}

/// Isso runs with every file of the table once the volume is prepared.
#[test]
fn isso_runs_with_every_prepared_file() {
    let corpus = corpus();
    let files: Vec<&[u8]> = CASES
        .iter()
        .map(|case| case.text.as_bytes())
        .chain(corpus.iter().map(Vec::as_slice))
        .collect();
    let prepared: Vec<String> = files.iter().map(|file| prepare(file)).collect();
    let answer = ask(&prepared.iter().map(String::as_str).collect::<Vec<_>>());
    for ((before, after), outcome) in files.iter().zip(&prepared).zip(&answer.files) {
        let posts = outcome.statuses.get("post").is_some_and(|status| *status < 500);
        assert!(posts, "{outcome:?}\nbefore: {}\nafter: {after}", before.escape_ascii());
    }
}

/// What a real Isso does with the files of the table; asked once, because each file costs it a tenth of a second.
static ANSWER: LazyLock<Answer> = LazyLock::new(|| {
    let texts: Vec<&str> = CASES.iter().map(|case| case.text).collect();
    ask(&texts)
});

/// What became of a file.
#[derive(Debug, Deserialize)]
struct Outcome {
    started: bool,
    /// The name of the exception that kept it from starting; shown when a test fails.
    #[expect(dead_code, reason = "it is read by Debug")]
    error: String,
    /// What Isso reads for each key, if it got so far.
    reads: Option<Vec<Value>>,
    /// The answers to some requests.
    statuses: BTreeMap<String, u16>,
    /// The comment as a reader gets it.
    shown: Option<Value>,
}

impl Outcome {
    fn isso(&self, case: &Case) -> Isso {
        let fails = |page: &str| self.statuses[page] >= 500;
        match case.isso {
            _ if !self.started => Isso::Stops,
            _ if fails("post") => Isso::FailsToPost,
            Isso::FailsAt(page) if fails(page) => Isso::FailsAt(page),
            _ => match self.statuses.iter().find(|(_, status)| **status >= 500) {
                Some(_) => Isso::FailsAt("another page"),
                None => Isso::Serves,
            },
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    defaults: Vec<[String; 3]>,
    files: Vec<Outcome>,
}

/// The environment of the real Isso here: values may refer to variables, so there is none.
fn parsed(text: &str) -> Result<Document, Vec<Diagnostic>> {
    let environment = Environment::of_up([]);
    Document::parse(text).map(|doc| doc.with_environment(&environment))
}

fn diagnosed(text: &str) -> Vec<Diagnostic> {
    parsed(text).map_or_else(|problems| problems, |doc| diagnose(&doc))
}

/// Everything that is wrong with a text, whatever the environment.
fn diagnose_text(text: &str) -> Vec<Diagnostic> {
    Document::parse(text).map_or_else(|problems| problems, |doc| diagnose(&doc))
}

/// Has a real Isso try some files.
fn ask(files: &[&str]) -> Answer {
    ask_in(files, &vec!["a comment"; files.len()], &[])
}

/// Has a real Isso try some files, each with a comment.
fn ask_with(files: &[&str], comments: &[&str]) -> Answer {
    ask_in(files, comments, &[])
}

/// Has a real Isso try some files, each with a comment, in this environment.
fn ask_in(files: &[&str], comments: &[&str], variables: &[(String, String)]) -> Answer {
    let python = std::env::var("ISSO_TEST_PYTHON")
        .expect("ISSO_TEST_PYTHON must name a Python with Isso 0.14 installed; `make test` makes one");
    let keys: Vec<[&str; 3]> = keys::ALL.iter().map(|key| [key.section, key.name, kind(key)]).collect();
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/isso/try_files.py"))
        .env_clear()
        .envs(variables.iter().cloned())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ISSO_TEST_PYTHON can be run");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    input
        .write_all(
            json!({"files": files, "keys": keys, "comments": comments})
                .to_string()
                .as_bytes(),
        )
        .expect("the script reads its input");
    drop(input);
    let output = child.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "the script failed");
    let answer: Answer = serde_json::from_slice(&output.stdout).expect("the script answers in JSON");
    assert_eq!(answer.files.len(), files.len());
    answer
}

fn kind(key: &Key) -> &'static str {
    match key.kind {
        Kind::Bool => "bool",
        Kind::Int | Kind::Timedelta => "int",
        Kind::Text | Kind::Word | Kind::Secret => "text",
        Kind::List => "list",
        Kind::Lines => "lines",
    }
}

/// Reads a setting and gives it the shape in which the script tells what Isso reads.
fn read(doc: &Document, key: &Key) -> Value {
    match key.kind {
        Kind::Bool => json!(doc.read_bool(key)),
        Kind::Int | Kind::Timedelta => json!(doc.read_int(key)),
        Kind::Text | Kind::Word | Kind::Secret => json!(doc.read_text(key)),
        Kind::List => json!(doc.read_list(key)),
        Kind::Lines => json!(doc.read_lines(key)),
    }
}

/// Isso adds a name to the sender, removes a slash from the endpoint, and replaces variables; a text without a value is
/// an error to it and empty to us. The port is filled in by the script.
fn is_changed_by_isso(key: &Key, doc: &Document) -> bool {
    let value = doc.get(key.section, key.name);
    let valueless = value.is_none() && doc.has(key.section, key.name);
    valueless
        || [keys::SMTP_FROM, keys::PUBLIC_ENDPOINT].contains(key)
        || value.is_some_and(|value| value.contains("$ISSO_SETTINGS") || value.contains("LC_CTYPE") || value == "1025")
}

/// The nasty files on which the parser is tested.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let entries = std::fs::read_dir(folder).expect("the corpus is checked in");
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    paths
        .map(|path| std::fs::read(path).expect("the file can be read"))
        .collect()
}

/// Prepares a volume with this file and returns what becomes of it.
fn prepare(file: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let volume = Volume::new(folder.path(), "/db/comments.db").with_environment(Environment::of_up([]));
    std::fs::create_dir(folder.path().join("config")).expect("a folder can be made");
    std::fs::File::create(volume.config_path())
        .and_then(|mut there| there.write_all(file))
        .expect("a file can be written");
    volume.prepare().expect("every file can be prepared");
    std::fs::read_to_string(volume.config_path()).expect("the file is there")
}
