//! Names that Isso does not know. It logs them, when it starts, and goes on without them.

mod meant;

use super::context::Context;
use super::misaka;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::causes::broken_header;
use crate::document::{Document, Span};
use crate::keys;
use crate::python::is_space;

const DEFAULT: &str = "DEFAULT";

pub(super) fn check(context: &mut Context<'_>) {
    let doc = context.doc;
    let strays = std::mem::take(&mut context.strays);
    for run in &strays {
        context.push(Some(run.key), run.diagnostic(Severity::Misread, Code::NotIndented));
    }
    let is_stray = |span: &Span| strays.iter().any(|run| (run.first..=run.last).contains(&span.line));
    for (section, names) in doc.ini().get_map_ref() {
        if section != DEFAULT && !is_section(section) {
            if let Some(span) = doc.header_span(section) {
                context.push(None, unknown_section(doc, section, &span));
            }
            continue;
        }
        for (name, value) in names {
            let Some(span) = doc.key_span(section, name).filter(|span| !is_stray(span)) else {
                continue;
            };
            if section == DEFAULT {
                context.push(None, in_default(doc, name, &span));
            } else if keys::find(section, name).is_none() && !misaka::is_former(section, name) {
                context.push(None, unknown_key(doc, section, name, value.as_deref(), &span));
            }
        }
    }
    context.strays = strays;
}

fn is_section(name: &str) -> bool {
    keys::ALL.iter().any(|key| key.section == name)
}

fn unknown_section(doc: &Document, section: &str, span: &Span) -> Diagnostic {
    let known = meant::section(section);
    let fix = match known {
        Some(known) => match doc.header_span(known) {
            Some(there) => format!(
                "Move the keys below it to [{known}], which is on line {}, and delete this header.",
                there.line
            ),
            None => format!("Write [{known}]."),
        },
        None => "Delete the section, or keep it for yourself: Isso ignores it.".to_owned(),
    };
    let message = format!("Isso knows no section [{section}], and ignores what is in it");
    at(
        span,
        severity(known),
        Code::UnknownSection,
        format!("[{section}]"),
        message,
        fix,
    )
}

fn unknown_key(doc: &Document, section: &str, name: &str, value: Option<&str>, span: &Span) -> Diagnostic {
    let spelled = &doc.as_str()[span.bytes.clone()];
    // Without a delimiter the value is a part of the key, and it may be a password.
    let shown = match spelled.split_once(is_space) {
        Some((word, _)) if value.is_none() => format!("{word} …"),
        _ => spelled.to_owned(),
    };
    let say = |severity, code, message: String, fix: String| at(span, severity, code, shown.clone(), message, fix);
    if let Some((severity, code, fix)) = former(doc, section, name, value) {
        let message = format!("[{section}] {name} is a key of earlier versions of Isso");
        return say(severity, code, message, fix);
    }
    let ignored = format!(
        "Isso knows no key {} in [{section}], and ignores it",
        shown.to_lowercase()
    );
    let header = value
        .is_none_or(|value| value.is_empty() || value.contains('\n'))
        .then(|| {
            let line = spelled.to_owned() + if value.is_some() { ":" } else { "" };
            broken_header(&line)
        });
    if let Some(header) = header.flatten() {
        let message = format!("this is no section header to Isso, so the lines below it count to [{section}]");
        let fix = match doc.header_span(&header) {
            Some(there) => format!(
                "Move the keys below it to [{header}], which is on line {}, and delete this line.",
                there.line
            ),
            None => format!("Write [{header}], and begin the lines below it at the left."),
        };
        return say(Severity::Misread, Code::UnknownSection, message, fix);
    }
    let (word, rest) = spelled.split_once(is_space).unwrap_or((spelled, ""));
    if value.is_some()
        && !rest.is_empty()
        && let Some(key) = keys::find(section, &word.to_lowercase())
    {
        let message = format!(
            "there is no = behind {}, so Isso takes more than that for the name of a key, and {} is not set",
            key.name, key.name
        );
        // The rest is the beginning of the value.
        return Diagnostic {
            text: format!("{word} …"),
            ..say(
                Severity::Misread,
                Code::UnknownKey,
                message,
                format!("Put = after {}.", key.name),
            )
        };
    }
    if value.is_none() {
        if let Some(key) = meant::key(section, word).filter(|_| !rest.is_empty()) {
            let message = format!(
                "there is no = on this line, so Isso takes all of it for the name of a key, and {} is not set",
                key.name
            );
            return say(
                Severity::Misread,
                Code::UnknownKey,
                message,
                format!("Put = after {}.", key.name),
            );
        }
        if !rest.is_empty() || spelled.chars().next().is_some_and(|c| !c.is_alphanumeric()) {
            let fix = "Put # before it, if it is a comment.".to_owned();
            return say(Severity::Warning, Code::UnknownKey, ignored, fix);
        }
    }
    let homes = meant::homes(spelled);
    if !homes.is_empty() && homes.iter().all(|key| key.section != section) {
        return say(Severity::Misread, Code::UnknownKey, ignored, moved(doc, &homes));
    }
    if let Some(option) = meant::client_option(name) {
        let message = format!("{name} is a setting of the script in your pages, and Isso's server ignores it");
        let fix = format!("Delete it here, and write data-isso-{option} in the script tag of your pages.");
        return say(Severity::Misread, Code::UnknownKey, message, fix);
    }
    if let Some(key) = meant::key(section, spelled) {
        let fix = match doc.own(key).and_then(|_| doc.key_span(section, key.name)) {
            Some(there) => format!("Delete it, or delete line {} and write {} here.", there.line, key.name),
            None => format!("Write {}.", key.name),
        };
        return say(Severity::Misread, Code::UnknownKey, ignored, fix);
    }
    say(
        Severity::Warning,
        Code::UnknownKey,
        ignored,
        "Delete the key, or keep it for yourself: Isso ignores it.".to_owned(),
    )
}

/// Where to move a key to.
fn moved(doc: &Document, homes: &[&'static keys::Key]) -> String {
    match homes {
        [key] => {
            let home = key.section;
            match (
                doc.own(key).and_then(|_| doc.key_span(home, key.name)),
                doc.header_span(home),
            ) {
                (Some(there), _) => format!(
                    "Delete it, or move it to line {}, in the place of {} there.",
                    there.line, key.name
                ),
                (None, Some(_)) => format!("Move it to [{home}]."),
                (None, None) => format!("Move it to the end of the file, below a line [{home}]."),
            }
        }
        _ => {
            let sections: Vec<String> = homes.iter().map(|key| format!("[{}]", key.section)).collect();
            format!("Move it to the section that is meant: {}.", sections.join(" or "))
        }
    }
}

/// Keys that once were, and what Isso says about them today.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py>
fn former(doc: &Document, section: &str, name: &str, value: Option<&str>) -> Option<(Severity, Code, String)> {
    let (severity, fix) = match (section, name) {
        ("server", "host" | "port") => (
            Severity::Warning,
            "Delete it: the address is set where Isso is started.".to_owned(),
        ),
        ("smtp", "ssl") => {
            let on = value.and_then(crate::typed::parse_bool);
            let security = match on {
                Some(true) => "security = ssl",
                Some(false) => "security = none",
                None => "security = none, starttls or ssl",
            };
            let fix = if doc.own(&keys::SMTP_SECURITY).is_some() {
                "Delete it: security says it.".to_owned()
            } else {
                format!("Write {security} instead.")
            };
            (Severity::Misread, fix)
        }
        ("general", "session-key") => (Severity::Warning, "Delete it: the key is in the database.".to_owned()),
        _ => return None,
    };
    Some((severity, Code::Deprecated, fix))
}

fn in_default(doc: &Document, name: &str, span: &Span) -> Diagnostic {
    let homes = meant::homes(name);
    let fix = if homes.is_empty() {
        "Delete the key, or keep it for yourself: Isso ignores it.".to_owned()
    } else {
        moved(doc, &homes)
    };
    let message = format!("{name} in [DEFAULT] never reaches Isso, which has its own value in every section");
    at(
        span,
        severity(homes.first()),
        Code::DefaultSection,
        name.to_owned(),
        message,
        fix,
    )
}

/// A name that is close to one of Isso's was meant to be that; another one may be for somebody else.
fn severity<T>(meant: Option<T>) -> Severity {
    if meant.is_some() {
        Severity::Misread
    } else {
        Severity::Warning
    }
}

fn at(span: &Span, severity: Severity, code: Code, text: String, message: String, fix: String) -> Diagnostic {
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
