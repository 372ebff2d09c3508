//! Forms, serialised exactly as StartOS' SDK serialises its `InputSpec`, and read back from that.
//!
//! A [`Form`] is the one description of what an action takes. Whoever has one can do all of this, on either side of the
//! API:
//!
//! - list its fields with what stands in them ([`Form::walk`]), and hide what is secret ([`Form::mask`]);
//! - begin with what it holds by default ([`Form::defaults`]), and put `FIELD=VALUE` texts into it ([`Form::assign`]);
//! - check an input ([`Form::check`]), its names included ([`Form::check_names`]).
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
    /// A form of these fields, each with its name in the input.
    pub fn new<N: Into<String>>(fields: impl IntoIterator<Item = (N, Field)>) -> Self {
        Self(fields.into_iter().map(|(name, field)| (name.into(), field)).collect())
    }

    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields().find(|(known, _)| *known == name).map(|(_, field)| field)
    }

    /// Each field with its name in the input.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Field)> {
        self.0.iter().map(|(name, field)| (name.as_str(), field))
    }

    /// Whether the form leaves a person anything to decide. A choice of one thing at most does not.
    pub fn asks_something(&self) -> bool {
        self.fields()
            .any(|(_, field)| !matches!(field, Field::Select(select) if select.values.len() < 2))
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
    /// What the field is called.
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

    /// The field's word of caution.
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

    /// What of the field cannot be used. A group of fields can always be used.
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

    /// Whether what is typed into the field is hidden.
    pub fn is_masked(&self) -> bool {
        match self {
            Self::Text(field) => field.masked,
            Self::List(field) => field.spec.masked,
            _ => false,
        }
    }

    /// What can be chosen in the field, each id with how it is shown; nothing if the field is no choice.
    pub fn choices(&self) -> Vec<(&str, &str)> {
        match self {
            Self::Select(field) => field.choices().collect(),
            Self::Union(field) => field.choices().collect(),
            _ => Vec::new(),
        }
    }
}
