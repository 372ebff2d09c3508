//! What every check needs to know about the document, and where it puts what it finds.

use super::{Finding, variables};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::{Document, Span};
use crate::keys::{self, Key, Kind, Read};
use crate::python::strip;
use crate::unindented::{self, UnindentedItems};

/// What happens in Isso when a value cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Isso does not start.
    Start,
    /// Every new comment is answered with an error.
    Comment,
    /// Some page is answered with an error.
    Page,
    /// Nothing, as the other settings stand.
    Dormant,
}

/// A document under examination.
pub(super) struct Context<'d> {
    pub doc: &'d Document,
    /// Items of lists that Python takes for keys.
    pub strays: Vec<UnindentedItems>,
    found: Vec<Finding>,
}

/// One item of a value: its text and where it stands.
pub(super) struct Item<'d> {
    pub text: &'d str,
    pub span: Span,
    /// Whether the text is what Isso makes of a value that names a variable. The place is then that of the whole value.
    pub expanded: bool,
}

impl<'d> Item<'d> {
    /// A part of an item that stands on one line, by its bytes.
    pub fn part(&self, start: usize, length: usize) -> Item<'d> {
        let text = &self.text[start..start + length];
        if self.expanded {
            let span = self.span.clone();
            return Item {
                text,
                span,
                expanded: true,
            };
        }
        let column = self.span.column + self.text[..start].chars().count();
        let first = self.span.bytes.start + start;
        let span = Span {
            line: self.span.line,
            column,
            bytes: first..first + length,
        };
        Item {
            text,
            span,
            expanded: false,
        }
    }
}

impl<'d> Context<'d> {
    pub fn new(doc: &'d Document) -> Self {
        Context {
            doc,
            strays: unindented::find(doc.as_str()),
            found: Vec::new(),
        }
    }

    /// What Isso sees of the value that a file gives a key, unless the value names a variable and only Isso knows what
    /// it sees.
    pub fn value(&self, key: &Key) -> Option<&'d str> {
        let doc = self.doc;
        doc.own(key).flatten().filter(|_| !doc.is_undecided(key))
    }

    /// The value that reaches Isso, with the same exception, or Isso's default.
    pub fn effective(&self, key: &Key) -> Option<&'d str> {
        match self.doc.own(key) {
            Some(_) => self.value(key),
            None => Some(key.default),
        }
    }

    /// What a value of this key that cannot be read does.
    pub fn stage(&self, key: &Key) -> Stage {
        let on = |key| self.doc.read_bool(key) == Some(true);
        let renderer = |name| self.doc.effective(&keys::RENDERER) == Some(name);
        let (happens, stage) = match key.read {
            Read::Start => (true, Stage::Start),
            Read::Moderation => (on(&keys::MODERATION_ENABLED), Stage::Start),
            Read::Mail => (self.mail_is_on(), Stage::Start),
            Read::Mistune => (renderer("mistune"), Stage::Start),
            Read::Misaka => (renderer("misaka"), Stage::Start),
            Read::Comment => (true, Stage::Comment),
            Read::Guard => (on(&keys::GUARD_ENABLED), Stage::Comment),
            Read::Gravatar => (on(&keys::GRAVATAR), Stage::Comment),
            Read::Admin | Read::Latest => (true, Stage::Page),
            Read::Feed => (self.doc.effective(&keys::RSS_BASE) != Some(""), Stage::Page),
            Read::Never => (false, Stage::Dormant),
        };
        if happens { stage } else { Stage::Dormant }
    }

    /// Whether Isso tries the mail server when it starts.
    pub fn mail_is_on(&self) -> bool {
        self.notifies_by_mail() || self.doc.read_bool(&keys::REPLY_NOTIFICATIONS) == Some(true)
    }

    /// Whether new comments are reported by mail.
    pub fn notifies_by_mail(&self) -> bool {
        self.doc
            .read_list(&keys::NOTIFY)
            .iter()
            .any(|backend| matches!(backend.as_str(), "smtp" | "SMTP"))
    }

    /// The severity of a value that cannot be read.
    pub fn severity(&self, key: &Key) -> Severity {
        match self.stage(key) {
            Stage::Start | Stage::Comment => Severity::Refused,
            Stage::Page => Severity::Misread,
            Stage::Dormant => Severity::Warning,
        }
    }

    /// What follows from a value that cannot be read, as the end of a message.
    pub fn consequence(&self, key: &Key) -> &'static str {
        match self.stage(key) {
            Stage::Start => "Isso does not start with it",
            Stage::Comment if key.read == Read::Gravatar => {
                "Isso answers every reader and every new comment with an error"
            }
            Stage::Comment => "Isso answers every new comment with an error",
            Stage::Page => "Isso answers with an error where it is needed",
            Stage::Dormant => "Isso would fail on it if it needed it",
        }
    }

    /// The non-empty lines of a value, as Isso sees it.
    pub fn lines(&self, key: &Key) -> Vec<Item<'d>> {
        let Some(seen) = self.doc.expanded().value(key) else {
            return self.written_lines(key);
        };
        let Some(span) = self.doc.span(key.section, key.name) else {
            return Vec::new();
        };
        let item = |text: &'d str| Item {
            text: strip(text),
            span: span.clone(),
            expanded: true,
        };
        let items = seen.split('\n').map(item);
        items.filter(|item| !item.text.is_empty()).collect()
    }

    /// The non-empty lines of a value, as they are written.
    pub fn written_lines(&self, key: &Key) -> Vec<Item<'d>> {
        let spans = self
            .doc
            .own(key)
            .map(|_| self.doc.line_spans(key.section, key.name))
            .unwrap_or_default();
        let item = |span: Span| Item {
            text: &self.doc.as_str()[span.bytes.clone()],
            span,
            expanded: false,
        };
        spans
            .into_iter()
            .map(item)
            .filter(|item| !item.text.is_empty())
            .collect()
    }

    /// The non-empty items of a value that are separated by commas. An item may go over several lines.
    pub fn list(&self, key: &Key) -> Vec<Item<'d>> {
        let mut items = Vec::new();
        for mut rest in self.lines(key) {
            loop {
                let all = rest.text.len();
                let end = rest.text.find(',').unwrap_or(all);
                let part = &rest.text[..end];
                let text = strip(part);
                let start = end - part.trim_start_matches(crate::python::is_space).len();
                if !text.is_empty() {
                    items.push(rest.part(start, text.len()));
                }
                if end == all {
                    break;
                }
                rest = rest.part(end + 1, all - end - 1);
            }
        }
        items
    }

    /// The steps by which a person gives keys their values: the lines to replace or to add, and where.
    pub fn steps(&self, values: &[(&Key, String)]) -> String {
        let mut steps = Vec::new();
        for (at, (key, value)) in values.iter().enumerate() {
            let Key { section, name, .. } = key;
            let made = values[..at].iter().any(|(other, _)| other.section == *section);
            steps.push(if self.doc.own(key).is_some() {
                format!("In [{section}], replace the line of {name} by {name} = {value}.")
            } else if made || self.doc.header_span(section).is_some() {
                format!("In [{section}], add the line {name} = {value}.")
            } else {
                format!("Add the section [{section}] with the line {name} = {value}.")
            });
        }
        steps.join(" ")
    }

    /// Notes something about the value of a key.
    pub fn note(
        &mut self,
        key: &'static Key,
        severity: Severity,
        code: Code,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let text = self.shown(key);
        let (line, column) = self.doc.place(key);
        self.push(
            Some(key),
            Diagnostic {
                severity,
                code,
                line,
                column,
                text,
                message: message.into(),
                fix: fix.into(),
            },
        );
    }

    /// Notes something about one item of a value.
    pub fn note_item(
        &mut self,
        key: &'static Key,
        item: &Item<'_>,
        severity: Severity,
        code: Code,
        message: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let text = if key.kind == Kind::Secret || item.expanded {
            self.shown(key)
        } else {
            item.text.to_owned()
        };
        let (line, column) = (item.span.line, item.span.column);
        self.push(
            Some(key),
            Diagnostic {
                severity,
                code,
                line,
                column,
                text,
                message: message.into(),
                fix: fix.into(),
            },
        );
    }

    /// What is shown of a key's value: the text of the file; of a value that names variables the references; and of a
    /// password nothing.
    fn shown(&self, key: &Key) -> String {
        match self.doc.written(key).flatten() {
            Some(_) if self.doc.expanded().value(key).is_some() && key.kind != Kind::Secret => {
                let references = self.doc.references(key);
                let texts: Vec<&str> = references.iter().map(|(found, _)| found.text).collect();
                texts.join(", ")
            }
            Some(value) if key.kind != Kind::Secret => value.to_owned(),
            _ => key.name.to_owned(),
        }
    }

    /// Notes something about anything else.
    pub fn push(&mut self, key: Option<&'static Key>, mut diagnostic: Diagnostic) {
        if let Some(key) = key {
            variables::conceal(self.doc, key, &mut diagnostic);
        }
        self.found.push(Finding { key, diagnostic });
    }

    /// Whether something has been found wrong with a key already, so that a second finding would only confuse. That it
    /// names a variable is nothing wrong.
    pub fn is_noted(&self, key: &Key) -> bool {
        self.found
            .iter()
            .any(|finding| finding.key == Some(key) && !variables::is_about_a_variable(&finding.diagnostic))
    }

    pub fn finish(mut self) -> Vec<Finding> {
        self.found
            .sort_by_key(|finding| (finding.diagnostic.line, finding.diagnostic.column));
        self.found
    }
}
