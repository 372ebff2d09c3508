//! Names that Isso does not know. It logs them, when it starts, and goes on without them.

use strsim::{damerau_levenshtein, normalized_damerau_levenshtein};

use super::context::Context;
use super::misaka;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::Span;
use crate::keys;

const DEFAULT: &str = "DEFAULT";

pub(super) fn check(context: &mut Context<'_>) {
    let doc = context.doc;
    let strays = std::mem::take(&mut context.strays);
    for run in &strays {
        context.push(
            Some(run.key),
            run.diagnostic(Severity::Misread, Code::NotIndented),
        );
    }
    let is_stray = |span: &Span| {
        strays
            .iter()
            .any(|run| (run.first..=run.last).contains(&span.line))
    };
    for (section, names) in doc.ini().get_map_ref() {
        if section != DEFAULT && !is_section(section) {
            if let Some(span) = doc.header_span(section) {
                context.push(None, unknown_section(section, &span));
            }
            continue;
        }
        for name in names.keys() {
            let Some(span) = doc.key_span(section, name) else {
                continue;
            };
            if is_stray(&span) {
                continue;
            }
            if section == DEFAULT {
                context.push(None, in_default(name, &span));
            } else if keys::find(section, name).is_none() && !misaka::is_former(section, name) {
                context.push(None, unknown_key(section, name, &span));
            }
        }
    }
    context.strays = strays;
}

fn is_section(name: &str) -> bool {
    keys::ALL.iter().any(|key| key.section == name)
}

fn unknown_section(section: &str, span: &Span) -> Diagnostic {
    let sections = keys::ALL.iter().map(|key| key.section);
    let nearest = nearest(&section.trim().to_lowercase(), sections);
    let fix = match nearest {
        Some(name) => format!("Write [{name}]."),
        None => "Delete the section, or keep it for yourself: Isso ignores it.".to_owned(),
    };
    let message = format!("Isso knows no section [{section}], and ignores what is in it");
    at(
        span,
        severity(nearest),
        Code::UnknownSection,
        format!("[{section}]"),
        message,
        fix,
    )
}

fn unknown_key(section: &str, name: &str, span: &Span) -> Diagnostic {
    if let Some((severity, code, fix)) = former(section, name) {
        let message = format!("[{section}] {name} is a key of earlier versions of Isso");
        return at(
            span,
            severity,
            code,
            name.to_owned(),
            message,
            fix.to_owned(),
        );
    }
    let siblings = keys::ALL
        .iter()
        .filter(|key| key.section == section)
        .map(|key| key.name);
    let elsewhere = keys::ALL
        .iter()
        .find(|key| key.name == name)
        .map(|key| key.section);
    let nearest = nearest(name, siblings);
    let fix = match (elsewhere, nearest) {
        (Some(home), _) => format!("Move it to [{home}]."),
        (None, Some(nearest)) => format!("Write {nearest}."),
        (None, None) => "Delete the key, or keep it for yourself: Isso ignores it.".to_owned(),
    };
    let message = format!("Isso knows no key {name} in [{section}], and ignores it");
    at(
        span,
        severity(elsewhere.or(nearest)),
        Code::UnknownKey,
        name.to_owned(),
        message,
        fix,
    )
}

/// Keys that once were, and what Isso says about them today.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py>
fn former(section: &str, name: &str) -> Option<(Severity, Code, &'static str)> {
    Some(match (section, name) {
        ("server", "host" | "port") => (
            Severity::Warning,
            Code::Deprecated,
            "Delete it: the address is set where Isso is started.",
        ),
        ("smtp", "ssl") => (
            Severity::Misread,
            Code::Deprecated,
            "Write security = none, starttls or ssl instead.",
        ),
        ("general", "session-key") => (
            Severity::Warning,
            Code::Deprecated,
            "Delete it: the key is in the database.",
        ),
        _ => return None,
    })
}

fn in_default(name: &str, span: &Span) -> Diagnostic {
    let home = keys::ALL
        .iter()
        .find(|key| key.name == name)
        .map(|key| key.section);
    let fix = match home {
        Some(home) => format!("Move it to [{home}]."),
        None => "Delete the key, or keep it for yourself: Isso ignores it.".to_owned(),
    };
    let message =
        format!("{name} in [DEFAULT] never reaches Isso, which has its own value in every section");
    at(
        span,
        severity(home),
        Code::DefaultSection,
        name.to_owned(),
        message,
        fix,
    )
}

/// A name that is close to one of Isso's was meant to be that; another one may be for somebody else.
fn severity(nearest: Option<&str>) -> Severity {
    if nearest.is_some() {
        Severity::Misread
    } else {
        Severity::Warning
    }
}

/// The known name that is a slip of the finger away.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known
        .filter(|known| {
            damerau_levenshtein(name, known) <= 2
                && normalized_damerau_levenshtein(name, known) > 0.5
        })
        .min_by_key(|known| damerau_levenshtein(name, known))
}

fn at(
    span: &Span,
    severity: Severity,
    code: Code,
    text: String,
    message: String,
    fix: String,
) -> Diagnostic {
    Diagnostic {
        severity,
        code,
        line: span.line,
        column: span.column,
        text,
        message,
        fix,
    }
}
