//! `FIELD=VALUE` on the command line: a way into the form that StartOS would show.

use serde_json::{Map, Value, json};

use crate::closest::closest;

/// A field of a form, for a person to read.
#[derive(Debug)]
pub struct Field {
    /// As in `guard.ratelimit`.
    pub path: String,
    /// What stands in it now.
    pub value: String,
    /// Its name in the form.
    pub label: String,
}

/// What was typed is not what the form takes.
#[derive(Debug, thiserror::Error)]
pub enum FieldError {
    /// A word that names no field.
    #[error("`{given}` is not FIELD=VALUE")]
    NoValue {
        /// What was typed.
        given: String,
        /// A field that the form has.
        first: String,
    },
    /// A field that the form does not have, or a value that the field does not take.
    #[error("{path}: {reason}")]
    Wrong {
        /// The field, as in `guard.ratelimit`.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

/// Lists the fields of a form with what stands in them.
pub fn describe(form: &Value, values: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    walk(form, values, "", &mut |path, spec, value| {
        let value = match spec["type"].as_str() {
            Some("union") => value["selection"].to_string(),
            _ => value.to_string(),
        };
        let path = match spec["type"].as_str() {
            Some("union") => format!("{path}.selection"),
            _ => path.to_owned(),
        };
        let mut label = spec["name"].as_str().unwrap_or_default().to_owned();
        let choices = choices(spec);
        if !choices.is_empty() {
            let ids: Vec<_> = choices.into_iter().map(|(id, _)| id).collect();
            label += &format!(" ({})", ids.join(", "));
        }
        fields.push(Field { path, value, label });
    });
    fields
}

/// What can be chosen in a field, with how each is shown; nothing if the field is no choice.
pub fn choices(spec: &Value) -> Vec<(&str, &str)> {
    let (all, shown) = match spec["type"].as_str() {
        Some("select") => (&spec["values"], ""),
        Some("union") => (&spec["variants"], "/name"),
        _ => return Vec::new(),
    };
    let is_disabled = |id: &str| {
        let ids = spec["disabled"].as_array();
        ids.is_some_and(|ids| ids.iter().any(|disabled| disabled == id))
    };
    entries(all)
        .filter(|(id, _)| !is_disabled(id))
        .map(|(id, value)| (id.as_str(), value.pointer(shown).and_then(Value::as_str)))
        .map(|(id, shown)| (id, shown.unwrap_or(id)))
        .collect()
}

/// Hides what stands in masked fields.
pub fn mask(form: &Value, values: &mut Value) {
    for (key, spec) in entries(form) {
        let Some(value) = values.get_mut(key) else {
            continue;
        };
        if spec["masked"] == json!(true) && value.as_str().is_some_and(|text| !text.is_empty()) {
            *value = json!("••••••••");
        } else if let Some((inner, within)) = inner(spec, value) {
            let inner = inner.clone();
            if let Some(values) = value.pointer_mut(within) {
                mask(&inner, values);
            }
        }
    }
}

/// Puts `FIELD=VALUE` texts into the values of a form.
pub fn assign(form: &Value, mut values: Value, fields: &[String]) -> Result<Value, FieldError> {
    let mut lists_begun = Vec::new();
    for field in fields {
        let named = field.split_once('=').filter(|(path, _)| !path.is_empty());
        let (path, text) = named.ok_or_else(|| FieldError::NoValue {
            given: field.clone(),
            first: entries(form).next().map_or("FIELD", |(name, _)| name).to_owned(),
        })?;
        let begun = lists_begun.contains(&path);
        lists_begun.push(path);
        let parts: Vec<&str> = path.split('.').collect();
        put(form, &mut values, &parts, text, begun).map_err(|reason| FieldError::Wrong {
            path: path.to_owned(),
            reason,
        })?;
    }
    Ok(values)
}

/// Refuses names that the form does not have: an action would leave them out without a word.
pub fn check_names(form: &Value, input: &Value) -> Result<(), FieldError> {
    names(form, input, "").map_err(|(path, reason)| FieldError::Wrong { path, reason })
}

fn names(form: &Value, input: &Value, prefix: &str) -> Result<(), (String, String)> {
    let among = |input: &Value, known: &[&str], prefix: &str| {
        let given = input.as_object().into_iter().flatten();
        let mut unknown = given.filter(|(key, _)| !known.contains(&key.as_str()));
        unknown.next().map_or(Ok(()), |(key, _)| {
            Err((format!("{prefix}{key}"), no_such_field(key, known)))
        })
    };
    let known: Vec<_> = entries(form).map(|(name, _)| name.as_str()).collect();
    among(input, &known, prefix)?;
    for (key, spec) in entries(form) {
        let path = format!("{prefix}{key}");
        let value = &input[key];
        if spec["type"] == "union" {
            among(value, &["selection", "value"], &format!("{path}."))?;
        }
        if let Some((form, within)) = inner(spec, value) {
            let prefix = format!("{path}{}.", within.replace('/', "."));
            let value = value.pointer(within).unwrap_or(&Value::Null);
            names(form, value, &prefix)?;
        }
    }
    Ok(())
}

fn no_such_field(given: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return "there is no such field, for there is nothing to fill in".to_owned();
    }
    let meant = closest(given, known.iter().copied());
    let meant = meant.map_or_else(String::new, |name| format!("did you mean `{name}`? "));
    format!("there is no such field; {meant}there are {}", known.join(", "))
}

/// Whether the input has text in a field that is masked anywhere in the form.
pub fn holds_secret(form: &Value, input: &Value) -> bool {
    fn masked<'a>(form: &'a Value, names: &mut Vec<&'a str>) {
        for (key, spec) in form.as_object().into_iter().flatten() {
            if spec["masked"] == json!(true) {
                names.push(key);
            }
            masked(spec, names);
        }
    }
    fn holds(input: &Value, names: &[&str]) -> bool {
        match input {
            Value::Object(members) => members.iter().any(|(key, value)| {
                let is_text = value.as_str().is_some_and(|text| !text.is_empty());
                (is_text && names.contains(&key.as_str())) || holds(value, names)
            }),
            Value::Array(items) => items.iter().any(|item| holds(item, names)),
            _ => false,
        }
    }
    let mut names = Vec::new();
    masked(form, &mut names);
    holds(input, &names)
}

/// Whether there is anything to fill in: where one thing can be chosen at most, there is not.
pub fn asks_something(form: &Value) -> bool {
    entries(form)
        .any(|(_, spec)| spec["type"] != "select" || spec["values"].as_object().is_none_or(|all| all.len() > 1))
}

fn put(form: &Value, values: &mut Value, path: &[&str], text: &str, begun: bool) -> Result<(), String> {
    let Some((key, rest)) = path.split_first() else {
        let first = entries(form).next().map_or("", |(name, _)| name);
        return Err(format!(
            "this is a group of fields; name one of them, such as `.{first}`"
        ));
    };
    let spec = form.get(key).ok_or_else(|| {
        let names: Vec<_> = entries(form).map(|(name, _)| name.as_str()).collect();
        no_such_field(key, &names)
    })?;
    if values.is_null() {
        *values = json!({});
    }
    let value = &mut values[*key];
    match (spec["type"].as_str(), rest) {
        (Some("object"), rest) => put(&spec["spec"], value, rest, text, begun),
        (Some("union"), ["selection"]) => {
            let variant = spec["variants"].get(text).ok_or_else(|| {
                let ids: Vec<_> = choices(spec).into_iter().map(|(id, _)| id).collect();
                let meant = closest(text, ids.iter().copied());
                let meant = meant.map_or_else(String::new, |id| format!("did you mean `{id}`? "));
                format!("{meant}choose one of {}", ids.join(", "))
            })?;
            if value["selection"] != text {
                *value = json!({ "selection": text, "value": defaults(&variant["spec"]) });
            }
            Ok(())
        }
        (Some("union"), ["value", rest @ ..]) => {
            let selection = value["selection"].as_str().unwrap_or_default().to_owned();
            put(
                &spec["variants"][&selection]["spec"],
                &mut value["value"],
                rest,
                text,
                begun,
            )
        }
        (Some("union"), _) => Err("this is a choice: set its `.selection=…`, then its `.value.…`".into()),
        (_, [_, ..]) => Err("this field has no fields inside".into()),
        (kind, []) => {
            *value = scalar(kind, spec, value, text, begun)?;
            Ok(())
        }
    }
}

fn scalar(kind: Option<&str>, spec: &Value, present: &Value, text: &str, begun: bool) -> Result<Value, String> {
    match kind {
        // To take one away is no secret.
        _ if spec["masked"] == json!(true) && !text.is_empty() => Err(
            "a password does not belong on the command line; use --input FILE, --input - for stdin, or no field at \
             all to be asked"
                .into(),
        ),
        Some("toggle") => match text {
            "true" | "yes" | "on" => Ok(json!(true)),
            "false" | "no" | "off" => Ok(json!(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        Some("number") => text
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| text.parse::<f64>().map(Value::from))
            .map_err(|_| format!("`{text}` is not a number")),
        Some("list") => {
            let mut items = match present {
                Value::Array(items) if begun => items.clone(),
                _ => Vec::new(),
            };
            if !text.is_empty() {
                items.push(json!(text));
            }
            Ok(items.into())
        }
        _ => Ok(json!(text)),
    }
}

/// What a form holds before anybody touches it.
pub fn defaults(form: &Value) -> Value {
    let default = |spec: &Value| match spec["type"].as_str() {
        Some("object") => defaults(&spec["spec"]),
        Some("union") => match spec["default"].as_str() {
            Some(selection) => json!({
                "selection": selection,
                "value": defaults(&spec["variants"][selection]["spec"]),
            }),
            None => Value::Null,
        },
        _ => spec.get("default").cloned().unwrap_or_default(),
    };
    entries(form)
        .map(|(key, spec)| (key.clone(), default(spec)))
        .collect::<Map<_, _>>()
        .into()
}

/// Visits each field with its path and its value, in the order of the form.
pub fn walk(form: &Value, values: &Value, prefix: &str, visit: &mut impl FnMut(&str, &Value, &Value)) {
    for (key, spec) in entries(form) {
        let path = format!("{prefix}{key}");
        let value = &values[key];
        if spec["type"] != "object" {
            visit(&path, spec, value);
        }
        if let Some((form, within)) = inner(spec, value) {
            let prefix = format!("{path}{}.", within.replace('/', "."));
            walk(form, value.pointer(within).unwrap_or(&Value::Null), &prefix, visit);
        }
    }
}

/// The form inside a field, and where in the field's value its values stand.
fn inner<'a>(spec: &'a Value, value: &Value) -> Option<(&'a Value, &'static str)> {
    match spec["type"].as_str()? {
        "object" => Some((&spec["spec"], "")),
        "union" => {
            let selection = value["selection"].as_str()?;
            Some((&spec["variants"].get(selection)?["spec"], "/value"))
        }
        _ => None,
    }
}

fn entries(form: &Value) -> impl Iterator<Item = (&String, &Value)> {
    form.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests;
