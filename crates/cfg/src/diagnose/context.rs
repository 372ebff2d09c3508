//! What every check needs to know about the document, and where it puts what it finds.

mod items;
mod report;

pub(super) use self::items::Item;
use super::{Finding, variables};
use crate::diagnostic::Severity;
use crate::document::Document;
use crate::keys::{self, Key, Read};
use crate::unindented::{self, UnindentedItems};

/// Where Isso fails when it cannot read a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FailsAt {
    /// Isso does not start.
    Start,
    /// Every new comment is answered with an error.
    Comment,
    /// Some page is answered with an error.
    Page,
    /// Isso does not read the value, as the other settings stand.
    Never,
}

/// A document under examination.
pub(super) struct Context<'d> {
    pub doc: &'d Document,
    /// Items of lists that Python takes for keys.
    pub unindented: Vec<UnindentedItems>,
    found: Vec<Finding>,
}

impl<'d> Context<'d> {
    pub fn new(doc: &'d Document) -> Self {
        Context {
            doc,
            unindented: unindented::find(doc.as_str()),
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

    /// The value that the file gives a key, with the same exception, while nothing is found wrong with it.
    pub fn value_if_fine(&self, key: &Key) -> Option<&'d str> {
        self.value(key).filter(|_| !self.has_finding(key))
    }

    /// The value that reaches Isso, with the same exception, while nothing is found wrong with it.
    pub fn effective_if_fine(&self, key: &Key) -> Option<&'d str> {
        self.effective(key).filter(|_| !self.has_finding(key))
    }

    /// Where Isso fails on a value of this key that it cannot read.
    pub fn fails_at(&self, key: &Key) -> FailsAt {
        let on = |key| self.doc.read_bool(key) == Some(true);
        let renderer = |name| self.doc.effective(&keys::RENDERER) == Some(name);
        let (is_read, fails_at) = match key.read {
            Read::Start => (true, FailsAt::Start),
            Read::Moderation => (on(&keys::MODERATION_ENABLED), FailsAt::Start),
            Read::Mail => (self.mail_is_on(), FailsAt::Start),
            Read::Mistune => (renderer("mistune"), FailsAt::Start),
            Read::Misaka => (renderer("misaka"), FailsAt::Start),
            Read::Comment => (true, FailsAt::Comment),
            Read::Guard => (on(&keys::GUARD_ENABLED), FailsAt::Comment),
            Read::Gravatar => (on(&keys::GRAVATAR), FailsAt::Comment),
            Read::Admin | Read::Latest => (true, FailsAt::Page),
            Read::Feed => (self.doc.effective(&keys::RSS_BASE) != Some(""), FailsAt::Page),
            Read::Never => (false, FailsAt::Never),
        };
        if is_read { fails_at } else { FailsAt::Never }
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
        match self.fails_at(key) {
            FailsAt::Start | FailsAt::Comment => Severity::Refused,
            FailsAt::Page => Severity::Misread,
            FailsAt::Never => Severity::Warning,
        }
    }

    /// What follows from a value that cannot be read, as the end of a message.
    pub fn consequence(&self, key: &Key) -> &'static str {
        match self.fails_at(key) {
            FailsAt::Start => "Isso does not start with it",
            FailsAt::Comment if key.read == Read::Gravatar => {
                "Isso answers every reader and every new comment with an error"
            }
            FailsAt::Comment => "Isso answers every new comment with an error",
            FailsAt::Page => "Isso answers with an error where it is needed",
            FailsAt::Never => "Isso would fail on it if it needed it",
        }
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

    /// Whether something has been found wrong with a key already, so that a second finding would only confuse. That it
    /// names a variable is nothing wrong.
    pub fn has_finding(&self, key: &Key) -> bool {
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
