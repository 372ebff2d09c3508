//! The secrets of an input, which are the texts of masked fields.

use isso_cfg::MASK;
use serde_json::{Value, json};

use super::{Field, Form};

impl Form {
    /// Hides the texts of masked fields. An empty field stays empty, so that a person sees that nothing is set.
    pub fn mask(&self, input: &mut Value) {
        for (name, field) in self.fields() {
            if let Some(value) = input.get_mut(name) {
                field.mask(value);
            }
        }
    }

    /// Whether the input has a text under the name of a masked field, in any place.
    ///
    /// An input that does not fit the form may hold a secret in the wrong place, so the place does not count.
    pub fn holds_secret(&self, input: &Value) -> bool {
        let mut names = Vec::new();
        self.masked_names(&mut names);
        has_text_under(&names, input)
    }

    fn masked_names<'a>(&'a self, names: &mut Vec<&'a str>) {
        for (name, field) in self.fields() {
            match field {
                Field::Object(group) => group.spec.masked_names(names),
                Field::Union(union) => union
                    .variants
                    .iter()
                    .for_each(|(_, variant)| variant.spec.masked_names(names)),
                _ if field.is_masked() => names.push(name),
                _ => {}
            }
        }
    }
}

impl Field {
    fn mask(&self, value: &mut Value) {
        match self {
            Self::Object(group) => group.spec.mask(value),
            Self::Union(union) => {
                let selected = value["selection"].as_str().and_then(|id| union.variant(id));
                if let (Some(variant), Some(values)) = (selected, value.get_mut("value")) {
                    variant.spec.mask(values);
                }
            }
            _ if self.is_masked() && has_text(value) => *value = json!(MASK),
            _ => {}
        }
    }
}

fn has_text_under(names: &[&str], input: &Value) -> bool {
    match input {
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| (names.contains(&name.as_str()) && has_text(value)) || has_text_under(names, value)),
        Value::Array(items) => items.iter().any(|item| has_text_under(names, item)),
        _ => false,
    }
}

/// Whether a value is a text, or a list with one, that is not empty.
fn has_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(has_text),
        _ => false,
    }
}
