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
