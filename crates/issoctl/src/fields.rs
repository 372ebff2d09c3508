//! `FIELD=VALUE` on the command line: a way into the form that StartOS would show.

use serde_json::{Map, Value, json};

use crate::error::Failure;

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
        let label = spec["name"].as_str().unwrap_or_default().to_owned();
        fields.push(Field { path, value, label });
    });
    fields
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
pub fn assign(form: &Value, mut values: Value, fields: &[String]) -> Result<Value, Failure> {
    let mut lists_begun = Vec::new();
    for field in fields {
        let (path, text) = field
            .split_once('=')
            .ok_or_else(|| Failure::usage(format!("`{field}` is not FIELD=VALUE")))?;
        let begun = lists_begun.contains(&path);
        lists_begun.push(path);
        let parts: Vec<&str> = path.split('.').collect();
        put(form, &mut values, &parts, text, begun)
            .map_err(|reason| Failure::usage(format!("{path}: {reason}")))?;
    }
    Ok(values)
}

fn put(
    form: &Value,
    values: &mut Value,
    path: &[&str],
    text: &str,
    begun: bool,
) -> Result<(), String> {
    let (key, rest) = path
        .split_first()
        .ok_or("the field's name ends too early")?;
    let spec = form.get(key).ok_or_else(|| {
        let names: Vec<_> = entries(form).map(|(name, _)| name.as_str()).collect();
        format!("there is no such field; there are {}", names.join(", "))
    })?;
    if values.is_null() {
        *values = json!({});
    }
    let value = &mut values[*key];
    match (spec["type"].as_str(), rest) {
        (Some("object"), rest) => put(&spec["spec"], value, rest, text, begun),
        (Some("union"), ["selection"]) => {
            let variant = spec["variants"].get(text).ok_or_else(|| {
                let names: Vec<_> = entries(&spec["variants"])
                    .map(|(name, _)| name.as_str())
                    .collect();
                format!("choose one of {}", names.join(", "))
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
        (Some("union"), _) => {
            Err("this is a choice: set its `.selection`, then its `.value.…`".into())
        }
        (_, [_, ..]) => Err("this field has no fields inside".into()),
        (kind, []) => {
            *value = scalar(kind, spec, value, text, begun)?;
            Ok(())
        }
    }
}

fn scalar(
    kind: Option<&str>,
    spec: &Value,
    present: &Value,
    text: &str,
    begun: bool,
) -> Result<Value, String> {
    match kind {
        _ if spec["masked"] == json!(true) => {
            Err("a password does not belong on the command line; use --input".into())
        }
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
fn defaults(form: &Value) -> Value {
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

fn walk(form: &Value, values: &Value, prefix: &str, visit: &mut impl FnMut(&str, &Value, &Value)) {
    for (key, spec) in entries(form) {
        let path = format!("{prefix}{key}");
        let value = &values[key];
        if spec["type"] != "object" {
            visit(&path, spec, value);
        }
        if let Some((form, within)) = inner(spec, value) {
            let prefix = format!("{path}{}.", within.replace('/', "."));
            walk(
                form,
                value.pointer(within).unwrap_or(&Value::Null),
                &prefix,
                visit,
            );
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
mod tests {
    use super::*;

    fn form() -> Value {
        json!({
            "title": { "type": "text", "name": "Title", "default": null },
            "guard": { "type": "object", "name": "Guard", "spec": {
                "enabled": { "type": "toggle", "name": "Guarded", "default": true },
                "ratelimit": { "type": "number", "name": "Rate limit", "default": 2 },
            } },
            "hosts": { "type": "list", "name": "Websites", "default": [] },
            "smtp": { "type": "union", "name": "E-mail", "default": "disabled", "variants": {
                "disabled": { "name": "Off", "spec": {} },
                "custom": { "name": "Server", "spec": {
                    "host": { "type": "text", "name": "Host", "default": null },
                    "port": { "type": "number", "name": "Port", "default": 587 },
                    "password": {
                        "type": "text", "name": "Password", "masked": true, "default": null,
                    },
                } },
            } },
        })
    }

    fn values() -> Value {
        json!({
            "title": "Isso",
            "guard": { "enabled": true, "ratelimit": 2 },
            "hosts": ["https://old.example"],
            "smtp": { "selection": "custom", "value": {
                "host": "mail.example", "port": 25, "password": "secret",
            } },
        })
    }

    /// The fields change the value at a pointer and nothing else, or are refused.
    fn check(fields: &[&str], expected: Result<(&str, Value), &str>) {
        let fields: Vec<_> = fields.iter().map(ToString::to_string).collect();
        let assigned = assign(&form(), values(), &fields).map_err(|failure| failure.to_string());
        let expected = expected.map_err(str::to_owned).map(|(pointer, value)| {
            let mut values = values();
            *values.pointer_mut(pointer).unwrap() = value;
            values
        });
        assert_eq!(assigned, expected, "{fields:?}");
    }

    #[test]
    fn a_field_takes_a_value_of_its_type() {
        check(&[], Ok(("/title", json!("Isso"))));
        check(&["title=a=b"], Ok(("/title", json!("a=b"))));
        check(&["title="], Ok(("/title", json!(""))));
        check(&["guard.enabled=no"], Ok(("/guard/enabled", json!(false))));
        check(&["guard.ratelimit=5"], Ok(("/guard/ratelimit", json!(5))));
        check(
            &["guard.ratelimit=0.5"],
            Ok(("/guard/ratelimit", json!(0.5))),
        );
        check(
            &["guard.enabled=maybe"],
            Err("guard.enabled: `maybe` is neither true nor false"),
        );
        check(
            &["guard.ratelimit=many"],
            Err("guard.ratelimit: `many` is not a number"),
        );
    }

    #[test]
    fn a_list_is_replaced_and_grows_when_given_again() {
        check(&["hosts=a"], Ok(("/hosts", json!(["a"]))));
        check(
            &["hosts=a", "title=Isso", "hosts=b"],
            Ok(("/hosts", json!(["a", "b"]))),
        );
        check(&["hosts="], Ok(("/hosts", json!([]))));
    }

    #[test]
    fn another_choice_brings_its_defaults() {
        check(
            &["smtp.value.port=465"],
            Ok(("/smtp/value/port", json!(465))),
        );
        check(
            &["smtp.selection=custom"],
            Ok(("/smtp/value/port", json!(25))),
        );
        check(
            &["smtp.selection=disabled"],
            Ok(("/smtp", json!({ "selection": "disabled", "value": {} }))),
        );
        check(
            &[
                "smtp.selection=disabled",
                "smtp.selection=custom",
                "smtp.value.host=b",
            ],
            Ok((
                "/smtp",
                json!({
                    "selection": "custom",
                    "value": { "host": "b", "port": 587, "password": null },
                }),
            )),
        );
        check(
            &["smtp.selection=pigeon"],
            Err("smtp.selection: choose one of disabled, custom"),
        );
        check(
            &["smtp=custom"],
            Err("smtp: this is a choice: set its `.selection`, then its `.value.…`"),
        );
    }

    #[test]
    fn a_masked_field_is_refused() {
        check(
            &["smtp.value.password=hunter2"],
            Err("smtp.value.password: a password does not belong on the command line; use --input"),
        );
    }

    #[test]
    fn a_name_that_leads_nowhere_is_refused() {
        check(&["title"], Err("`title` is not FIELD=VALUE"));
        check(
            &["titel=a"],
            Err("titel: there is no such field; there are title, guard, hosts, smtp"),
        );
        check(
            &["guard.rate=1"],
            Err("guard.rate: there is no such field; there are enabled, ratelimit"),
        );
        check(&["guard=1"], Err("guard: the field's name ends too early"));
        check(
            &["title.text=a"],
            Err("title.text: this field has no fields inside"),
        );
    }

    #[test]
    fn fields_are_described_without_their_secrets() {
        let mut values = values();
        mask(&form(), &mut values);
        let fields: Vec<_> = describe(&form(), &values)
            .into_iter()
            .map(|Field { path, value, label }| format!("{path} = {value} ({label})"))
            .collect();
        assert_eq!(
            fields,
            [
                r#"title = "Isso" (Title)"#,
                "guard.enabled = true (Guarded)",
                "guard.ratelimit = 2 (Rate limit)",
                r#"hosts = ["https://old.example"] (Websites)"#,
                r#"smtp.selection = "custom" (E-mail)"#,
                r#"smtp.value.host = "mail.example" (Host)"#,
                "smtp.value.port = 25 (Port)",
                r#"smtp.value.password = "••••••••" (Password)"#,
            ]
        );
    }

    #[test]
    fn an_empty_masked_field_stays_empty() {
        for empty in [json!(""), Value::Null] {
            let mut values = values();
            values["smtp"]["value"]["password"] = empty;
            let before = values.clone();
            mask(&form(), &mut values);
            assert_eq!(values, before);
        }
    }
}
