//! Forms, serialised exactly as StartOS' SDK serialises its `InputSpec`, and read back from that.
//!
//! A [`Form`] is the one description of what an action takes. An *input* is a filled-in form as JSON. On both ends of
//! the API a program can:
//!
//! - list the fields with their values in an input ([`Form::walk`]), and hide the secrets ([`Form::mask`]);
//! - make an input of the defaults ([`Form::defaults`]), and put `FIELD=VALUE` texts into it ([`Form::assign`]);
//! - check the values of an input ([`Form::check`]) and the names in it ([`Form::check_names`]).
//!
//! The types mirror
//! [`inputSpecTypes`](https://github.com/Start9Labs/start-technologies/tree/master/shared-libs/ts-modules/start-core)
//! of the SDK for the kinds of field in use here; a test compares each form with what the SDK itself builds.

mod assign;
mod check;
mod choice;
mod defaults;
mod disabled;
mod field_error;
mod group;
mod list;
mod names;
mod number;
mod pairs;
mod secrets;
mod text;
mod toggle;
mod walk;

use serde::{Deserialize, Serialize};

pub use self::choice::{Select, Union, Variant};
pub use self::disabled::Disabled;
pub use self::field_error::{FieldError, FieldErrorKind};
pub use self::group::Object;
pub use self::list::{Item, List};
pub use self::number::Number;
pub use self::text::{InputMode, Pattern, Text};
pub use self::toggle::Toggle;
pub use self::walk::Filled;

/// The fields of an action, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Form(#[serde(with = "pairs")] Vec<(String, Field)>);

impl Form {
    /// Makes a form of these fields, each with its name in the input.
    pub fn new<N: Into<String>>(fields: impl IntoIterator<Item = (N, Field)>) -> Self {
        Self(fields.into_iter().map(|(name, field)| (name.into(), field)).collect())
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|(known, _)| *known == name).map(|(_, field)| field)
    }

    /// Each field with its name in the input.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.0.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Whether every field may be left out.
    pub fn may_be_empty(&self) -> bool {
        self.fields()
            .all(|(_, field)| matches!(field, Field::Text(text) if !text.required))
    }

    /// Whether a person has anything to decide.
    ///
    /// A select with one value at most leaves nothing to decide. A form whose other fields are texts that may stay
    /// empty asks nothing then; a form of such texts alone does.
    pub fn asks_something(&self) -> bool {
        let is_optional = |field: &Field| matches!(field, Field::Text(text) if !text.required);
        let is_decided = |field: &Field| matches!(field, Field::Select(select) if select.values.len() < 2);
        let mut others = self
            .fields()
            .map(|(_, field)| field)
            .filter(|field| !is_optional(field))
            .peekable();
        match others.peek() {
            None => self.fields().next().is_some(),
            Some(_) => !others.all(is_decided),
        }
    }
}

/// One field of a [`Form`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Field {
    /// A line of text.
    Text(Text),
    /// A number.
    Number(Number),
    /// A switch.
    Toggle(Toggle),
    /// One of several values.
    Select(Select),
    /// A group of fields.
    Object(Object),
    /// One of several groups of fields.
    Union(Union),
    /// Any number of texts.
    List(List),
}

impl Field {
    /// The field's name in the form.
    pub fn name(&self) -> &str {
        match self {
            Self::Text(field) => &field.name,
            Self::Number(field) => &field.name,
            Self::Toggle(field) => &field.name,
            Self::Select(field) => &field.name,
            Self::Object(field) => &field.name,
            Self::Union(field) => &field.name,
            Self::List(field) => &field.name,
        }
    }

    /// What the field is for.
    pub fn description(&self) -> Option<&str> {
        match self {
            Self::Text(field) => field.description.as_deref(),
            Self::Number(field) => field.description.as_deref(),
            Self::Toggle(field) => field.description.as_deref(),
            Self::Select(field) => field.description.as_deref(),
            Self::Object(field) => field.description.as_deref(),
            Self::Union(field) => field.description.as_deref(),
            Self::List(field) => field.description.as_deref(),
        }
    }

    /// The warning beside the field.
    pub fn warning(&self) -> Option<&str> {
        match self {
            Self::Text(field) => field.warning.as_deref(),
            Self::Number(field) => field.warning.as_deref(),
            Self::Toggle(field) => field.warning.as_deref(),
            Self::Select(field) => field.warning.as_deref(),
            Self::Object(field) => field.warning.as_deref(),
            Self::Union(field) => field.warning.as_deref(),
            Self::List(field) => field.warning.as_deref(),
        }
    }

    /// Whether the field, or some of its choices, cannot be used.
    pub fn disabled(&self) -> &Disabled {
        match self {
            Self::Text(field) => &field.disabled,
            Self::Number(field) => &field.disabled,
            Self::Toggle(field) => &field.disabled,
            Self::Select(field) => &field.disabled,
            Self::Object(_) => &Disabled::No,
            Self::Union(field) => &field.disabled,
            Self::List(field) => &field.disabled,
        }
    }

    /// Whether a text is hidden while it is typed into the field.
    pub fn is_masked(&self) -> bool {
        match self {
            Self::Text(field) => field.masked,
            Self::List(field) => field.spec.masked,
            _ => false,
        }
    }

    /// The id of each choice that can be made in the field, with the text shown for it. Other fields than choices have
    /// none.
    pub fn choices(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Select(field) => field.choices().collect(),
            Self::Union(field) => field.choices().collect(),
            _ => Vec::new(),
        }
    }
}
