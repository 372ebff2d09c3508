//! The diagnostics of files that Python refuses.

use isso_cfg::{Code, Diagnostic, Document, Severity};

/// Compares the problems found, each as its place, code, text and message.
#[track_caller]
fn check(bytes: impl AsRef<[u8]>, expected: &[(usize, usize, Code, &str, &str)]) {
    let found = Document::from_bytes(bytes.as_ref()).expect_err("Python refuses the file");
    let found_parts: Vec<_> = found
        .iter()
        .map(|d| (d.line, d.column, d.code, d.text.as_str(), d.message.as_str()))
        .collect();
    assert_eq!(found_parts, expected);
    for Diagnostic { severity, fix, .. } in &found {
        assert_eq!(*severity, Severity::Refused);
        assert!(fix.ends_with('.'), "the fix is a sentence: {fix}");
    }
}

#[test]
fn a_line_before_the_first_header() {
    let message = "the line stands before the first section header";
    check(
        "# c\n  password = secret\nk\n[a]\n",
        &[(2, 3, Code::MissingSectionHeader, "password", message)],
    );
    check("[a\nk = v\n", &[(1, 1, Code::MissingSectionHeader, "[a", message)]);
    check(
        "secret words\n",
        &[(1, 1, Code::MissingSectionHeader, "secret …", message)],
    );
}

#[test]
fn a_header_that_is_there_twice() {
    check(
        "[a]\n\n\t[a] x\n[b]\r[DEFAULT]\n[DEFAULT]\n[a]",
        &[
            (
                3,
                2,
                Code::DuplicateSection,
                "[a]",
                "the section [a] appears again; the first is on line 1",
            ),
            (
                7,
                1,
                Code::DuplicateSection,
                "[a]",
                "the section [a] appears again; the first is on line 1",
            ),
        ],
    );
}

#[test]
fn a_key_that_is_there_twice() {
    check(
        "[a]\nhost = v\n[b]\nhost = v\nHost : secret\n  secret\n",
        &[(
            5,
            1,
            Code::DuplicateKey,
            "Host",
            "the key host appears again in [b]; the first is on line 4",
        )],
    );
    // Python would name the second header only; the key is the next thing it would stumble over.
    check(
        "[a]\nk = v\n[a]\nk\n",
        &[
            (
                3,
                1,
                Code::DuplicateSection,
                "[a]",
                "the section [a] appears again; the first is on line 1",
            ),
            (
                4,
                1,
                Code::DuplicateKey,
                "k",
                "the key k appears again in [a]; the first is on line 2",
            ),
        ],
    );
}

#[test]
fn a_delimiter_without_a_key() {
    check(
        "[a]\n = secret\n\u{a0}\u{a0}: secret\n",
        &[
            (
                2,
                2,
                Code::MissingKey,
                "=",
                "nothing stands before the =, so the line names no key",
            ),
            (
                3,
                3,
                Code::MissingKey,
                ":",
                "nothing stands before the :, so the line names no key",
            ),
        ],
    );
}

#[test]
fn a_value_that_goes_on_without_having_begun() {
    check(
        "[a]\npassword\n\n# c\n    secret\n    secret\nk = v\n",
        &[(
            5,
            5,
            Code::ContinuedWithoutValue,
            "",
            "the indented line continues the key on line 2, which has no = and so no value",
        )],
    );
}

#[test]
fn a_byte_order_mark_hides_no_other_problem() {
    check(
        "\u{feff}[a]\nk = v\nk = w\n",
        &[
            (
                1,
                1,
                Code::ByteOrderMark,
                "\\u{feff}",
                "the file begins with a byte order mark, which makes its first line unreadable",
            ),
            (
                3,
                1,
                Code::DuplicateKey,
                "k",
                "the key k appears again in [a]; the first is on line 2",
            ),
        ],
    );
    check(
        "\u{feff}  k = v\n",
        &[
            (
                1,
                1,
                Code::ByteOrderMark,
                "\\u{feff}",
                "the file begins with a byte order mark, which makes its first line unreadable",
            ),
            (
                1,
                3,
                Code::MissingSectionHeader,
                "k",
                "the line stands before the first section header",
            ),
        ],
    );
}

#[test]
fn bytes_that_are_not_utf8() {
    check(
        b"[a]\r\n\xc3\xa9 = \xe9\xe8\rname = \xff\n\xe2\x82",
        &[
            (
                2,
                5,
                Code::NotUtf8,
                "\\xe9",
                "the file is not UTF-8: the byte here is 0xe9",
            ),
            (
                3,
                8,
                Code::NotUtf8,
                "\\xff",
                "the file is not UTF-8: the byte here is 0xff",
            ),
            (
                4,
                1,
                Code::NotUtf8,
                "\\xe2\\x82",
                "the file is not UTF-8: the byte here is 0xe2",
            ),
        ],
    );
}

#[test]
fn bytes_that_are_no_text_are_reported_once() {
    let database = b"SQLite format 3\0\x10\xff\n\xe9\n\xe9\n";
    let said = "the file is no text, and so no isso.cfg";
    check(database, &[(1, 18, Code::NotUtf8, "\\xff", said)]);
    let utf_16 = b"\xff\xfe[\0a\0]\0\n\0\xe9\0";
    let said = "the file is not UTF-8: the byte here is 0xff";
    check(utf_16, &[(1, 1, Code::NotUtf8, "\\xff", said)]);
}

#[test]
fn diagnostics_hold_no_value() {
    for text in [
        "k: secret",
        "[a]\n=secret",
        "[a]\nk=secret\nk=secret",
        "[a]\nk\n secret",
        "[a]\nk secret\nk secret",
        "[a]\nk secret=x\nk secret:x",
    ] {
        for problem in Document::parse(text).expect_err("Python refuses the file") {
            let shown = format!("{problem} {problem:?}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
    let document = Document::parse("[a]\nk = secret\n").expect("Python accepts the file");
    assert_eq!(format!("{document:?}"), "Document { bytes: 15, sections: [\"a\"] }");
}

#[test]
fn a_diagnostic_reads_as_a_sentence_and_as_json() {
    let problem = &Document::parse("k = v").expect_err("Python refuses the file")[0];
    assert_eq!(
        problem.to_string(),
        "line 1, column 1: the line stands before the first section header"
    );
    assert_eq!(
        serde_json::to_value(problem).expect("a diagnostic is plain data"),
        serde_json::json!({
            "severity": "refused",
            "code": "missing-section-header",
            "line": 1,
            "column": 1,
            "text": "k",
            "message": "the line stands before the first section header",
            "fix": "Put the header of its section above it, such as [general].",
        })
    );
}

/// A file with more problems than a person reads is still refused for each of them.
#[test]
fn a_file_full_of_problems_is_reported_in_full() {
    let keys: String = (0..100_000).map(|number| format!("key = {number}\n")).collect();
    let problems = Document::parse(format!("[a]\n{keys}")).unwrap_err();
    assert_eq!(problems.len(), 99_999);
    let websites: String = (0..100_000)
        .map(|number| format!("https://{number}.example\n"))
        .collect();
    let problems = Document::parse(format!("[general]\nhost =\n{websites}")).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].fix.starts_with("Indent lines 3 to 100002"));
}
