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
mod tests {
    use isso_host::actions::form::{List, Object, Select, Text, Toggle, Union, Variant};
    use serde_json::json;

    use super::*;

    fn check(form: &Form, values: &Value, expected: &[&str]) {
        let described = describe(form, values).into_iter();
        let described: Vec<_> = described
            .map(|Described { path, value, label }| format!("{path} = {value} ({label})"))
            .collect();
        assert_eq!(described, expected);
    }

    #[test]
    fn fields_are_described_with_their_paths_and_without_their_secrets() {
        let text = |name: &str, masked| {
            Field::Text(Text {
                name: name.to_owned(),
                masked,
                ..Text::default()
            })
        };
        let guarded = Field::Toggle(Toggle {
            name: "Guarded".to_owned(),
            ..Toggle::default()
        });
        let guard = Field::Object(Object {
            name: "Guard".to_owned(),
            description: None,
            warning: None,
            spec: Form::new([("enabled", guarded)]),
        });
        let hosts = Field::List(List {
            name: "Websites".to_owned(),
            ..List::default()
        });
        let variant = |name: &str, spec| Variant {
            name: name.to_owned(),
            spec,
        };
        let custom = variant("Server", Form::new([("password", text("Password", true))]));
        let smtp = Field::Union(Union {
            name: "E-mail".to_owned(),
            variants: vec![
                ("disabled".to_owned(), variant("Off", Form::default())),
                ("custom".to_owned(), custom),
            ],
            ..Union::default()
        });
        let title = text("Title", false);
        let form = Form::new([("title", title), ("guard", guard), ("hosts", hosts), ("smtp", smtp)]);
        let mut values = json!({
            "title": "Isso",
            "guard": { "enabled": true },
            "hosts": ["https://old.example"],
            "smtp": { "selection": "custom", "value": { "password": "secret" } },
        });
        form.mask(&mut values);
        let expected = [
            r#"title = "Isso" (Title)"#,
            "guard.enabled = true (Guarded)",
            r#"hosts = ["https://old.example"] (Websites)"#,
            r#"smtp.selection = "custom" (E-mail (disabled, custom))"#,
            r#"smtp.value.password = "••••••••" (Password)"#,
        ];
        check(&form, &values, &expected);
    }

    #[test]
    fn a_choice_is_described_with_what_can_be_chosen() {
        let select = Select {
            name: "Port".to_owned(),
            values: vec![
                ("25".to_owned(), "25 (plain)".to_owned()),
                ("587".to_owned(), "587".to_owned()),
            ],
            ..Select::default()
        };
        let form = Form::new([("port", Field::Select(select))]);
        check(&form, &json!({ "port": "25" }), &[r#"port = "25" (Port (25, 587))"#]);
    }
}
