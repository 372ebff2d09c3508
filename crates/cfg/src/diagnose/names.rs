//! Names that Isso does not know. It logs them, when it starts, and goes on without them.

mod key;
mod meant;

use super::context::Context;
use super::misaka;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::{Document, Span};
use crate::keys::{self, Key};

const DEFAULT: &str = "DEFAULT";

/// The advice on a name that is close to none of Isso's.
const KEEP_OR_DELETE: &str = "Delete the key, or keep it for yourself: Isso ignores it.";

pub(super) fn check(context: &mut Context<'_>) {
    let doc = context.doc;
    let unindented = std::mem::take(&mut context.unindented);
    for items in &unindented {
        context.push(Some(items.key), items.diagnostic(Severity::Misread, Code::NotIndented));
    }
    let is_item = |span: &Span| {
        unindented
            .iter()
            .any(|items| (items.first..=items.last).contains(&span.line))
    };
    for (section, names) in doc.ini().get_map_ref() {
        if section != DEFAULT && !is_section(section) {
            if let Some(span) = doc.header_span(section) {
                context.push(None, unknown_section(doc, section, &span));
            }
            continue;
        }
        for (name, value) in names {
            let Some(span) = doc.key_span(section, name).filter(|span| !is_item(span)) else {
                continue;
            };
            if section == DEFAULT {
                context.push(None, in_default(doc, name, &span));
            } else if keys::find(section, name).is_none() && !misaka::is_former(section, name) {
                context.push(None, key::unknown(doc, section, name, value.as_deref(), &span));
            }
        }
    }
    context.unindented = unindented;
}

fn is_section(name: &str) -> bool {
    keys::ALL.iter().any(|key| key.section == name)
}

fn unknown_section(doc: &Document, section: &str, span: &Span) -> Diagnostic {
    let known = meant::section(section);
    let fix = match known {
        Some(known) => move_below(doc, known, "header").unwrap_or_else(|| format!("Write [{known}].")),
        None => "Delete the section, or keep it for yourself: Isso ignores it.".to_owned(),
    };
    let message = format!("Isso knows no section [{section}], and ignores what is in it");
    let place = span.shown(format!("[{section}]"));
    place.problem(severity(known), Code::UnknownSection, message).fix(fix)
}

/// What to do about a header, or a line that looks like one, of a section that stands elsewhere in the file.
fn move_below(doc: &Document, section: &str, what: &str) -> Option<String> {
    let line = doc.header_span(section)?.line;
    Some(format!(
        "Move the keys below it to [{section}], which is on line {line}, and delete this {what}."
    ))
}

fn in_default(doc: &Document, name: &str, span: &Span) -> Diagnostic {
    let homes = meant::homes(name);
    let fix = match homes[..] {
        [] => KEEP_OR_DELETE.to_owned(),
        _ => move_to(doc, &homes),
    };
    let message = format!("{name} in [DEFAULT] never reaches Isso, which has its own value in every section");
    let place = span.shown(name);
    place
        .problem(severity(homes.first()), Code::DefaultSection, message)
        .fix(fix)
}

/// Where to move a key to.
fn move_to(doc: &Document, homes: &[&'static Key]) -> String {
    let [key] = homes else {
        let sections: Vec<String> = homes.iter().map(|key| format!("[{}]", key.section)).collect();
        return format!("Move it to the section that is meant: {}.", sections.join(" or "));
    };
    let (section, name) = (key.section, key.name);
    match (line_of(doc, key), doc.header_span(section)) {
        (Some(line), _) => format!("Delete it, or move it to line {line}, in the place of {name} there."),
        (None, Some(_)) => format!("Move it to [{section}]."),
        (None, None) => format!("Move it to the end of the file, below a line [{section}]."),
    }
}

/// The line of a key, if the file has it in its own section.
fn line_of(doc: &Document, key: &Key) -> Option<usize> {
    doc.own(key)?;
    Some(doc.key_span(key.section, key.name)?.line)
}

/// A name that is close to one of Isso's was meant to be that; another one may be a note of the file's author.
fn severity<T>(meant: Option<T>) -> Severity {
    if meant.is_some() {
        Severity::Misread
    } else {
        Severity::Warning
    }
}
