use isso_host::actions::form::{List, Number, Object, Select, Text, Toggle, Union, Variant};
use serde_json::json;

use super::*;
use crate::failure::Failure;

fn form() -> Form {
    let text = |name: &str| Text {
        name: name.to_owned(),
        ..Text::default()
    };
    let number = |name: &str| {
        Field::Number(Number {
            name: name.to_owned(),
            ..Number::default()
        })
    };
    let guarded = Toggle {
        name: "Guarded".to_owned(),
        ..Toggle::default()
    };
    let password = Text {
        masked: true,
        ..text("Password")
    };
    let off = Variant {
        name: "Off".to_owned(),
        spec: Form::default(),
    };
    let custom = Variant {
        name: "Server".to_owned(),
        spec: Form::new([
            ("host", Field::Text(text("Host"))),
            ("port", number("Port")),
            ("password", Field::Text(password)),
        ]),
    };
    Form::new([
        ("title", Field::Text(text("Title"))),
        (
            "guard",
            Field::Object(Object {
                name: "Guard".to_owned(),
                description: None,
                warning: None,
                spec: Form::new([("enabled", Field::Toggle(guarded)), ("ratelimit", number("Rate limit"))]),
            }),
        ),
        (
            "hosts",
            Field::List(List {
                name: "Websites".to_owned(),
                ..List::default()
            }),
        ),
        (
            "smtp",
            Field::Union(Union {
                name: "E-mail".to_owned(),
                variants: vec![("disabled".to_owned(), off), ("custom".to_owned(), custom)],
                ..Union::default()
            }),
        ),
    ])
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

/// The field is refused in these words.
fn check(field: &str, expected: &str) {
    let assigned = form().assign(values(), &[field.to_owned()]);
    assert_eq!(Failure::from(assigned.unwrap_err()).to_string(), expected, "{field}");
}

#[test]
fn a_value_of_another_type_is_told() {
    check(
        "guard.enabled=maybe",
        "guard.enabled: `maybe` is neither true nor false",
    );
    check("guard.ratelimit=many", "guard.ratelimit: `many` is not a number");
    check(
        "smtp.selection=pigeon",
        "smtp.selection: choose one of disabled, custom",
    );
    check(
        "smtp=custom",
        "smtp: this is a choice: set its `.selection=…`, then its `.value.…`",
    );
}

#[test]
fn a_password_is_refused_with_what_to_do_instead() {
    check(
        "smtp.value.password=hunter2",
        "smtp.value.password: a password does not belong on the command line; use --input FILE, --input - for stdin, or no field at all to be asked",
    );
}

#[test]
fn a_name_that_leads_nowhere_is_told_with_the_names_that_do() {
    check("title", "`title` is not FIELD=VALUE");
    check("=a", "`=a` is not FIELD=VALUE");
    check(
        "smtp.selection=Custom",
        "smtp.selection: did you mean `custom`? choose one of disabled, custom",
    );
    let nothing = Form::default().assign(Value::Null, &["a=1".to_owned()]);
    assert_eq!(
        Failure::from(nothing.unwrap_err()).to_string(),
        "a: there is no such field, for there is nothing to fill in"
    );
    check(
        "titel=a",
        "titel: there is no such field; did you mean `title`? there are title, guard, hosts, smtp",
    );
    check(
        "guard.rate=1",
        "guard.rate: there is no such field; did you mean `ratelimit`? there are enabled, ratelimit",
    );
    check(
        "guard=1",
        "guard: this is a group of fields; name one of them, such as `.enabled`",
    );
    check("title.text=a", "title.text: this field has no fields inside");
}

#[test]
fn a_name_in_json_that_the_form_does_not_have_is_told() {
    let check = |input: Value, expected: Result<(), &str>| {
        let found = form().check_names(&input);
        let found = found.map_err(|error| Failure::from(error).to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{input}");
    };
    check(values(), Ok(()));
    check(
        json!({ "Title": "a" }),
        Err("Title: there is no such field; did you mean `title`? there are title, guard, hosts, smtp"),
    );
    check(
        json!({ "guard": { "rate": 1 } }),
        Err("guard.rate: there is no such field; did you mean `ratelimit`? there are enabled, ratelimit"),
    );
    check(
        json!({ "smtp": { "selection": "custom", "value": { "xyz": 1 } } }),
        Err("smtp.value.xyz: there is no such field; there are host, port, password"),
    );
    check(
        json!({ "smtp": { "selection": "custom", "host": "a" } }),
        Err("smtp.host: there is no such field; there are selection, value"),
    );
}

#[test]
fn fields_are_described_without_their_secrets() {
    let mut values = values();
    form().mask(&mut values);
    let fields: Vec<_> = describe(&form(), &values)
        .into_iter()
        .map(|Described { path, value, label }| format!("{path} = {value} ({label})"))
        .collect();
    assert_eq!(
        fields,
        [
            r#"title = "Isso" (Title)"#,
            "guard.enabled = true (Guarded)",
            "guard.ratelimit = 2 (Rate limit)",
            r#"hosts = ["https://old.example"] (Websites)"#,
            r#"smtp.selection = "custom" (E-mail (disabled, custom))"#,
            r#"smtp.value.host = "mail.example" (Host)"#,
            "smtp.value.port = 25 (Port)",
            r#"smtp.value.password = "••••••••" (Password)"#,
        ]
    );
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
    let described = describe(&form, &json!({ "port": "25" }));
    assert_eq!(described[0].label, "Port (25, 587)");
}
