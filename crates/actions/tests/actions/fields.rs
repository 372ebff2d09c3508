//! `FIELD=VALUE`, names, defaults and secrets of a form.

use isso_actions::form::{
    Field, FieldError, FieldErrorKind, Form, List, Number, Object, Select, Text, Toggle, Union, Variant,
};
use serde_json::{Value, json};

fn form() -> Form {
    let text = |name: &str| Text {
        name: name.into(),
        ..Text::default()
    };
    let number = |name: &str, default: i64| {
        Field::Number(Number {
            name: name.into(),
            default: Some(default),
            ..Number::default()
        })
    };
    let toggle = Toggle {
        name: "Guarded".into(),
        default: true,
        ..Toggle::default()
    };
    let password = Text {
        masked: true,
        ..text("Password")
    };
    let variant = |name: &str, spec: Form| Variant {
        name: name.into(),
        spec,
    };
    let custom = Form::new([
        ("host", Field::Text(text("Host"))),
        ("port", number("Port", 587)),
        ("password", Field::Text(password)),
    ]);
    let guard = Object {
        name: "Guard".into(),
        description: None,
        warning: None,
        spec: Form::new([
            ("enabled", Field::Toggle(toggle)),
            ("ratelimit", number("Rate limit", 2)),
        ]),
    };
    let hosts = List {
        name: "Websites".into(),
        ..List::default()
    };
    let smtp = Union {
        name: "E-mail".into(),
        default: Some("disabled".into()),
        variants: vec![
            ("disabled".into(), variant("Off", Form::default())),
            ("custom".into(), variant("Server", custom)),
        ],
        ..Union::default()
    };
    Form::new([
        ("title", Field::Text(text("Title"))),
        ("guard", Field::Object(guard)),
        ("hosts", Field::List(hosts)),
        ("smtp", Field::Union(smtp)),
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

fn assign(fields: &[&str]) -> Result<Value, FieldError> {
    let fields: Vec<_> = fields.iter().map(ToString::to_string).collect();
    form().assign(values(), &fields)
}

/// Asserts that the fields change the value at a pointer and nothing else.
fn check(fields: &[&str], pointer: &str, expected: Value) {
    let mut values = values();
    *values.pointer_mut(pointer).unwrap() = expected;
    assert_eq!(assign(fields), Ok(values), "{fields:?}");
}

/// Asserts that a field is refused with this error at its path.
fn refused(field: &str, expected: FieldErrorKind) {
    let path = field.split_once('=').map_or(field, |(path, _)| path);
    let path = if path.is_empty() { field } else { path };
    let expected = FieldError {
        path: path.into(),
        kind: expected,
    };
    assert_eq!(assign(&[field]), Err(expected));
}

fn unknown(known: &[&str], closest: Option<&str>) -> FieldErrorKind {
    FieldErrorKind::Unknown {
        known: known.iter().map(ToString::to_string).collect(),
        closest: closest.map(str::to_owned),
    }
}

#[test]
fn a_field_takes_a_value_of_its_type() {
    assert_eq!(assign(&[]), Ok(values()));
    check(&["title=a=b"], "/title", json!("a=b"));
    check(&["title="], "/title", json!(""));
    check(&["guard.enabled=no"], "/guard/enabled", json!(false));
    check(&["guard.ratelimit=5"], "/guard/ratelimit", json!(5));
    check(&["guard.ratelimit=0.5"], "/guard/ratelimit", json!(0.5));
    refused("guard.enabled=maybe", FieldErrorKind::NotASwitch("maybe".into()));
    refused("guard.ratelimit=many", FieldErrorKind::NotANumber("many".into()));
}

#[test]
fn a_list_is_replaced_and_grows_when_given_again() {
    check(&["hosts=a"], "/hosts", json!(["a"]));
    check(&["hosts=a", "title=Isso", "hosts=b"], "/hosts", json!(["a", "b"]));
    check(&["hosts="], "/hosts", json!([]));
}

#[test]
fn another_choice_brings_its_defaults() {
    check(&["smtp.value.port=465"], "/smtp/value/port", json!(465));
    check(&["smtp.selection=custom"], "/smtp/value/port", json!(25));
    let off = json!({ "selection": "disabled", "value": {} });
    check(&["smtp.selection=disabled"], "/smtp", off);
    check(
        &["smtp.selection=disabled", "smtp.selection=custom", "smtp.value.host=b"],
        "/smtp",
        json!({
            "selection": "custom",
            "value": { "host": "b", "port": 587, "password": null },
        }),
    );
    let unknown_choice = |closest: Option<&str>| FieldErrorKind::UnknownChoice {
        choices: vec!["disabled".into(), "custom".into()],
        closest: closest.map(str::to_owned),
    };
    refused("smtp.selection=pigeon", unknown_choice(None));
    refused("smtp.selection=Custom", unknown_choice(Some("custom")));
    refused("smtp=custom", FieldErrorKind::Union);
}

#[test]
fn a_masked_field_is_emptied_and_not_set() {
    check(&["smtp.value.password="], "/smtp/value/password", json!(""));
    refused("smtp.value.password=hunter2", FieldErrorKind::Masked);
    let said = assign(&["smtp.value.password=hunter2"]).unwrap_err();
    assert!(!format!("{said} {said:?}").contains("hunter2"), "{said:?}");
}

#[test]
fn a_name_that_leads_nowhere_is_refused() {
    let first = Some("title".to_owned());
    refused("title", FieldErrorKind::NotAnAssignment { first: first.clone() });
    refused("=a", FieldErrorKind::NotAnAssignment { first });
    let known = ["title", "guard", "hosts", "smtp"];
    refused("titel=a", unknown(&known, Some("title")));
    refused("guard.rate=1", unknown(&["enabled", "ratelimit"], Some("ratelimit")));
    let first = Some("enabled".to_owned());
    refused("guard=1", FieldErrorKind::Group { first });
    refused("title.text=a", FieldErrorKind::NoFieldsInside);
    let nothing = Form::default().assign(Value::Null, &["a=1".to_owned()]);
    assert_eq!(nothing.unwrap_err().kind, unknown(&[], None));
}

#[test]
fn a_field_of_a_choice_that_was_not_made_is_refused() {
    let fields = ["smtp.selection=disabled", "smtp.value.host=a"];
    assert_eq!(assign(&fields).unwrap_err().kind, unknown(&[], None));
    let without = form().assign(json!({}), &["smtp.value.host=a".to_owned()]);
    assert_eq!(without.unwrap_err().kind, unknown(&[], None));
}

#[test]
fn an_input_of_another_shape_is_assigned_to_nevertheless() {
    for shape in [json!(null), json!(1), json!("text"), json!([])] {
        let input = json!({ "guard": shape, "smtp": shape });
        let fields = ["guard.enabled=on", "smtp.selection=custom", "smtp.value.port=1"];
        let assigned = form().assign(input, &fields.map(str::to_owned)).unwrap();
        assert_eq!(assigned["guard"], json!({ "enabled": true }), "{shape}");
        assert_eq!(assigned["smtp"]["value"]["port"], json!(1), "{shape}");
    }
}

#[test]
fn a_name_that_the_form_does_not_have_is_found_wherever_it_stands() {
    let check = |input: Value, expected: Option<(&str, FieldErrorKind)>| {
        let expected = expected.map(|(path, kind)| FieldError {
            path: path.into(),
            kind,
        });
        assert_eq!(form().check_names(&input).err(), expected, "{input}");
    };
    check(values(), None);
    check(json!({ "title": "a" }), None);
    check(json!(null), None);
    let known = ["title", "guard", "hosts", "smtp"];
    check(json!({ "Title": "a" }), Some(("Title", unknown(&known, Some("title")))));
    check(
        json!({ "guard": { "rate": 1 } }),
        Some(("guard.rate", unknown(&["enabled", "ratelimit"], Some("ratelimit")))),
    );
    check(
        json!({ "smtp": { "selection": "custom", "value": { "xyz": 1 } } }),
        Some(("smtp.value.xyz", unknown(&["host", "port", "password"], None))),
    );
    check(
        json!({ "smtp": { "selection": "custom", "host": "a" } }),
        Some(("smtp.host", unknown(&["selection", "value"], None))),
    );
}

#[test]
fn a_masked_text_is_hidden_and_an_empty_one_stays_empty() {
    let mut masked = values();
    form().mask(&mut masked);
    let mut expected = values();
    expected["smtp"]["value"]["password"] = json!("••••••••");
    assert_eq!(masked, expected);
    for empty in [json!(""), Value::Null] {
        let mut values = values();
        values["smtp"]["value"]["password"] = empty;
        let before = values.clone();
        form().mask(&mut values);
        assert_eq!(values, before);
    }
}

#[test]
fn a_secret_is_seen_wherever_it_stands() {
    let form = form();
    assert!(form.holds_secret(&values()));
    assert!(form.holds_secret(&json!({ "password": "x" })));
    assert!(form.holds_secret(&json!({ "password": ["x"] })));
    let mut without = values();
    without["smtp"]["value"]["password"] = json!("");
    assert!(!form.holds_secret(&without));
    assert!(!form.holds_secret(&json!({ "title": "password" })));
}

#[test]
fn an_input_is_completed_with_the_defaults() {
    let defaults = json!({
        "title": null,
        "guard": { "enabled": true, "ratelimit": 2 },
        "hosts": [],
        "smtp": { "selection": "disabled", "value": {} },
    });
    let mut input = Value::Null;
    form().complete(&mut input);
    assert_eq!(input, defaults);
    let mut input = json!({ "title": "a", "guard": { "enabled": false } });
    form().complete(&mut input);
    assert_eq!(input["title"], json!("a"));
    assert_eq!(input["guard"], json!({ "enabled": false }));
    assert_eq!(input["hosts"], json!([]));
}

#[test]
fn a_form_asks_for_something_unless_it_has_one_choice_at_most() {
    let choice = |ids: &[&str]| {
        let values = ids.iter().map(|id| ((*id).into(), "shown".into())).collect();
        Field::Select(Select {
            values,
            ..Select::default()
        })
    };
    let line = |required| {
        Field::Text(Text {
            required,
            ..Text::default()
        })
    };
    let select = |ids: &[&str]| Form::new([("address", choice(ids))]);
    let text = |required| Form::new([("title", line(required))]);
    let with_text = |ids: &[&str], required| Form::new([("address", choice(ids)), ("title", line(required))]);
    assert!(form().asks_something());
    assert!(!Form::default().asks_something());
    assert!(!select(&[]).asks_something());
    assert!(!select(&["a"]).asks_something());
    assert!(select(&["a", "b"]).asks_something());
    // A text that may stay empty is asked for beside what is to be decided, or if it is all that there is.
    assert!(!with_text(&["a"], false).asks_something());
    assert!(with_text(&["a"], true).asks_something());
    assert!(with_text(&["a", "b"], false).asks_something());
    assert!(text(false).asks_something());
}
