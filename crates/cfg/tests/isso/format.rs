//! The address of pictures is a format of Python's: refused is what `str.format` raises on.

use std::io::Write;
use std::process::{Command, Stdio};

use isso_cfg::{Code, Severity};

use super::diagnose_text;

const ASKED: usize = 20_000;

#[test]
fn a_picture_s_address_is_refused_where_python_cannot_fill_it_in() {
    let formats: Vec<String> = formats().collect();
    let raises = ask_python(&formats);
    let wrong: Vec<&String> = formats
        .iter()
        .zip(&raises)
        .filter(|(format, raises)| is_refused(format) != **raises)
        .map(|(format, _)| format)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} of {ASKED}: {:?}",
        wrong.len(),
        &wrong[..wrong.len().min(20)]
    );
    // Neither answer may become so rare that the comparison says nothing.
    let raised = raises.iter().filter(|raises| **raises).count();
    assert!(
        raised > ASKED / 10 && raised < ASKED * 9 / 10,
        "{raised} of {ASKED} raise"
    );
}

fn is_refused(format: &str) -> bool {
    let text = format!("[general]\nhost = localhost\ngravatar = on\ngravatar-url = https://p.example/{format}x\n");
    diagnose_text(&text)
        .iter()
        .any(|found| found.severity == Severity::Refused && found.code == Code::GravatarUrl)
}

/// Pieces of formats in chance order, the same in each run.
fn formats() -> impl Iterator<Item = String> {
    const PIECES: [&str; 28] = [
        "{}", "{0}", "{", "}", "{{", "}}", "{0", "{:", "0}", ":", "!", "!r", "!s", ".", "[0]", "[", "]", ".upper",
        ".x", "s", "d", ">", "=", "^", "5", "0", ".3", "٠",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut chance = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or_default() % below
    };
    (0..ASKED).map(move |_| {
        let length = 1 + chance(5);
        (0..length).map(|_| PIECES[chance(PIECES.len())]).collect()
    })
}

fn ask_python(formats: &[String]) -> Vec<bool> {
    const SCRIPT: &str = "
import json, sys
def raises(text):
    try:
        text.format('d41d8cd98f00b204e9800998ecf8427e')
    except Exception:
        return True
    return False
json.dump([raises('https://p.example/' + text + 'x') for text in json.load(sys.stdin)], sys.stdout)
";
    let python = std::env::var("ISSO_TEST_PYTHON").expect("ISSO_TEST_PYTHON must name a Python; `make test` makes one");
    let mut child = Command::new(python)
        .args(["-I", "-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ISSO_TEST_PYTHON can be run");
    let mut input = child.stdin.take().expect("standard input is a pipe");
    let question = serde_json::to_string(formats).expect("texts are JSON");
    input.write_all(question.as_bytes()).expect("Python reads its input");
    drop(input);
    let output = child.wait_with_output().expect("Python ends");
    assert!(output.status.success(), "the script failed");
    serde_json::from_slice(&output.stdout).expect("the script answers in JSON")
}
