//! An edit of any file changes the key that it names and nothing else, as Python reads it.

use proptest::prelude::*;
use proptest::sample::Index;

use isso_cfg::{Document, EditError};

use crate::oracle::Keys;
use crate::{compare, generate, report, runner, sample};

const EDITED: usize = 6_000;

/// An edit of a file that is not known yet.
#[derive(Debug, Clone)]
struct Plan {
    /// Chooses one of the file's keys, when it has any; else the names are used.
    present: Option<Index>,
    section: &'static str,
    key: &'static str,
    /// Nothing: the key is to go.
    value: Option<String>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let present = prop::option::weighted(0.6, any::<Index>());
    let value = prop::option::weighted(0.85, generate::value());
    (present, generate::section(), generate::key(), value).prop_map(|(present, section, key, value)| Plan {
        present,
        section,
        key,
        value,
    })
}

impl Plan {
    /// Chooses the section and the key.
    fn names(&self, document: &Document) -> (String, String) {
        let names: Vec<(String, String)> = contents(document)
            .into_iter()
            .flat_map(|(section, keys)| keys.into_iter().map(move |(key, _)| (section.clone(), key)))
            .collect();
        match self.present {
            Some(index) if !names.is_empty() => index.get(&names).clone(),
            _ => (self.section.to_owned(), self.key.to_owned()),
        }
    }

    fn run(&self, document: &mut Document) -> Result<bool, EditError> {
        let (section, key) = self.names(document);
        edit(document, &section, &key, self.value.as_deref())
    }
}

/// Sets the key, or removes it where there is no value.
fn edit(document: &mut Document, section: &str, key: &str, value: Option<&str>) -> Result<bool, EditError> {
    match value {
        Some(value) => document.set(section, key, value),
        None => document.remove(section, key),
    }
}

/// Reads everything anew from the text, in order.
fn contents(document: &Document) -> Vec<(String, Keys)> {
    let document = Document::parse(document.as_str()).expect("a document can be read");
    let map = document.ini().get_map_ref().clone();
    map.into_iter()
        .map(|(section, keys)| (section, keys.into_iter().collect()))
        .collect()
}

/// Makes the change in the contents that an edit is to make in the text.
fn change(contents: &mut Vec<(String, Keys)>, section: &str, key: &str, value: Option<&str>) {
    let key = key.to_lowercase();
    let place = contents.iter().position(|(name, _)| name == section);
    match (place, value) {
        (Some(place), Some(value)) => {
            let keys = &mut contents[place].1;
            match keys.iter_mut().find(|(name, _)| *name == key) {
                Some((_, present)) => *present = Some(value.to_owned()),
                None => keys.push((key, Some(value.to_owned()))),
            }
        }
        (Some(place), None) => contents[place].1.retain(|(name, _)| *name != key),
        (None, Some(value)) => {
            contents.push((section.to_owned(), vec![(key, Some(value.to_owned()))]));
        }
        (None, None) => {}
    }
}

/// Says whether the plainest spelling of a setting means that setting.
fn can_be_spelled(section: &str, key: &str, value: &str) -> bool {
    let text = format!("[{section}]\n{key} = {}\n", value.replace('\n', "\n    "));
    let mut meant = Vec::new();
    change(&mut meant, section, key, Some(value));
    Document::parse(text).is_ok_and(|document| contents(&document) == meant)
}

/// Returns the comments, sorted, because they may move with the lines of a value.
fn comments(text: &str) -> Vec<&str> {
    let lines = text
        .split(['\n', '\r'])
        .map(|line| line.trim_start_matches(|c: char| c.is_whitespace() || c < ' '));
    let mut comments: Vec<&str> = lines.filter(|line| line.starts_with(['#', ';'])).collect();
    comments.sort_unstable();
    comments
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_changes_what_it_names(text in generate::file(), plan in plan()) {
        let Ok(before) = Document::parse(text) else { return Ok(()) };
        let (section, key) = plan.names(&before);
        let value = plan.value.as_deref();
        let mut after = before.clone();
        match edit(&mut after, &section, &key, value) {
            Ok(changed) => {
                let mut meant = contents(&before);
                change(&mut meant, &section, &key, value);
                prop_assert_eq!(contents(&after), meant);
                prop_assert_eq!(changed, after.as_str() != before.as_str());
                prop_assert_eq!(comments(after.as_str()), comments(before.as_str()));
            }
            Err(error) => {
                prop_assert_eq!(&after, &before);
                prop_assert!(!matches!(error, EditError::ReadBack { .. }), "each refusal has its reason");
                prop_assert!(!can_be_spelled(&section, &key, value.unwrap_or_default()), "{}", error);
            }
        }
    }

    #[test]
    fn an_edit_done_twice_changes_nothing_more(text in generate::file(), plan in plan()) {
        let Ok(mut document) = Document::parse(text) else { return Ok(()) };
        let (section, key) = plan.names(&document);
        let value = plan.value.as_deref();
        if edit(&mut document, &section, &key, value).is_ok() {
            let edited = document.clone();
            prop_assert_eq!(edit(&mut document, &section, &key, value), Ok(false));
            prop_assert_eq!(document, edited);
        }
    }

    #[test]
    fn the_present_value_changes_nothing(text in generate::file()) {
        let Ok(mut document) = Document::parse(text.as_str()) else { return Ok(()) };
        for (section, keys) in contents(&document) {
            for (key, value) in keys {
                if let Some(value) = value {
                    prop_assert_eq!(document.set(&section, &key, &value), Ok(false));
                    prop_assert_eq!(document.as_str(), &text);
                }
            }
        }
    }

    #[test]
    fn a_value_of_one_line_is_replaced_in_its_span(text in generate::file(), new in "[a-z#=\\]]{0,5}") {
        let Ok(document) = Document::parse(text.as_str()) else { return Ok(()) };
        for (section, keys) in contents(&document) {
            for (key, value) in keys {
                if value.is_none_or(|value| value.is_empty() || value.contains('\n')) {
                    continue;
                }
                let span = document.span(&section, &key).expect("the key is there").bytes;
                let mut edited = document.clone();
                if edited.set(&section, &key, &new).is_ok() {
                    let meant = [&text[..span.start], &new, &text[span.end..]].concat();
                    prop_assert_eq!(edited.as_str(), meant);
                }
            }
        }
    }

    #[test]
    fn spans_hold_what_is_read(text in generate::file()) {
        let Ok(document) = Document::parse(text) else { return Ok(()) };
        for (section, keys) in contents(&document) {
            for (key, value) in keys {
                let spelled = document.key_span(&section, &key).expect("the key is there");
                prop_assert_eq!(document.as_str()[spelled.bytes].to_lowercase(), key.clone());
                let lines = document.line_spans(&section, &key);
                let lines: Vec<&str> = lines.into_iter().map(|line| &document.as_str()[line.bytes]).collect();
                prop_assert_eq!(value, (!lines.is_empty()).then(|| lines.join("\n")));
            }
        }
    }
}

#[test]
fn python_reads_edited_files_as_documents_do() {
    let edited: Vec<Vec<u8>> = sample(&mut runner(), (generate::file(), plan()), EDITED * 10)
        .filter_map(|(text, plan)| {
            let mut document = Document::parse(text).ok()?;
            let changed = plan.run(&mut document).ok()?;
            changed.then(|| document.as_str().as_bytes().to_vec())
        })
        .take(EDITED)
        .collect();
    assert_eq!(edited.len(), EDITED, "enough edits are possible");
    assert_eq!(compare(&edited), EDITED, "CPython accepts each edited file");
    report(&format!("compared {EDITED} edited files with CPython"));
}
