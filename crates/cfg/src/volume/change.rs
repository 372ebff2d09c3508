//! Lists the changes that a repair and the enforced keys make in an `isso.cfg`, before they are made.

use std::fmt;

use serde::Serialize;

use super::enforced::enforce_panel;
use super::{Note, Volume};
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::environment::Environment;
use crate::keys::{self, Key, Kind};
use crate::repair::{self, Repair};

/// What is shown in place of a secret.
pub const MASK: &str = "••••••••";

/// One change in `isso.cfg`. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The line, counted from 1, in the text before.
    pub line: usize,
    /// The key that gets another value, such as `[general] max-age`; `None` if the change is not one of a value.
    pub key: Option<String>,
    /// The text before; empty if there is none.
    pub old: String,
    /// The text afterwards; `None` if it is left out or moved.
    pub new: Option<String>,
    /// The reason, and what is done if no value is written.
    pub why: String,
}

/// A repaired `isso.cfg`.
#[derive(Clone)]
pub struct Mended {
    /// A document that Isso accepts.
    pub cfg: Document,
    /// Whether Isso would have refused the text before. Then the caller should keep that text.
    pub rejected: bool,
    /// What was changed.
    pub changes: Vec<Change>,
    from_template: bool,
    source: Vec<u8>,
}

/// Repairs the text of an `isso.cfg` as a preparation of a volume does, and writes nothing. A value that names a
/// variable is left alone: the host that will run Isso knows its environment.
pub fn mend(bytes: &[u8]) -> Mended {
    let environment = Environment::default();
    let mut notes = Vec::new();
    let Repair {
        cfg,
        rejected,
        from_template,
    } = repair::repair(&environment, bytes, &mut notes);
    if from_template {
        notes.push(Note::MadeAnew {
            path: "isso.cfg".into(),
        });
    }
    Mended {
        cfg,
        rejected,
        changes: notes.iter().filter_map(Change::of).collect(),
        from_template,
        source: bytes.to_owned(),
    }
}

impl Volume {
    /// Lists the enforced keys that a preparation would put right once these settings have replaced those of the
    /// volume, the last good ones included.
    pub fn would_enforce(&self, mended: &Mended) -> Vec<Change> {
        // The template is not the person's text, so its changes are no news.
        if mended.from_template {
            return Vec::new();
        }
        let cfg = &mended.cfg;
        let mut after = cfg.clone();
        let panel_was_on = cfg.read_bool(&keys::ADMIN_ENABLED) == Some(true);
        // If a key cannot be written, the preparation itself reports it.
        let untrusted = enforce_panel(&mut after, || None).unwrap_or_default();
        let mut keys = self.enforce(&mut after).unwrap_or_default();
        if !panel_was_on && after.read_bool(&keys::ADMIN_ENABLED) == Some(true) {
            keys.push(&keys::ADMIN_ENABLED);
        }
        let change = |key: &'static Key| Change {
            line: mended.line_before(cfg.place(key).0),
            key: Some(name(key)),
            old: match cfg.has(key.section, key.name) {
                true => cfg.read_text(key),
                false => String::new(),
            },
            new: Some(after.read_text(key)),
            why: match *key == keys::DBPATH {
                true => "the database is kept there".to_owned(),
                false => "comments are approved in the admin panel".to_owned(),
            },
        };
        let password = untrusted.then(|| Change {
            line: mended.line_before(cfg.place(&keys::ADMIN_PASSWORD).0),
            key: Some(name(&keys::ADMIN_PASSWORD)),
            old: MASK.to_owned(),
            new: Some(String::new()),
            why: "the admin panel is off in this file, so its password is not taken over: set one with the action set-admin-password"
                .to_owned(),
        });
        keys.into_iter().map(change).chain(password).collect()
    }
}

impl Mended {
    /// Whether nothing of the text could be kept, so that all settings are the default ones.
    pub fn is_made_anew(&self) -> bool {
        self.from_template
    }

    /// The number that a line of the document had in the text before. Of two equal lines the last one counts, because a
    /// repair keeps the last one.
    fn line_before(&self, line: usize) -> usize {
        let after = self.cfg.as_str().lines().nth(line.saturating_sub(1));
        let source = String::from_utf8_lossy(&self.source);
        let before: Vec<&str> = source.lines().map(str::trim).collect();
        let found = after.and_then(|it| before.iter().rposition(|other| *other == it.trim()));
        // A line that was added has no number in the text before.
        found.map_or(line.min(before.len()).max(1), |index| index + 1)
    }
}

impl fmt::Debug for Mended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text before may hold passwords.
        f.debug_struct("Mended")
            .field("cfg", &self.cfg)
            .field("rejected", &self.rejected)
            .field("changes", &self.changes)
            .finish_non_exhaustive()
    }
}

impl Change {
    fn of(note: &Note) -> Option<Change> {
        match note {
            Note::Mended { diagnostic } => Some(Change {
                line: diagnostic.line,
                key: None,
                old: diagnostic.text.clone(),
                new: None,
                why: format!("{}; {}", diagnostic.message, done(diagnostic.code)),
            }),
            Note::Replaced { diagnostic, key, value } => Some(Change::of_value(diagnostic, key, value)),
            Note::MadeAnew { .. } => Some(Change {
                line: 1,
                key: None,
                old: String::new(),
                new: None,
                why: "it has no setting that can be kept: made anew with the default settings".to_owned(),
            }),
            _ => None,
        }
    }

    fn of_value(diagnostic: &Diagnostic, key: &Key, new: &str) -> Change {
        Change {
            line: diagnostic.line,
            key: Some(name(key)),
            old: match key.kind {
                Kind::Secret => MASK.to_owned(),
                // Of a key that is missing or has no value, the diagnostic can only show the name.
                _ if diagnostic.text.trim() == key.name => String::new(),
                _ => diagnostic.text.clone(),
            },
            new: Some(new.trim().to_owned()),
            why: diagnostic.message.clone(),
        }
    }
}

fn name(key: &Key) -> String {
    format!("[{}] {}", key.section, key.name)
}

/// What a repair does about a line that the parser refuses.
fn done(code: Code) -> &'static str {
    match code {
        Code::DuplicateKey => "the last one stays",
        Code::NotIndented => "indented, as part of it",
        Code::DuplicateSection => "the sections are joined",
        Code::MissingSectionHeader => "it is put below the section that it belongs to, or left out",
        Code::MissingKey | Code::ContinuedWithoutValue => "it is left out",
        Code::ByteOrderMark => "it is removed",
        Code::NotUtf8 => "such bytes are read as Latin-1",
        _ => "it is mended or left out",
    }
}
