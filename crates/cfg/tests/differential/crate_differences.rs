//! Why `isso.cfg` is not read with the `configparser` crate's own parser: set up to come as near as
//! it can, it still reads these files differently from CPython.

use configparser::ini::{Ini, IniDefault};

use crate::oracle::{self, Contents, Keys};

/// Compares what the two find in `[a]`; nothing means that the file is refused.
#[track_caller]
fn differ(text: &str, python: Option<&[(&str, Option<&str>)]>, crates: Option<&[(&str, Option<&str>)]>) {
    let answer = oracle::ask([text.as_bytes()]).remove(0);
    assert_eq!(answer.map(keys_of_a), python.map(owned), "CPython");
    assert_eq!(read_with_crate(text), crates.map(owned), "the crate");
    assert_ne!(python, crates);
}

fn read_with_crate(text: &str) -> Option<Keys> {
    let mut defaults = IniDefault::default();
    defaults.default_section = "DEFAULT".to_owned();
    defaults.multiline = true;
    defaults.enable_inline_comments = false;
    let map = Ini::new_from_defaults(defaults).read(text.to_owned()).ok()?;
    Some(
        map.get("a")
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

fn keys_of_a(contents: Contents) -> Keys {
    contents
        .sections
        .into_iter()
        .filter(|(name, _)| name == "a")
        .flat_map(|(_, keys)| keys)
        .collect()
}

fn owned(keys: &[(&str, Option<&str>)]) -> Keys {
    keys.iter()
        .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)))
        .collect()
}

#[test]
fn python_refuses_what_is_there_twice() {
    differ("[a]\nk = v\nk = w\n", None, Some(&[("k", Some("w"))]));
    differ(
        "[a]\nk = v\n[b]\n[a]\nj = w\n",
        None,
        Some(&[("k", Some("v")), ("j", Some("w"))]),
    );
}

#[test]
fn python_refuses_a_key_without_a_section() {
    differ("k = v\n[a]\nj = w\n", None, Some(&[("j", Some("w"))]));
}

#[test]
fn python_refuses_to_continue_a_key_without_a_value() {
    differ("[a]\nk\n  v\n", None, Some(&[("k", Some("\nv"))]));
}

#[test]
fn sections_have_a_case_in_python() {
    differ(
        "[A]\nk = v\n[a]\nj = w\n",
        Some(&[("j", Some("w"))]),
        Some(&[("k", Some("v")), ("j", Some("w"))]),
    );
}

#[test]
fn an_indented_header_continues_a_value_in_python() {
    differ(
        "[a]\nk = v\n  [b]\n",
        Some(&[("k", Some("v\n[b]"))]),
        Some(&[("k", Some("v"))]),
    );
}

#[test]
fn a_lone_carriage_return_ends_a_line_in_python() {
    differ("[a]\rk = v\r", Some(&[("k", Some("v"))]), Some(&[]));
}

#[test]
fn an_unclosed_bracket_is_a_key_in_python() {
    differ("[a]\n[k = v\n", Some(&[("[k", Some("v"))]), None);
}

#[test]
fn python_measures_indentation_in_characters() {
    differ(
        "[a]\n k = v\n\u{a0}j = w\n",
        Some(&[("k", Some("v")), ("j", Some("w"))]),
        Some(&[("k", Some("v\nj = w"))]),
    );
}

#[test]
fn separators_are_white_space_in_python() {
    differ(
        "[a]\nk = v\u{1f}\n",
        Some(&[("k", Some("v"))]),
        Some(&[("k", Some("v\u{1f}"))]),
    );
}

/// The crate's cascade, on what our reader found, as [`isso_cfg::Document::ini`] documents it.
#[test]
fn the_cascade_goes_further_than_pythons() {
    let document = isso_cfg::Document::parse("[DEFAULT]\nk = v\n[a]\nk\n[b]\n").expect("Python accepts it");
    assert_eq!(document.get("b", "k"), Some("v"));
    assert_eq!(document.ini().get("b", "k").as_deref(), Some("v"));

    assert_eq!(document.get("a", "k"), None);
    assert_eq!(document.ini().get("a", "k").as_deref(), Some("v"));

    assert!(!document.has("absent", "k"));
    assert_eq!(document.ini().get("absent", "k").as_deref(), Some("v"));
}
