//! Values that name environment variables.

use super::context::Context;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::Document;
use crate::environment::Variable;
use crate::expand::Reference;
use crate::keys::{self, Key, Kind};

/// Says of each value that names variables what becomes of them. What they hold is never shown.
pub(super) fn check(context: &mut Context<'_>) {
    let doc = context.doc;
    for key in keys::ALL {
        let mut names = Vec::new();
        for (reference, variable) in doc.references(key) {
            if !names.contains(&reference.name) {
                names.push(reference.name);
                note(context, key, &reference, variable);
            }
        }
    }
}

/// Whether it tells what becomes of a variable.
pub(super) fn is_about_a_variable(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::Expanded | Code::UnsetVariable | Code::WithheldVariable
    )
}

/// Takes out of a diagnostic what it says of the text that a variable holds: it may be a secret, whatever the key.
pub(super) fn conceal(doc: &Document, key: &Key, diagnostic: &mut Diagnostic) {
    if doc.expanded().value(key).is_none() || is_about_a_variable(diagnostic) {
        return;
    }
    let references = doc.references(key);
    let is_set = |(found, variable): &(Reference<'_>, Variable<'_>)| match variable {
        Variable::Set(value) => Some((found.text.to_owned(), value.to_lowercase())),
        _ => None,
    };
    let set: Vec<_> = references.iter().filter_map(is_set).collect();
    let told = format!("{} {}", diagnostic.message, diagnostic.fix).to_lowercase();
    let tells = |(_, value): &(String, String)| {
        let mut words = value.split(|c: char| !c.is_alphanumeric());
        words.any(|word| !word.is_empty() && told.contains(word))
    };
    if set.iter().any(tells) {
        let names: Vec<&str> = set.iter().map(|(text, _)| text.as_str()).collect();
        diagnostic.message = format!(
            "what {} holds makes [{}] {} a value that Isso cannot use or does not read as it is meant",
            names.join(" and "),
            key.section,
            key.name
        );
        "Correct the variable, or write the value itself.".clone_into(&mut diagnostic.fix);
    }
}

fn note(context: &mut Context<'_>, key: &'static Key, reference: &Reference<'_>, variable: Variable<'_>) {
    let environment = context.doc.environment();
    let Reference { text, name, .. } = reference;
    // In a password a dollar sign may well be an accident, and the name a part of the secret.
    let is_whole = context.doc.written(key).flatten() == Some(text);
    let meant = key.kind != Kind::Secret || is_whole || reference.is_deliberate();
    let shown = if meant { text } else { "the text after a $" };
    let (severity, code, message, fix) = match variable {
        Variable::Internal => (
            Severity::Misread,
            Code::Expanded,
            format!("Isso replaces {text} by a value that issoctl, gunicorn or Python sets for itself"),
            "Choose a value without it: a dollar sign cannot be escaped.".to_owned(),
        ),
        Variable::Withheld(reason) => (
            Severity::Misread,
            Code::WithheldVariable,
            format!(
                "{text} names a variable that Isso is not given, because {}: Isso takes the text as it stands",
                reason.text()
            ),
            "Put the value into a variable of another name, and name that one here.".to_owned(),
        ),
        _ if !environment.is_complete() => (
            if meant { Severity::Warning } else { Severity::Info },
            Code::Expanded,
            format!("Isso replaces {shown} by the variable of that name, if it is set where Isso is run"),
            "Keep it if the variable is meant; it is not checked what it holds.".to_owned(),
        ),
        Variable::Set(_) => (
            Severity::Info,
            Code::Expanded,
            format!("{text} is expanded from {environment}"),
            "Nothing, if the variable is meant.".to_owned(),
        ),
        Variable::Unset if meant => (
            Severity::Misread,
            Code::UnsetVariable,
            format!("{text} names a variable that is not set in {environment}, so Isso takes the text as it stands"),
            format!("Set {name} there, or write the value itself."),
        ),
        Variable::Unset => (
            Severity::Info,
            Code::UnsetVariable,
            format!(
                "{shown} would name a variable, but none is set in {environment}, so Isso takes the text as it stands"
            ),
            "Nothing, if no variable is meant.".to_owned(),
        ),
    };
    // A name in braces may even go over several lines; then it is shown where the value begins.
    let lines = context.written_lines(key);
    let place = lines
        .iter()
        .find_map(|line| Some(line.part(line.text.find(*text)?, text.len())));
    let at = match place {
        Some(place) => context.at_item(key, &place),
        None => context.at(key),
    };
    at.problem(severity, code, message).fix(fix);
}
