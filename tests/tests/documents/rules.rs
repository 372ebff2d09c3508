//! Rules for the documents and sources of this repository that no other tool checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use isso_tests::issoctl;
use regex_lite::Regex;

use crate::root;

#[test]
fn readme_can_be_read_in_five_minutes() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        text.lines().count() <= 120,
        "README.md has {} lines",
        text.lines().count()
    );
}

/// A row of a table may be longer.
#[test]
fn lines_of_the_architecture_are_no_wider_than_the_code() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let is_wide = |line: &&str| line.chars().count() > 120 && !line.starts_with('|');
    let wide: Vec<_> = text.lines().filter(is_wide).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

/// Every row of the tables in SECURITY.md names tests as `file::test`, and these are there.
#[test]
fn each_promise_is_held_by_a_test_that_is_there() {
    let sources = rust_files(&[root().join("crates"), root().join("tests/tests")]);
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md is there");
    let name = Regex::new("`([a-z_]+)::([a-z_]+)`").expect("the pattern is right");
    let held = |row: &str| {
        let tests: Vec<_> = name.captures_iter(row).collect();
        !tests.is_empty()
            && tests.iter().all(|test| {
                let file = |path: &Path| path.iter().any(|part| *part == test[1]);
                let tested = Regex::new(&format!(r"(fn|test) {}\b", &test[2]));
                let tested = tested.expect("a name is a pattern");
                let mut named = sources.iter().filter(|path| file(&path.with_extension("")));
                named.any(|path| tested.is_match(&fs::read_to_string(path).expect("a source is text")))
            })
    };
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let rows: Vec<_> = rows.filter(|row| !row.ends_with("held by |")).collect();
    let not_held: Vec<_> = rows.iter().filter(|row| !held(row)).collect();
    assert!(rows.len() > 20 && not_held.is_empty(), "{not_held:#?}");
}

/// The tables of docs/embedding.md have a row for each check of `issoctl doctor`, and for nothing else.
#[test]
fn each_check_of_doctor_stands_in_the_document_on_embedding() {
    let listed = Command::new(issoctl()).args(["doctor", "--list", "--json"]).output();
    let listed: serde_json::Value = serde_json::from_slice(&listed.expect("issoctl runs").stdout).expect("JSON");
    let listed = listed.as_array().expect("a list").iter();
    let listed: BTreeSet<_> = listed
        .map(|check| check["id"].as_str().expect("an id").to_owned())
        .collect();
    let text = fs::read_to_string(root().join("docs/embedding.md")).expect("docs/embedding.md is there");
    let (_, checks) = text.split_once("## Each check").expect("the part is there");
    let checks = checks.split("\n## ").next().expect("it has a beginning");
    let id = Regex::new("`([a-z0-9-]+)`").expect("the pattern is right");
    let cells = checks.lines().filter(|line| line.starts_with("| `"));
    let cells = cells.map(|row| row.split('|').nth(1).expect("a cell"));
    let documented: BTreeSet<_> = cells
        .flat_map(|cell| id.captures_iter(cell).map(|it| it[1].to_owned()))
        .collect();
    assert!(!listed.is_empty());
    assert_eq!(documented, listed);
}

/// rustfmt breaks no comment, so this looks at their width. A row of a table may be longer.
#[test]
fn comments_are_no_wider_than_the_code() {
    let sources = rust_files(&[root().join("crates"), root().join("tests")]);
    let mut wide = Vec::new();
    for path in &sources {
        let text = fs::read_to_string(path).expect("a source is text");
        for (number, line) in text.lines().enumerate() {
            let comment = line.trim_start().strip_prefix("//");
            let comment = comment.map(|text| text.trim_start_matches(['/', '!', ' ']));
            if line.chars().count() > 120 && comment.is_some_and(|text| !text.starts_with('|')) {
                wide.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    assert!(sources.len() > 100 && wide.is_empty(), "{wide:#?}");
}

/// No older compiler is tested, so none is promised.
#[test]
fn rust_version_names_the_compiler_that_is_tested() {
    let text = fs::read_to_string(root().join("rust-toolchain.toml")).expect("rust-toolchain.toml is there");
    let channel = format!("channel = \"{}\"", env!("CARGO_PKG_RUST_VERSION"));
    assert!(text.lines().any(|line| line == channel), "no {channel} in {text}");
}

fn rust_files(folders: &[PathBuf]) -> Vec<PathBuf> {
    let (mut open, mut files) = (folders.to_vec(), Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of sources can be read") {
            let path = entry.expect("a folder of sources can be read").path();
            if path.is_dir() && !path.ends_with("node_modules") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}
