//! Keys that Isso does not know in a section that it knows.

use super::{KEEP_OR_DELETE, line_of, meant, move_below, move_to};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::causes::broken_header;
use crate::document::{Document, Span};
use crate::keys;
use crate::python::is_space;
use crate::typed::parse_bool;

/// Says what a key most likely was meant to be.
pub(super) fn unknown(doc: &Document, section: &str, name: &str, value: Option<&str>, span: &Span) -> Diagnostic {
    let spelled = &doc.as_str()[span.bytes.clone()];
    let (word, rest) = spelled.split_once(is_space).unwrap_or((spelled, ""));
    // Without a delimiter the value is a part of the key, and it may be a password.
    let shown = match value {
        None if !rest.is_empty() => format!("{word} …"),
        _ => spelled.to_owned(),
    };
    let lower = shown.to_lowercase();
    let ignored = format!("Isso knows no key {lower} in [{section}], and ignores it");
    let place = span.shown(shown);

    if let Some((severity, fix)) = former(doc, section, name, value) {
        let message = format!("[{section}] {name} is a key of earlier versions of Isso");
        return place.problem(severity, Code::Deprecated, message).fix(fix);
    }
    if let Some(header) = header(spelled, value) {
        let message = format!("this is no section header to Isso, so the lines below it count to [{section}]");
        let fix = move_below(doc, &header, "line")
            .unwrap_or_else(|| format!("Write [{header}], and begin the lines below it at the left."));
        return place.misread(Code::UnknownSection, message).fix(fix);
    }
    if value.is_some()
        && !rest.is_empty()
        && let Some(key) = keys::find(section, &word.to_lowercase())
    {
        let name = key.name;
        let message = format!(
            "there is no = behind {name}, so Isso takes more than that for the name of a key, and {name} is not set"
        );
        // The rest is the beginning of the value.
        let place = span.shown(format!("{word} …"));
        return place
            .misread(Code::UnknownKey, message)
            .fix(format!("Put = after {name}."));
    }
    if value.is_none() {
        if let Some(key) = meant::key(section, word).filter(|_| !rest.is_empty()) {
            let name = key.name;
            let message = format!(
                "there is no = on this line, so Isso takes all of it for the name of a key, and {name} is not set"
            );
            return place
                .misread(Code::UnknownKey, message)
                .fix(format!("Put = after {name}."));
        }
        if !rest.is_empty() || spelled.chars().next().is_some_and(|c| !c.is_alphanumeric()) {
            let fix = "Put # before it, if it is a comment.";
            return place.warning(Code::UnknownKey, ignored).fix(fix);
        }
    }
    let homes = meant::homes(spelled);
    if !homes.is_empty() && homes.iter().all(|key| key.section != section) {
        return place.misread(Code::UnknownKey, ignored).fix(move_to(doc, &homes));
    }
    if let Some(option) = meant::client_option(name) {
        let message = format!("{name} is a setting of the script in your pages, and Isso's server ignores it");
        let fix = format!("Delete it here, and write data-isso-{option} in the script tag of your pages.");
        return place.misread(Code::UnknownKey, message).fix(fix);
    }
    if let Some(key) = meant::key(section, spelled) {
        let name = key.name;
        let fix = match line_of(doc, key) {
            Some(line) => format!("Delete it, or delete line {line} and write {name} here."),
            None => format!("Write {name}."),
        };
        return place.misread(Code::UnknownKey, ignored).fix(fix);
    }
    place.warning(Code::UnknownKey, ignored).fix(KEEP_OR_DELETE)
}

/// The section of which a line was meant to be the header.
fn header(spelled: &str, value: Option<&str>) -> Option<String> {
    match value {
        None => broken_header(spelled),
        Some(value) if value.is_empty() || value.contains('\n') => broken_header(&format!("{spelled}:")),
        Some(_) => None,
    }
}

/// Keys of earlier versions, and what Isso says about them today.
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py>
fn former(doc: &Document, section: &str, name: &str, value: Option<&str>) -> Option<(Severity, String)> {
    Some(match (section, name) {
        ("server", "host" | "port") => (
            Severity::Warning,
            "Delete it: the address is set where Isso is started.".to_owned(),
        ),
        ("smtp", "ssl") if doc.own(&keys::SMTP_SECURITY).is_some() => {
            (Severity::Misread, "Delete it: security says it.".to_owned())
        }
        ("smtp", "ssl") => {
            let security = match value.and_then(parse_bool) {
                Some(true) => "ssl",
                Some(false) => "none",
                None => "none, starttls or ssl",
            };
            (Severity::Misread, format!("Write security = {security} instead."))
        }
        ("general", "session-key") => (Severity::Warning, "Delete it: the key is in the database.".to_owned()),
        _ => return None,
    })
}
