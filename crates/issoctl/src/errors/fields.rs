//! Errors in `FIELD=VALUE`, and in the names of `--input`.

use isso_host::actions::form::{FieldError, FieldErrorKind};

use crate::failure::Failure;

impl From<FieldError> for Failure {
    fn from(FieldError { path, kind }: FieldError) -> Self {
        match kind {
            FieldErrorKind::NotAnAssignment { first } => {
                let first = first.as_deref().unwrap_or("FIELD");
                Self::usage(format!("`{path}` is not FIELD=VALUE"))
                    .hint(format!("write a field's name, an equals sign and its value: {first}=…"))
            }
            kind => Self::usage(format!("{path}: {}", words(&kind))),
        }
    }
}

/// Says what is wrong, and what to write instead.
fn words(kind: &FieldErrorKind) -> String {
    match kind {
        FieldErrorKind::Unknown { known, .. } if known.is_empty() => {
            format!("{kind}, for there is nothing to fill in")
        }
        FieldErrorKind::Unknown { known, closest } => {
            format!("{kind}; {}there are {}", meant(closest.as_deref()), known.join(", "))
        }
        FieldErrorKind::Group { first } => {
            let first = first.as_deref().unwrap_or_default();
            format!("{kind}; name one of them, such as `.{first}`")
        }
        FieldErrorKind::Union => format!("{kind}: set its `.selection=…`, then its `.value.…`"),
        FieldErrorKind::UnknownChoice { choices, closest } => {
            format!("{}choose one of {}", meant(closest.as_deref()), choices.join(", "))
        }
        FieldErrorKind::Masked => "a password does not belong on the command line; use --input FILE, --input - for \
                                   stdin, or no field at all to be asked"
            .to_owned(),
        FieldErrorKind::NotAnAssignment { .. }
        | FieldErrorKind::NoFieldsInside
        | FieldErrorKind::NotASwitch(_)
        | FieldErrorKind::NotANumber(_) => kind.to_string(),
    }
}

fn meant(closest: Option<&str>) -> String {
    closest.map_or_else(String::new, |name| format!("did you mean `{name}`? "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the words of one error. Which field has which error is tested beside the form.
    fn check(path: &str, kind: FieldErrorKind, expected: &str) {
        let path = path.to_owned();
        let failure = Failure::from(FieldError { path, kind });
        assert_eq!(failure.to_string(), expected);
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_error_says_what_to_write_instead() {
        let first = || Some("enabled".to_owned());
        check(
            "title",
            FieldErrorKind::NotAnAssignment { first: first() },
            "`title` is not FIELD=VALUE",
        );
        check(
            "guard.enabled",
            FieldErrorKind::NotASwitch("maybe".to_owned()),
            "guard.enabled: `maybe` is neither true nor false",
        );
        check(
            "guard.ratelimit",
            FieldErrorKind::NotANumber("many".to_owned()),
            "guard.ratelimit: `many` is not a number",
        );
        check(
            "guard",
            FieldErrorKind::Group { first: first() },
            "guard: this is a group of fields; name one of them, such as `.enabled`",
        );
        check(
            "title.text",
            FieldErrorKind::NoFieldsInside,
            "title.text: this field has no fields inside",
        );
        check(
            "smtp",
            FieldErrorKind::Union,
            "smtp: this is a choice: set its `.selection=…`, then its `.value.…`",
        );
        check(
            "smtp.value.password",
            FieldErrorKind::Masked,
            "smtp.value.password: a password does not belong on the command line; use --input FILE, --input - for \
             stdin, or no field at all to be asked",
        );
    }

    #[test]
    fn an_unknown_name_is_told_with_the_names_that_there_are() {
        let unknown = |known: &[&str], closest: Option<&str>| FieldErrorKind::Unknown {
            known: owned(known),
            closest: closest.map(str::to_owned),
        };
        check(
            "a",
            unknown(&[], None),
            "a: there is no such field, for there is nothing to fill in",
        );
        check(
            "smtp.host",
            unknown(&["selection", "value"], None),
            "smtp.host: there is no such field; there are selection, value",
        );
        check(
            "titel",
            unknown(&["title", "guard"], Some("title")),
            "titel: there is no such field; did you mean `title`? there are title, guard",
        );
        let choice = |closest: Option<&str>| FieldErrorKind::UnknownChoice {
            choices: owned(&["disabled", "custom"]),
            closest: closest.map(str::to_owned),
        };
        check(
            "smtp.selection",
            choice(None),
            "smtp.selection: choose one of disabled, custom",
        );
        check(
            "smtp.selection",
            choice(Some("custom")),
            "smtp.selection: did you mean `custom`? choose one of disabled, custom",
        );
    }
}
