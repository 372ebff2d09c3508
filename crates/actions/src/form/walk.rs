//! The fields of a form with their values.

use serde_json::Value;

use super::{Field, Form};

/// A field with its value in an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Filled<'a> {
    /// The place of the value in the input, as in `guard.ratelimit`.
    pub path: String,
    /// The field.
    pub field: &'a Field,
    /// The value; `null` if the input has none.
    pub value: &'a Value,
}

impl Form {
    /// Each field with its value, in the order of the form.
    ///
    /// A group is listed as its fields. A union is followed by the fields of the choice that the input makes.
    pub fn walk<'a>(&'a self, input: &'a Value) -> Vec<Filled<'a>> {
        let mut found = Vec::new();
        self.walk_below(input, "", &mut found);
        found
    }

    fn walk_below<'a>(&'a self, input: &'a Value, prefix: &str, found: &mut Vec<Filled<'a>>) {
        for (name, field) in self.fields() {
            let path = format!("{prefix}{name}");
            let value = &input[name];
            let inner = field.inner(value);
            let inner_prefix = inner.as_ref().map(|inner| format!("{path}{}.", inner.path));
            if !matches!(field, Field::Object(_)) {
                found.push(Filled { path, field, value });
            }
            if let (Some(inner), Some(prefix)) = (inner, inner_prefix) {
                inner.form.walk_below(inner.values, &prefix, found);
            }
        }
    }
}

/// The form inside a field.
pub(super) struct Inner<'a> {
    pub form: &'a Form,
    /// Its values in the input.
    pub values: &'a Value,
    /// The place of these values in the field's value, as in `.value`.
    pub path: &'static str,
}

impl Field {
    /// The form inside the field: the fields of a group, or of the choice that the value of a union makes.
    pub(super) fn inner<'a>(&'a self, value: &'a Value) -> Option<Inner<'a>> {
        match self {
            Self::Object(group) => Some(Inner {
                form: &group.spec,
                values: value,
                path: "",
            }),
            Self::Union(union) => Some(Inner {
                form: &union.variant(value["selection"].as_str()?)?.spec,
                values: &value["value"],
                path: ".value",
            }),
            _ => None,
        }
    }
}
