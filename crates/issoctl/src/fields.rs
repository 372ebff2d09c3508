//! The fields of a form in words.

use isso_host::actions::form::{Field, Filled, Form};
use serde_json::Value;

/// A field of a form, for a person to read.
#[derive(Debug)]
pub struct Described {
    /// As in `guard.ratelimit`.
    pub path: String,
    /// What stands in it now.
    pub value: String,
    /// Its name in the form, with what can be chosen in it.
    pub label: String,
}

/// Lists the fields of a form with what stands in them.
pub fn describe(form: &Form, values: &Value) -> Vec<Described> {
    let described = |Filled { path, field, value }: Filled<'_>| {
        let (path, value) = match field {
            Field::Union(_) => (format!("{path}.selection"), &value["selection"]),
            _ => (path, value),
        };
        let ids: Vec<_> = field.choices().into_iter().map(|(id, _)| id).collect();
        let choices = match &ids[..] {
            [] => String::new(),
            ids => format!(" ({})", ids.join(", ")),
        };
        Described {
            path,
            value: value.to_string(),
            label: format!("{}{choices}", field.name()),
        }
    };
    form.walk(values).into_iter().map(described).collect()
}

#[cfg(test)]
mod tests;
