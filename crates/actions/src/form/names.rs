//! Checks the names in an input.

use serde_json::Value;

use super::{Field, FieldError, FieldErrorKind, Form};

impl Form {
    /// The names of the fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.fields().map(|(name, _)| name)
    }

    /// Leaves out those of the named fields that an input does not have. A field inside a group is named as in
    /// `guard.ratelimit`.
    ///
    /// An action whose form has grown takes the inputs of before in this way.
    pub(crate) fn without_absent(mut self, fields: &[&str], input: &Value) -> Form {
        for field in fields {
            if input.pointer(&format!("/{}", field.replace('.', "/"))).is_none() {
                self.remove(field);
            }
        }
        self
    }

    fn remove(&mut self, path: &str) {
        match path.split_once('.') {
            None => self.0.retain(|(name, _)| name != path),
            Some((group, rest)) => {
                for (name, field) in &mut self.0 {
                    if let (true, Field::Object(object)) = (name == group, field) {
                        object.spec.remove(rest);
                    }
                }
            }
        }
    }

    /// Refuses an input with a name that the form does not have. [`Form::check`] would leave that member out, and its
    /// sender would not learn of the mistake.
    pub fn check_names(&self, input: &Value) -> Result<(), FieldError> {
        self.check_names_below(input, "")
    }

    fn check_names_below(&self, input: &Value, prefix: &str) -> Result<(), FieldError> {
        among(input, &self.names().collect::<Vec<_>>(), prefix)?;
        for (name, field) in self.fields() {
            let path = format!("{prefix}{name}");
            let value = &input[name];
            if let Field::Union(_) = field {
                among(value, &["selection", "value"], &format!("{path}."))?;
            }
            if let Some(inner) = field.inner(value) {
                let prefix = format!("{path}{}.", inner.path);
                inner.form.check_names_below(inner.values, &prefix)?;
            }
        }
        Ok(())
    }
}

/// Finds the first member of an object whose name is none of the known ones.
fn among(input: &Value, known: &[&str], prefix: &str) -> Result<(), FieldError> {
    let mut given = input.as_object().into_iter().flatten().map(|(name, _)| name);
    match given.find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(FieldErrorKind::unknown(name, known).at(format!("{prefix}{name}"))),
        None => Ok(()),
    }
}
