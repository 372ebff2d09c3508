//! Values that carry more than was meant: quotation marks, comments, commas, invisible characters.
//!
//! Python keeps all of that. Where Isso then refuses or misreads the value, the advice is the value without it, if that
//! is a value that Isso takes; where nothing else is wrong, it is said here.

use std::collections::HashMap;

use strsim::damerau_levenshtein;

use super::context::Context;
use super::values::{COMMENT_ELSEWHERE, without_comment};
use super::{Finding, found, variables};
use crate::diagnostic::{Code, Severity};
use crate::document::{Document, Span};
use crate::keys::{self, Key, Kind};
use crate::python::strip;
use crate::typed::parse_bool;
use crate::unindented::is_invisible;

/// Notes what is a part of a text or password only because Python keeps it.
pub(super) fn check(context: &mut Context<'_>) {
    for key in keys::ALL {
        let Some(value) = context.value_if_fine(key) else {
            continue;
        };
        // Any salt is as good as another; the sender has rules of its own.
        if !matches!(key.kind, Kind::Text | Kind::Secret) || matches!(*key, keys::DBPATH | keys::SALT | keys::SMTP_FROM)
        {
            continue;
        }
        // A password may have been made so.
        let severity = if key.kind == Kind::Secret {
            Severity::Warning
        } else {
            Severity::Misread
        };
        let name = key.name;
        let begins_as_comment = value.starts_with(['#', ';']) && key.kind == Kind::Text
            || value.starts_with("# ")
            || value.starts_with("; ");
        let (code, message, fix) = if begins_as_comment {
            let fix = "Write the value here, and the comment on a line of its own.";
            (
                Code::InlineComment,
                format!("what looks like a comment is the value of {name}"),
                fix,
            )
        } else if value.contains(is_invisible) {
            let message = format!("an invisible character is a part of the value of {name}, and Isso keeps it");
            (Code::ExtraCharacters, message, "Delete the value and type it anew.")
        } else if unquoted(value).is_some() {
            let message = format!("the quotation marks are a part of the value of {name}, and Isso keeps them");
            (Code::ExtraCharacters, message, "Delete the quotation marks.")
        } else if key.kind == Kind::Secret && without_comment(value).is_some() {
            let message = format!("what looks like a comment is a part of the value of {name}, and Isso keeps it");
            (Code::InlineComment, message, COMMENT_ELSEWHERE)
        } else {
            continue;
        };
        context.at(key).problem(severity, code, message).fix(fix);
    }
}

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
        let about_variable = variables::is_about_a_variable(&findings[at].diagnostic);
        if let Some(key) = findings[at].key.filter(|_| !about_variable)
            && let Some((span, name)) = lines
                .entry((key.section, key.name))
                .or_insert_with(|| swallowed(doc, key))
        {
            let diagnostic = &mut findings[at].diagnostic;
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
            continue;
        }
        let can_show = |key: &&Key| {
            !matches!(key.kind, Kind::Lines | Kind::Secret)
                // Nearly any text is a path, so none is found to be the better one.
                && **key != keys::DBPATH
                && !about_variable
                && !doc.is_expanded(key)
        };
        let Some(key) = findings[at].key.filter(can_show) else {
            continue;
        };
        let Some(value) = doc
            .own(key)
            .flatten()
            .filter(|value| !value.is_empty() && !value.contains('\n'))
        else {
            continue;
        };
        let better = values
            .entry((key.section, key.name))
            .or_insert_with(|| better(doc, findings, key, value));
        if let Some(better) = better {
            let diagnostic = &mut findings[at].diagnostic;
            (diagnostic.line, diagnostic.column) = doc.place(key);
            value.clone_into(&mut diagnostic.text);
            diagnostic.fix = match without_comment(value) {
                Some(_) if !better.contains('#') => {
                    format!("Write {better}. A comment needs a line of its own.")
                }
                _ => format!("Write {better}."),
            };
        }
    }
}

/// The likeliest value that a key may have been meant to have, and with which less is wrong.
fn better(doc: &Document, findings: &[Finding], key: &Key, value: &str) -> Option<String> {
    let before = worst(findings, key);
    let mut candidates = candidates(key, value);
    candidates.retain(|candidate| candidate != value && !candidate.is_empty());
    candidates.into_iter().find(|candidate| {
        let mut mended = doc.clone();
        mended.set(key.section, key.name, candidate).is_ok() && worst(&found(&mended), key) < before
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
        let name = strip(line.split_once(['=', ':'])?.0).to_lowercase();
        let known = keys::ALL.iter().find(|key| key.name == name)?;
        Some((span, known.name))
    })
}

/// How bad the worst finding on a key is, in the order of severity turned round; 0 stands for none.
fn worst(findings: &[Finding], key: &Key) -> u8 {
    let severities = findings.iter().filter(|finding| finding.key == Some(key));
    let rank = |finding: &Finding| match finding.diagnostic.severity {
        Severity::Refused => 3,
        Severity::Misread => 2,
        Severity::Warning => 1,
        Severity::Info => 0,
    };
    severities.map(rank).max().unwrap_or(0)
}

/// What a value may have been meant to be, the likeliest first.
fn candidates(key: &Key, value: &str) -> Vec<String> {
    let visible: String = value.chars().filter(|c| !is_invisible(*c)).collect();
    let mut text = visible.trim_start_matches(['=', ':']).trim_start();
    text = without_comment(text).unwrap_or(text);
    text = text.split(" //").next().unwrap_or(text);
    text = strip(text.trim_end_matches([',', ';']));
    text = unquoted(text).unwrap_or(text);
    let lower = text.to_lowercase();
    let mut candidates = vec![text.to_owned()];
    match key.kind {
        Kind::Bool => candidates.extend(boolean(&lower).map(str::to_owned)),
        Kind::Int => candidates.extend(text.split_whitespace().next().map(str::to_owned)),
        Kind::Word | Kind::List => {
            candidates.push(lower.clone());
            candidates.push(lower.replace('-', "_"));
        }
        _ => {}
    }
    if key.kind == Kind::List {
        let items: Vec<&str> = lower
            .split([',', ';', ' ', '|', '+'])
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .collect();
        candidates.push(items.join(", "));
    }
    candidates
}

/// The word that Isso knows for one of other programs, other languages or a slip of the finger.
fn boolean(word: &str) -> Option<&'static str> {
    match word {
        "y" | "t" | "enable" | "enabled" | "active" | "ja" | "oui" | "si" | "sí" | "tak" => Some("true"),
        "n" | "f" | "none" | "never" | "disable" | "disabled" | "inactive" | "nein" | "non" | "nie" => Some("false"),
        _ => {
            let known = ["true", "false", "yes", "no", "on", "off"];
            let near: Vec<&str> = known
                .into_iter()
                .filter(|known| damerau_levenshtein(word, known) == 1)
                .collect();
            let meaning = parse_bool(near.first()?)?;
            let same = near.iter().all(|word| parse_bool(word) == Some(meaning));
            (same && word.len() > 1).then_some(if meaning { "true" } else { "false" })
        }
    }
}

/// A text without the quotation marks that enclose it.
pub(super) fn unquoted(text: &str) -> Option<&str> {
    const PAIRS: [(char, char); 11] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('“', '”'),
        ('„', '“'),
        ('„', '”'),
        ('‘', '’'),
        ('‚', '‘'),
        ('«', '»'),
        ('»', '«'),
        ('”', '”'),
    ];
    let inner = PAIRS
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))?;
    (!inner.is_empty()).then(|| strip(inner))
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
        let found = crate::diagnose_text(&text);
        let unknown = found.iter().filter(|it| it.code == Code::UnknownPlugin);
        assert_eq!(unknown.count(), plugins.len());
    }
}
