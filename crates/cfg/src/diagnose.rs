//! What Isso would refuse or misread in a file that its parser accepts.
//!
//! Each check follows the lines of Isso 0.14 that read the value: what they raise on is [`Severity::Refused`], what
//! they take for something else than its author meant is [`Severity::Misread`]. When Isso reads a value matters as much
//! as how: a bad port is fatal while mail is on and sleeps otherwise. [`Read`](crate::keys::Read) in the table of keys
//! says when.
//!
//! Where a value names a variable, what Isso sees is checked, and the reference is shown; never what the variable
//! holds.
//!
//! The source: <https://github.com/isso-comments/isso/tree/0.14.0/isso>

mod addresses;
mod context;
mod database;
mod extra;
mod hash;
mod html;
mod improve;
mod mail;
mod markup;
mod misaka;
mod names;
mod pairs;
mod placeholders;
mod spans;
mod values;
mod variables;
mod websites;

pub use html::{PluginHtml, html_of_plugin};
pub use websites::MOST_WEBSITES;

use self::context::Context;
use crate::diagnostic::Diagnostic;
#[cfg(doc)]
use crate::diagnostic::Severity;
use crate::document::Document;
use crate::keys::Key;

/// Says everything that Isso would refuse or misread in a document, in the order of its lines.
pub fn diagnose(doc: &Document) -> Vec<Diagnostic> {
    findings(doc).into_iter().map(|finding| finding.diagnostic).collect()
}

/// Says everything that is wrong with a text: what Python's parser refuses, or else what [`diagnose`] finds.
#[cfg(test)]
fn diagnose_text(text: &str) -> Vec<Diagnostic> {
    Document::parse(text).map_or_else(|problems| problems, |doc| diagnose(&doc))
}

/// A diagnostic, and the key whose value would have to change.
pub(crate) struct Finding {
    pub key: Option<&'static Key>,
    pub diagnostic: Diagnostic,
}

/// What [`diagnose`] says, with the keys.
pub(crate) fn findings(doc: &Document) -> Vec<Finding> {
    let mut findings = found(doc);
    improve::improve(doc, &mut findings);
    findings
}

/// What the checks find, with the advice that each of them gives.
fn found(doc: &Document) -> Vec<Finding> {
    let mut context = Context::new(doc);
    names::check(&mut context);
    variables::check(&mut context);
    values::check(&mut context);
    database::check(&mut context);
    websites::check(&mut context);
    mail::check(&mut context);
    markup::check(&mut context);
    html::check(&mut context);
    hash::check(&mut context);
    addresses::check(&mut context);
    extra::check(&mut context);
    pairs::check(&mut context);
    placeholders::check(&mut context);
    context.finish()
}
