//! Better advice on values that carry more than was meant: the value without that, if it is one that Isso takes.

mod candidates;

use std::collections::HashMap;

use self::candidates::candidates;
use super::context::Context;
use super::values::without_comment;
use super::{Finding, found, variables};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, Span};
use crate::keys::{self, Key, Kind};
use crate::python;

/// The length in bytes from which on values are not improved.
const LONG: usize = 200_000;

/// Puts the value that was meant into the advice on a value, where taking away what is too much gives a better one.
pub(super) fn improve(doc: &Document, findings: &mut [Finding]) {
    // Each try reads the file again, and none that a person keeps is as long.
    if doc.as_str().len() > LONG {
        return;
    }
    // There may be thousands of findings on one value, and each has the same advice.
    let (mut lines, mut values) = (HashMap::new(), HashMap::new());
    for at in 0..findings.len() {
        let Finding { key, diagnostic } = &findings[at];
        let Some(key) = key.filter(|_| !variables::is_about_a_variable(diagnostic)) else {
            continue;
        };
        let id = (key.section, key.name);
        if let Some((span, name)) = lines.entry(id).or_insert_with(|| swallowed(doc, key)) {
            move_left(doc, key, span, name, &mut findings[at].diagnostic);
        } else if let Some(value) = value_to_show(doc, key)
            && let Some(better) = values.entry(id).or_insert_with(|| better(doc, findings, key, value))
        {
            write_instead(doc, key, value, better, &mut findings[at].diagnostic);
        }
    }
}

/// Says that a line of the value was meant as the key `name`.
fn move_left(doc: &Document, key: &Key, span: &Span, name: &str, diagnostic: &mut Diagnostic) {
    (diagnostic.line, diagnostic.column) = (span.line, span.column);
    name.clone_into(&mut diagnostic.text);
    diagnostic.message = format!(
        "the line is indented, so it is a part of the value of {} and not the key {name}",
        key.name
    );
    if diagnostic.severity == Severity::Refused {
        diagnostic.message += ", and ";
        diagnostic.message += Context::new(doc).consequence(key);
    }
    diagnostic.fix = format!("Move the line to the left, to where {} stands.", key.name);
}

/// Advises to write a better value.
fn write_instead(doc: &Document, key: &Key, value: &str, better: &str, diagnostic: &mut Diagnostic) {
    (diagnostic.line, diagnostic.column) = doc.place(key);
    value.clone_into(&mut diagnostic.text);
    diagnostic.fix = match without_comment(value) {
        Some(_) if !better.contains('#') => format!("Write {better}. A comment needs a line of its own."),
        _ => format!("Write {better}."),
    };
}

/// The value of a key, if it may be shown and improved.
fn value_to_show<'d>(doc: &'d Document, key: &Key) -> Option<&'d str> {
    // Nearly any text is a path, so none is found to be the better one.
    if matches!(key.kind, Kind::Lines | Kind::Secret) || *key == keys::DBPATH || doc.is_expanded(key) {
        return None;
    }
    let value = doc.own(key).flatten()?;
    (!value.is_empty() && !value.contains('\n')).then_some(value)
}

/// The likeliest value that a key may have been meant to have, and with which less is wrong.
fn better(doc: &Document, findings: &[Finding], key: &Key, value: &str) -> Option<String> {
    let before = worst(findings, key);
    let mut candidates = candidates(key, value);
    candidates.retain(|candidate| candidate != value && !candidate.is_empty());
    candidates.into_iter().find(|candidate| {
        let mut mended = doc.clone();
        mended.set(key.section, key.name, candidate).is_ok() && worst(&found(&mended), key) > before
    })
}

/// The first line of a value that was meant as a key, and the key's name. Websites have words of their own for it.
fn swallowed(doc: &Document, key: &Key) -> Option<(Span, &'static str)> {
    if *key == keys::HOST || doc.is_expanded(key) {
        return None;
    }
    doc.own(key)?;
    let spans = doc.line_spans(key.section, key.name).into_iter().skip(1);
    spans.into_iter().find_map(|span| {
        let line = &doc.as_str()[span.bytes.clone()];
        let (name, Some(_)) = python::key_and_value(line) else {
            return None;
        };
        let name = name.to_lowercase();
        let known = keys::ALL.iter().find(|key| key.name == name)?;
        Some((span, known.name))
    })
}

/// How bad the worst finding on a key is; as good as nothing is what Isso reads as it is written.
fn worst(findings: &[Finding], key: &Key) -> Severity {
    let of_key = findings.iter().filter(|finding| finding.key == Some(key));
    let worst = of_key.map(|finding| finding.diagnostic.severity).min();
    worst.unwrap_or(Severity::Info)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;

    /// Each advice takes some readings of the file: with one for every finding this would not come to an end.
    #[test]
    fn thousands_of_findings_on_one_value_share_their_advice() {
        let plugins: Vec<String> = (0..3000).map(|number| format!("plugin{number}")).collect();
        let text = format!(
            "[general]\nhost = localhost\n[markup.mistune]\nplugins = {}\n",
            plugins.join(",")
        );
        let found = crate::diagnose::diagnose_text(&text);
        let unknown = found.iter().filter(|it| it.code == Code::UnknownPlugin);
        assert_eq!(unknown.count(), plugins.len());
    }
}
