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
                report(context, key, &reference, variable);
            }
        }
    }
}

/// Whether a diagnostic says what becomes of a variable.
pub(super) fn is_about_a_variable(diagnostic: &Diagnostic) -> bool {
    matches!(
        diagnostic.code,
        Code::Expanded | Code::UnsetVariable | Code::WithheldVariable
    )
}

/// Takes out of a diagnostic what it says of the text that a variable holds: it may be a secret, whatever the key.
pub(super) fn conceal(doc: &Document, key: &Key, diagnostic: &mut Diagnostic) {
    if !doc.is_expanded(key) || is_about_a_variable(diagnostic) {
        return;
    }
    let said = format!("{} {}", diagnostic.message, diagnostic.fix).to_lowercase();
    let mut names = Vec::new();
    let mut is_revealed = false;
    for (reference, variable) in doc.references(key) {
        if let Variable::Set(value) = variable {
            names.push(reference.text);
            let value = value.to_lowercase();
            let mut words = value.split(|c: char| !c.is_alphanumeric());
            is_revealed |= words.any(|word| !word.is_empty() && said.contains(word));
        }
    }
    if is_revealed {
        diagnostic.message = format!(
            "what {} holds makes [{}] {} a value that Isso cannot use or does not read as it is meant",
            names.join(" and "),
            key.section,
            key.name
        );
        "Correct the variable, or write the value itself.".clone_into(&mut diagnostic.fix);
    }
}

/// Says what becomes of one reference.
fn report(context: &mut Context<'_>, key: &'static Key, reference: &Reference<'_>, variable: Variable<'_>) {
    let environment = context.doc.environment();
    let Reference { text, name, .. } = reference;
    // In a password a dollar sign may well be an accident, and the name a part of the secret.
    let is_whole = context.doc.written(key).flatten() == Some(text);
    let meant = key.kind != Kind::Secret || is_whole || reference.is_deliberate();
    let shown = if meant { text } else { "the text after a $" };
    // A name in braces may even go over several lines; then it is shown where the value begins.
    let lines = context.written_lines(key);
    let part = lines
        .iter()
        .find_map(|line| Some(line.part(line.text.find(*text)?, text.len())));
    let at = match part {
        Some(part) => context.at_item(key, &part),
        None => context.at(key),
    };
    match variable {
        Variable::Internal => {
            let message = format!("Isso replaces {text} by a value that issoctl, gunicorn or Python sets for itself");
            let fix = "Choose a value without it: a dollar sign cannot be escaped.";
            at.misread(Code::Expanded, message).fix(fix);
        }
        Variable::Withheld(reason) => {
            let reason = reason.text();
            let message = format!(
                "{text} names a variable that Isso is not given, because {reason}: Isso takes the text as it stands"
            );
            let fix = "Put the value into a variable of another name, and name that one here.";
            at.misread(Code::WithheldVariable, message).fix(fix);
        }
        _ if !environment.is_complete() => {
            let severity = if meant { Severity::Warning } else { Severity::Info };
            let message = format!("Isso replaces {shown} by the variable of that name, if it is set where Isso is run");
            let fix = "Keep it if the variable is meant; it is not checked what it holds.";
            at.problem(severity, Code::Expanded, message).fix(fix);
        }
        Variable::Set(_) => {
            let message = format!("{text} is expanded from {environment}");
            let fix = "Nothing, if the variable is meant.";
            at.problem(Severity::Info, Code::Expanded, message).fix(fix);
        }
        Variable::Unset if meant => {
            let message = format!(
                "{text} names a variable that is not set in {environment}, so Isso takes the text as it stands"
            );
            let fix = format!("Set {name} there, or write the value itself.");
            at.misread(Code::UnsetVariable, message).fix(fix);
        }
        Variable::Unset => {
            let message = format!(
                "{shown} would name a variable, but none is set in {environment}, so Isso takes the text as it stands"
            );
            let fix = "Nothing, if no variable is meant.";
            at.problem(Severity::Info, Code::UnsetVariable, message).fix(fix);
        }
    }
}
