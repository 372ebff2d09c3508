//! *Websites*: the websites that may show comments from this server, `[general] host` in `isso.cfg`.
//!
//! Isso does not start without an entry, and uses the first entry where it needs an address and has no other. So a
//! placeholder, `localhost`, always stands last; the form does not show it. Several spellings of one origin become one
//! entry.
//!
//! The form shows every entry that a person wrote into the file. An entry that means an origin is shown as that origin
//! (`blog.example.org` is `http://blog.example.org` for Isso); any other entry is shown as it stands. Both may stay,
//! even where the form would not take them as new entries.

use std::collections::HashSet;
use std::fmt;

use isso_cfg::{Contents, Document, MOST_WEBSITES, Origin, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::done::Done;
use crate::error::{ActionError, InputError};
use crate::form::{Field, Form, InputMode, Item, List, Pattern};
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::metadata::Metadata;
use crate::result::ActionResult;

const PLACEHOLDER: &str = "localhost";

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "set-websites.name"),
            tr!(language, "set-websites.description"),
        )
    }
}

pub(crate) fn form(language: Language) -> Form {
    let websites = List {
        name: tr!(language, "set-websites.websites.name"),
        description: Some(tr!(language, "set-websites.websites.description")),
        max_length: Some(MOST_WEBSITES),
        spec: Item {
            placeholder: Some("https://blog.example.com".into()),
            inputmode: InputMode::Url,
            patterns: vec![Pattern {
                regex: r"^\s*[Hh][Tt][Tt][Pp][Ss]?://\S+\s*$".into(),
                description: tr!(language, "set-websites.websites.pattern"),
            }],
            ..Item::default()
        },
        ..List::default()
    };
    Form::new([("websites", Field::List(websites))])
}

pub(crate) fn prefill(contents: &Contents) -> Value {
    json!({ "websites": shown(&contents.cfg) })
}

/// The websites as the form shows them.
fn shown(cfg: &Document) -> Vec<String> {
    let shown = entries(cfg).filter(|entry| !entry.is_placeholder());
    shown.map(|entry| entry.to_string()).collect()
}

/// The first website; one with https if there is one.
pub(crate) fn first(cfg: &Document) -> Option<String> {
    let origins = entries(cfg).filter_map(|entry| match entry {
        Entry::Origin(origin) if !is_placeholder(&origin) => Some(origin),
        _ => None,
    });
    let mut origins: Vec<_> = origins.collect();
    origins.sort_by_key(|origin| !origin.is_https());
    origins.first().map(ToString::to_string)
}

pub(crate) fn check(contents: &Contents, language: Language, input: &Value) -> Result<(), ActionError> {
    let input: Input = form(language).read(input)?;
    input.lines(contents, language).map(drop)
}

pub(crate) fn run(volume: &Volume, language: Language, input: &Value) -> Result<Done, ActionError> {
    let input: Input = form(language).read(input)?;
    let updated = volume.update(|contents| {
        let lines = input.lines(contents, language)?;
        // Websites from the environment have no placeholder. They stay as they are written until they are changed.
        if !contents.cfg.is_expanded(&keys::HOST) || lines != shown(&contents.cfg) {
            let with_placeholder = [&lines[..], &[PLACEHOLDER.to_owned()]].concat();
            contents.cfg.write_lines(&keys::HOST, &with_placeholder)?;
        }
        Ok::<_, ActionError>(lines)
    })?;
    let message = match &updated.value[..] {
        [] => tr!(language, "set-websites.none"),
        websites => tr!(language, "set-websites.allowed", websites = websites.join(", ")),
    };
    Ok(Done {
        result: ActionResult::new(tr!(language, "set-websites.saved"), message, None),
        settings_changed: updated.cfg_changed,
    })
}

/// Says that visitors of a saved website end at its twin, which is not saved.
pub fn twin_offer(website: &str, twin: &str, language: Language) -> String {
    tr!(language, "set-websites.twin", website = website, twin = twin)
}

#[derive(Deserialize)]
struct Input {
    websites: Vec<String>,
}

impl Input {
    fn lines(&self, contents: &Contents, language: Language) -> Result<Vec<String>, ActionError> {
        lines(&self.websites, &entries(&contents.cfg).collect(), language)
    }
}

/// An entry of the list.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Entry {
    Origin(Origin),
    /// A text that no browser sends as an origin, such as a wildcard. It is in the file already.
    Other(String),
}

impl Entry {
    /// Reads a line of the file as Isso does: without a scheme it means http, and Isso ignores all behind the host.
    fn of(line: &str) -> Self {
        let (scheme, rest) = line.split_once("://").unwrap_or(("http", line));
        let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        match Origin::parse(&format!("{scheme}://{host}")) {
            Ok(origin) => Self::Origin(origin),
            Err(_) => Self::Other(format!("{scheme}://{rest}")),
        }
    }

    fn is_placeholder(&self) -> bool {
        matches!(self, Self::Origin(origin) if is_placeholder(origin))
    }
}

fn is_placeholder(origin: &Origin) -> bool {
    origin.as_str() == "http://localhost"
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Origin(origin) => origin.fmt(f),
            Self::Other(text) => f.write_str(text),
        }
    }
}

fn entries(cfg: &Document) -> impl Iterator<Item = Entry> {
    cfg.read_lines(&keys::HOST).into_iter().map(|line| Entry::of(&line))
}

/// The lines to write for the websites typed: each origin once, in the order typed, without the placeholder.
fn lines(typed: &[String], present: &HashSet<Entry>, language: Language) -> Result<Vec<String>, ActionError> {
    let mut seen = HashSet::new();
    let mut lines = Vec::new();
    let mut errors = Vec::new();
    for (index, text) in typed.iter().enumerate().filter(|(_, text)| !text.trim().is_empty()) {
        match entry(text.trim(), present) {
            Ok(entry) => {
                let line = entry.to_string();
                if !entry.is_placeholder() && seen.insert(entry) {
                    lines.push(line);
                }
            }
            Err(problem) => errors.push(InputError {
                path: format!("websites[{index}]"),
                label: tr!(language, "set-websites.websites.name"),
                problem,
            }),
        }
    }
    if errors.is_empty() {
        Ok(lines)
    } else {
        Err(errors.into())
    }
}

fn entry(text: &str, present: &HashSet<Entry>) -> Result<Entry, InputProblem> {
    let (entry, problem) = match Origin::parse(text) {
        Ok(origin) if origin.is_https() || origin.is_local() => return Ok(Entry::Origin(origin)),
        Ok(origin) => (Entry::Origin(origin.clone()), InputProblem::PublicHttp(origin)),
        Err(error) => (Entry::Other(text.to_owned()), InputProblem::Origin(error)),
    };
    if present.contains(&entry) {
        Ok(entry)
    } else {
        Err(problem)
    }
}
