//! The texts are complete in every language, and the code uses each of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use isso_actions::Language;
use regex_lite::Regex;
use serde_json::Value;

/// Every text of a language, by its key.
fn texts(language: Language) -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("locales/{}.json", language.tag()));
    let mut texts = BTreeMap::new();
    flatten(
        "",
        &serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap(),
        &mut texts,
    );
    texts.remove("_version");
    texts
}

fn flatten(prefix: &str, value: &Value, texts: &mut BTreeMap<String, String>) {
    for (name, value) in value.as_object().unwrap() {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Object(_) => flatten(&key, value, texts),
            Value::String(text) => drop(texts.insert(key, text.clone())),
            _ => drop(texts.insert(key, value.to_string())),
        }
    }
}

/// The `%{name}` places of a text, sorted.
fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<_> = text
        .split("%{")
        .skip(1)
        .filter_map(|rest| rest.split('}').next())
        .collect();
    places.sort_unstable();
    places
}

#[test]
fn every_language_has_every_text_with_the_same_places() {
    let english = texts(Language::English);
    for language in Language::ALL {
        let texts = texts(language);
        assert_eq!(
            texts.keys().collect::<Vec<_>>(),
            english.keys().collect::<Vec<_>>(),
            "{language:?}"
        );
        for (key, text) in &texts {
            assert!(!text.trim().is_empty(), "{language:?} {key}");
            let mut expected = places(&english[key]);
            let mut found = places(text);
            expected.dedup();
            found.dedup();
            assert_eq!(found, expected, "{language:?} {key}");
        }
    }
}

/// The keys in the code, each with the names of the places it fills in.
fn uses() -> BTreeMap<String, Vec<String>> {
    let call = Regex::new(r#"tr!\(\s*\w+,\s*"([^"]+)"((?:,\s*\w+ = [^,;\n]+)*)"#).unwrap();
    let name = Regex::new(r"(\w+) = ").unwrap();
    let mut uses = BTreeMap::new();
    for code in code(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        for call in call.captures_iter(&code) {
            let mut names: Vec<_> = name.captures_iter(&call[2]).map(|name| name[1].to_owned()).collect();
            names.sort_unstable();
            uses.insert(call[1].to_owned(), names);
        }
    }
    uses
}

/// Every source file.
fn code(folder: &Path) -> Vec<String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: PathBuf| match path.is_dir() {
        true => code(&path),
        false => vec![fs::read_to_string(path).unwrap()],
    };
    paths.flat_map(read).collect()
}

#[test]
fn the_code_uses_every_text_and_fills_in_every_place() {
    let mut english = texts(Language::English);
    // Their keys are made of the ids of the checks.
    english.retain(|key, _| !key.starts_with("title."));
    let uses = uses();
    assert_eq!(uses.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>());
    for (key, names) in &uses {
        let mut expected = places(&english[key]);
        expected.dedup();
        assert_eq!(names, &expected, "{key}");
    }
}
