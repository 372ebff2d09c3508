//! Turns a file that Isso would refuse into one that it accepts, and keeps as much of it as can be read.

mod salvage;

use crate::diagnose::{self, Finding};
use crate::diagnostic::{Code, Severity};
use crate::document::{Document, EditError};
use crate::environment::Environment;
use crate::keys::{self, Key, Kind};
use crate::origin::Origin;
use crate::unindented;
use crate::volume::Note;
use crate::website::Website;

/// The outcome of a repair.
pub(crate) struct Repair {
    /// A document that Isso accepts.
    pub cfg: Document,
    /// Whether Isso would have refused the file as it was.
    pub rejected: bool,
    /// Whether the template took the place of the file: nothing could be kept, or no setting of Isso was in it.
    pub from_template: bool,
}

/// The document of a fresh volume.
pub(crate) fn seed() -> Document {
    Document::parse(include_str!("seed.cfg")).expect("the template is part of the program, and a test reads it")
}

/// Repairs a file in two steps: first it mends or leaves out the lines that the parser refuses, then it replaces each
/// value that Isso would refuse by a default. A file that Isso accepts comes back unchanged.
pub(crate) fn repair(environment: &Environment, bytes: &[u8], notes: &mut Vec<Note>) -> Repair {
    let (cfg, rejected) = match Document::from_bytes(bytes) {
        Ok(cfg) => match indented(&cfg, notes) {
            Some(mended) => (Some(mended), true),
            None => (Some(cfg), false),
        },
        Err(problems) => {
            notes.extend(problems.into_iter().map(|diagnostic| Note::Mended { diagnostic }));
            (salvage::salvage(bytes), true)
        }
    };
    let cfg = cfg.map(|cfg| cfg.with_environment(environment));
    let refused = rejected || cfg.as_ref().is_some_and(|cfg| !refusals(cfg).is_empty());
    let kept = cfg.filter(has_settings).and_then(|cfg| replace_refused(cfg, notes));
    Repair {
        rejected: refused,
        from_template: kept.is_none(),
        cfg: kept.unwrap_or_else(|| seed().with_environment(environment)),
    }
}

/// Indents websites that stand at the left, if Isso finds no website because of that. Else the placeholder would
/// replace them.
fn indented(cfg: &Document, notes: &mut Vec<Note>) -> Option<Document> {
    refusals(cfg)
        .into_iter()
        .find(|finding| finding.key == Some(&keys::HOST))?;
    let mended = Document::parse(unindented::indent(cfg.as_str())?).ok()?;
    let runs = unindented::find(cfg.as_str()).into_iter();
    let runs = runs.filter(|run| run.key.kind == Kind::Lines);
    notes.extend(runs.map(|run| Note::Mended {
        diagnostic: run.diagnostic(Severity::Refused, Code::NotIndented),
    }));
    Some(mended)
}

/// Whether the document sets any key that Isso knows.
pub(crate) fn has_settings(cfg: &Document) -> bool {
    keys::ALL.iter().any(|key| cfg.own(key).is_some())
}

/// Replaces values until Isso would refuse none; `None` if that does not come to an end.
fn replace_refused(mut cfg: Document, notes: &mut Vec<Note>) -> Option<Document> {
    // After one value is replaced, Isso may read another: with moderation back on, it reads `purge-after`. The number
    // of keys bounds how often that can happen.
    for _ in keys::ALL {
        let refusals = refusals(&cfg);
        if refusals.is_empty() {
            return Some(cfg);
        }
        let mut done: Vec<&Key> = Vec::new();
        for Finding { key, diagnostic } in refusals {
            let key = key?;
            if !done.contains(&key) {
                done.push(key);
                let value = replacement(&cfg, key);
                write(&mut cfg, key, &value).ok()?;
                notes.push(Note::Replaced { diagnostic, key, value });
            }
        }
    }
    None
}

fn refusals(cfg: &Document) -> Vec<Finding> {
    diagnose::findings(cfg)
        .into_iter()
        .filter(|finding| finding.diagnostic.severity == Severity::Refused)
        // The path is an enforced key, so it is put right later.
        .filter(|finding| finding.diagnostic.code != Code::DatabasePath)
        .collect()
}

/// The value that replaces one that Isso refuses: the default, or for the websites, those that can be recognised.
fn replacement(cfg: &Document, key: &Key) -> String {
    if *key != keys::HOST {
        return key.seed().to_owned();
    }
    let sites: Vec<String> = cfg
        .read_lines(key)
        .iter()
        .flat_map(|entry| recognisable(entry))
        .collect();
    match &sites[..] {
        [] => key.seed().to_owned(),
        [one] => one.clone(),
        _ => format!("\n{}", sites.join("\n")),
    }
}

fn recognisable(entry: &str) -> Vec<String> {
    if Website::read(entry).is_ok() && !entry.contains(',') {
        return vec![entry.to_owned()];
    }
    let words = entry.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
    words
        .filter_map(|word| Origin::parse(word).ok())
        .map(|origin| origin.to_string())
        .collect()
}

fn write(cfg: &mut Document, key: &Key, value: &str) -> Result<(), EditError> {
    cfg.set(key.section, key.name, value).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_says_what_the_table_of_keys_says() {
        let cfg = seed();
        for key in keys::ALL.iter().filter(|key| **key != keys::DBPATH) {
            if let Some(value) = cfg.own(key) {
                assert_eq!(value, Some(key.seed()), "[{}] {}", key.section, key.name);
            } else {
                assert_eq!(
                    key.seed(),
                    key.default,
                    "[{}] {} must be in the template",
                    key.section,
                    key.name
                );
            }
        }
    }

    /// Repairs a text and compares the result.
    fn check(text: &str, expected: &str) {
        let mut notes = Vec::new();
        let environment = Environment::default();
        let repair = repair(&environment, text.as_bytes(), &mut notes);
        assert_eq!(repair.cfg.as_str(), expected, "{notes:#?}");
        assert_eq!(repair.rejected, text != expected);
        assert_eq!(notes.is_empty(), text == expected, "{notes:#?}");
    }

    #[test]
    fn a_file_that_isso_accepts_is_left_alone() {
        check(
            "[general]\nhost = localhost\nmax-age = 30m1h\n[guard]\nratelimit = 0\n",
            "[general]\nhost = localhost\nmax-age = 30m1h\n[guard]\nratelimit = 0\n",
        );
    }

    #[test]
    fn a_refused_value_becomes_the_default() {
        check(
            "[general]\nhost = localhost\nmax-age = 15 m  # a while\n[moderation]\nenabled : maybe\npurge-after = soon\n",
            "[general]\nhost = localhost\nmax-age = 15m\n[moderation]\nenabled : true\npurge-after = 30d\n",
        );
    }

    #[test]
    fn websites_are_recognised_one_by_one() {
        check(
            "[general]\nhost = https://a.example, https://b.example\n",
            "[general]\nhost = \n    https://a.example\n    https://b.example\n",
        );
        check(
            "[general]\nhost =\n    https://A.example/x\n    https://b.example:port\n    localhost\n",
            "[general]\nhost =\n    https://A.example/x\n    localhost\n",
        );
        check("[general]\nhost =\n", "[general]\nhost = localhost\n");
        check(
            "[general]\nhost =\nhttps://a.example\n# mine\n- https://b.example,\n[guard]\n",
            "[general]\nhost =\n    https://a.example\n# mine\n    https://b.example\n[guard]\n",
        );
        check(
            "[general]\nhost = \nhttps://a.example\n",
            "[general]\nhost = \n    https://a.example\n",
        );
    }
}
