//! `FIELD=VALUE`, as a person types it on a command line.

use serde_json::{Value, json};

use super::{Field, FieldError, FieldErrorKind, Form, List, Union};
use crate::closest::closest;

impl Form {
    /// Puts `FIELD=VALUE` texts into an input, and returns the input.
    ///
    /// A field inside a group is named as in `guard.ratelimit`. The first value for a list replaces the list, each
    /// further value is added to it, and an empty value adds nothing. A new `selection` of a union brings the defaults
    /// of its fields. Each value is read as the type of its field, but not checked: [`Form::check`] does that.
    pub fn assign(&self, mut input: Value, texts: &[String]) -> Result<Value, FieldError> {
        let mut assigned = Vec::new();
        for text in texts {
            let named = text.split_once('=').filter(|(path, _)| !path.is_empty());
            let (path, value) =
                named.ok_or_else(|| FieldErrorKind::NotAnAssignment { first: self.first() }.at(text))?;
            let value = Typed {
                text: value,
                is_further: assigned.contains(&path),
            };
            assigned.push(path);
            let names: Vec<&str> = path.split('.').collect();
            self.put(&mut input, &names, &value).map_err(|kind| kind.at(path))?;
        }
        Ok(input)
    }

    /// The name of the first field.
    pub(super) fn first(&self) -> Option<String> {
        self.names().next().map(str::to_owned)
    }

    fn put(&self, input: &mut Value, names: &[&str], typed: &Typed) -> Result<(), FieldErrorKind> {
        let Some((name, rest)) = names.split_first() else {
            return Err(FieldErrorKind::group(self));
        };
        let Some(field) = self.field(name) else {
            return Err(FieldErrorKind::unknown(name, &self.names().collect::<Vec<_>>()));
        };
        field.put(member(input, name), rest, typed)
    }
}

impl Field {
    /// Puts a text into the field, or into the field inside it that the names lead to.
    fn put(&self, value: &mut Value, names: &[&str], typed: &Typed) -> Result<(), FieldErrorKind> {
        match self {
            Self::Object(group) => return group.spec.put(value, names, typed),
            Self::Union(union) => return union.put(value, names, typed),
            _ if !names.is_empty() => return Err(FieldErrorKind::NoFieldsInside),
            // An empty value tells no secret.
            _ if self.is_masked() && !typed.text.is_empty() => return Err(FieldErrorKind::Masked),
            _ => {}
        }
        *value = match self {
            Self::Toggle(_) => typed.switch()?.into(),
            Self::Number(_) => typed.number()?,
            Self::List(list) => list.with(value, typed),
            _ => typed.text.into(),
        };
        Ok(())
    }
}

impl Union {
    fn put(&self, value: &mut Value, names: &[&str], typed: &Typed) -> Result<(), FieldErrorKind> {
        match names {
            ["selection"] => {
                let selected = self.select(typed.text).ok_or_else(|| {
                    let choices = || self.choices().map(|(id, _)| id);
                    FieldErrorKind::UnknownChoice {
                        choices: choices().map(str::to_owned).collect(),
                        closest: closest(typed.text, choices()).map(str::to_owned),
                    }
                })?;
                if value["selection"] != typed.text {
                    *value = selected;
                }
                Ok(())
            }
            ["value", rest @ ..] => {
                let selected = value["selection"].as_str().and_then(|id| self.variant(id));
                match selected {
                    Some(variant) => variant.spec.put(member(value, "value"), rest, typed),
                    None => Form::default().put(&mut Value::Null, rest, typed),
                }
            }
            _ => Err(FieldErrorKind::Union),
        }
    }
}

impl List {
    fn with(&self, present: &Value, typed: &Typed) -> Value {
        let mut items = match present {
            Value::Array(items) if typed.is_further => items.clone(),
            _ => Vec::new(),
        };
        if !typed.text.is_empty() {
            items.push(json!(typed.text));
        }
        items.into()
    }
}

/// The value of an assignment.
struct Typed<'a> {
    text: &'a str,
    /// Whether an earlier text has assigned to the same field.
    is_further: bool,
}

impl Typed<'_> {
    fn switch(&self) -> Result<bool, FieldErrorKind> {
        match self.text {
            "true" | "yes" | "on" => Ok(true),
            "false" | "no" | "off" => Ok(false),
            _ => Err(FieldErrorKind::NotASwitch(self.text.to_owned())),
        }
    }

    fn number(&self) -> Result<Value, FieldErrorKind> {
        let whole = self.text.parse::<i64>().map(Value::from);
        whole
            .or_else(|_| self.text.parse::<f64>().map(Value::from))
            .map_err(|_| FieldErrorKind::NotANumber(self.text.to_owned()))
    }
}

/// The place of a member in an object. Any other value becomes an object first.
fn member<'v>(value: &'v mut Value, name: &str) -> &'v mut Value {
    if !value.is_object() {
        *value = json!({});
    }
    &mut value[name]
}
