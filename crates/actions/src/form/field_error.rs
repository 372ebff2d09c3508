//! Names and values that a form does not take.

use super::Form;
use crate::closest::closest;

/// A name or a value that a form does not take, found before the input is checked. It never holds the text of a masked
/// field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {kind}")]
pub struct FieldError {
    /// The place in the input, as in `guard.ratelimit`; the whole text if it is not `FIELD=VALUE`.
    pub path: String,
    /// What is wrong there.
    pub kind: FieldErrorKind,
}

/// What is wrong with a name or a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldErrorKind {
    /// The text has no equals sign, or no name before it.
    #[error("this is not FIELD=VALUE")]
    NotAnAssignment {
        /// The first field of the form, if it has one.
        first: Option<String>,
    },
    /// The form, or the group of fields, has no field of this name.
    #[error("there is no such field")]
    Unknown {
        /// The names of the fields that there are.
        known: Vec<String>,
        /// The known name that is most like the given one, if one is like it at all.
        closest: Option<String>,
    },
    /// A group of fields has no value of its own.
    #[error("this is a group of fields")]
    Group {
        /// The first field of the group, if it has one.
        first: Option<String>,
    },
    /// A union has no value of its own, but a `selection` and a `value`.
    #[error("this is a choice")]
    Union,
    /// The field is no group and has no fields inside.
    #[error("this field has no fields inside")]
    NoFieldsInside,
    /// There is no such choice.
    #[error("there is no such choice")]
    UnknownChoice {
        /// The ids of the choices that can be made.
        choices: Vec<String>,
        /// The id that is most like the given one, if one is like it at all.
        closest: Option<String>,
    },
    /// A masked field takes no text from an assignment, which other programs may see. It can only be emptied.
    #[error("a masked field is not set in this way")]
    Masked,
    /// The text is no word for on or off.
    #[error("`{0}` is neither true nor false")]
    NotASwitch(String),
    /// The text is no number.
    #[error("`{0}` is not a number")]
    NotANumber(String),
}

impl FieldErrorKind {
    /// The error for a name that is none of the known ones.
    pub(super) fn unknown(given: &str, known: &[&str]) -> Self {
        Self::Unknown {
            closest: closest(given, known.iter().copied()).map(str::to_owned),
            known: known.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// The error for a value that is given to a whole group of fields.
    pub(super) fn group(form: &Form) -> Self {
        Self::Group { first: form.first() }
    }

    /// The error at this place.
    pub(super) fn at(self, path: impl Into<String>) -> FieldError {
        FieldError {
            path: path.into(),
            kind: self,
        }
    }
}
