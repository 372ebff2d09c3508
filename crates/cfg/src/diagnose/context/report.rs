//! How a check says what it finds: `context.at(key).misread(code, message).fix(advice)`.

use super::{Context, Item};
use crate::diagnose::{Finding, variables};
use crate::diagnostic::{Code, Diagnostic, Place, Problem, Severity};
use crate::keys::{Key, Kind};

impl<'d> Context<'d> {
    /// Begins a diagnostic of the value of a key.
    pub fn at(&mut self, key: &'static Key) -> At<'_, 'd> {
        let place = Diagnostic::at(self.doc.place(key), self.shown(key));
        let context = self;
        At { context, key, place }
    }

    /// Begins a diagnostic of one item of a value.
    pub fn at_item(&mut self, key: &'static Key, item: &Item<'_>) -> At<'_, 'd> {
        let text = if key.kind == Kind::Secret || item.expanded {
            self.shown(key)
        } else {
            item.text.to_owned()
        };
        let place = item.span.shown(text);
        let context = self;
        At { context, key, place }
    }

    /// What is shown of a key's value: the text of the file; of a value that names variables the references; and of a
    /// password nothing.
    fn shown(&self, key: &Key) -> String {
        match self.doc.written(key).flatten() {
            Some(_) if self.doc.is_expanded(key) && key.kind != Kind::Secret => {
                let references = self.doc.references(key);
                let texts: Vec<&str> = references.iter().map(|(found, _)| found.text).collect();
                texts.join(", ")
            }
            Some(value) if key.kind != Kind::Secret => value.to_owned(),
            _ => key.name.to_owned(),
        }
    }

    /// Adds what was found wrong with the value of a key, or with a name that is no key.
    pub fn push(&mut self, key: Option<&'static Key>, mut diagnostic: Diagnostic) {
        if let Some(key) = key {
            variables::conceal(self.doc, key, &mut diagnostic);
        }
        self.found.push(Finding { key, diagnostic });
    }
}

/// The beginning of a finding: where it is.
#[must_use]
pub(crate) struct At<'c, 'd> {
    context: &'c mut Context<'d>,
    key: &'static Key,
    place: Place,
}

impl<'c, 'd> At<'c, 'd> {
    /// Says what Isso refuses.
    pub fn refused(self, code: Code, message: impl Into<String>) -> Found<'c, 'd> {
        self.problem(Severity::Refused, code, message)
    }

    /// Says what Isso takes for something else than its author meant.
    pub fn misread(self, code: Code, message: impl Into<String>) -> Found<'c, 'd> {
        self.problem(Severity::Misread, code, message)
    }

    /// Says what deserves a look.
    pub fn warning(self, code: Code, message: impl Into<String>) -> Found<'c, 'd> {
        self.problem(Severity::Warning, code, message)
    }

    /// Says why Isso cannot use a value. The severity, and the end of the message, follow from when Isso reads the key.
    pub fn unusable(self, code: Code, reason: impl Into<String>) -> Found<'c, 'd> {
        let severity = self.context.severity(self.key);
        let message = format!("{}, and {}", reason.into(), self.context.consequence(self.key));
        self.problem(severity, code, message)
    }

    /// Says what is wrong, and how bad that is.
    pub fn problem(self, severity: Severity, code: Code, message: impl Into<String>) -> Found<'c, 'd> {
        Found {
            context: self.context,
            key: self.key,
            problem: self.place.problem(severity, code, message),
        }
    }
}

/// A finding that only lacks the advice.
#[must_use]
pub(crate) struct Found<'c, 'd> {
    context: &'c mut Context<'d>,
    key: &'static Key,
    problem: Problem,
}

impl Found<'_, '_> {
    /// Says what to do, and adds the finding to the others.
    pub fn fix(self, fix: impl Into<String>) {
        self.context.push(Some(self.key), self.problem.fix(fix));
    }
}
