//! The values of a form before a person fills it in.

use serde_json::{Map, Value, json};

use super::{Field, Form, Union};

impl Form {
    /// An input with the default of every field.
    pub fn defaults(&self) -> Map<String, Value> {
        self.fields()
            .map(|(name, field)| (name.to_owned(), field.default()))
            .collect()
    }

    /// Puts the defaults into an input where it has no value yet.
    pub fn complete(&self, input: &mut Value) {
        if !input.is_object() {
            *input = json!({});
        }
        for (name, default) in self.defaults() {
            if input[&name].is_null() {
                input[&name] = default;
            }
        }
    }
}

impl Field {
    fn default(&self) -> Value {
        match self {
            Self::Text(field) => json!(field.default),
            Self::Number(field) => json!(field.default),
            Self::Toggle(field) => json!(field.default),
            Self::Select(field) => json!(field.default),
            Self::Object(field) => json!(field.spec.defaults()),
            Self::Union(field) => {
                let selected = field.default.as_deref().and_then(|id| field.select(id));
                selected.unwrap_or_default()
            }
            Self::List(field) => json!(field.default),
        }
    }
}

impl Union {
    /// The union's value with this choice made and the defaults of its fields; `None` if there is no such choice.
    pub fn select(&self, id: &str) -> Option<Value> {
        let variant = self.variant(id)?;
        Some(json!({ "selection": id, "value": variant.spec.defaults() }))
    }
}
