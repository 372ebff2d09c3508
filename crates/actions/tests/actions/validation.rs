//! Checks of inputs against a form.

use isso_actions::Form;
use isso_actions::form::{
    Disabled, Field, InputMode, Item, List, Number, Object, Pattern, Select, Text, Toggle, Union, Variant,
};
use serde_json::{Value, json};

fn form() -> Form {
    let text = |name: &str| Text {
        name: name.into(),
        ..Text::default()
    };
    let pattern = || {
        vec![Pattern {
            regex: "^[a-z]+$".into(),
            description: "Small letters only.".into(),
        }]
    };
    let variant = |name: &str, field: Text| Variant {
        name: name.into(),
        spec: Form::new([("inner", Field::Text(field))]),
    };
    Form::new([
        (
            "any",
            Field::Text(Text {
                min_length: Some(2),
                max_length: Some(4),
                patterns: pattern(),
                ..text("Any")
            }),
        ),
        (
            "needed",
            Field::Text(Text {
                required: true,
                inputmode: InputMode::Email,
                ..text("Needed")
            }),
        ),
        (
            "secret",
            Field::Text(Text {
                masked: true,
                ..text("Secret")
            }),
        ),
        (
            "fixed",
            Field::Text(Text {
                disabled: Disabled::Because("why".into()),
                default: Some("1".into()),
                ..text("Fixed")
            }),
        ),
        (
            "number",
            Field::Number(Number {
                name: "Number".into(),
                min: Some(1),
                max: Some(3),
                integer: true,
                ..Number::default()
            }),
        ),
        (
            "object",
            Field::Object(Object {
                name: "Object".into(),
                description: None,
                warning: None,
                spec: Form::new([(
                    "switch",
                    Field::Toggle(Toggle {
                        name: "Switch".into(),
                        ..Toggle::default()
                    }),
                )]),
            }),
        ),
        (
            "select",
            Field::Select(Select {
                name: "Select".into(),
                values: vec![("a".into(), "A".into()), ("b".into(), "B".into())],
                disabled: Disabled::Choices(vec!["b".into()]),
                ..Select::default()
            }),
        ),
        (
            "union",
            Field::Union(Union {
                name: "Union".into(),
                description: None,
                warning: None,
                disabled: Disabled::Choices(vec!["off".into()]),
                immutable: false,
                default: None,
                variants: vec![
                    (
                        "on".into(),
                        variant(
                            "On",
                            Text {
                                required: true,
                                ..text("Inner")
                            },
                        ),
                    ),
                    ("off".into(), variant("Off", text("Inner"))),
                ],
            }),
        ),
        (
            "list",
            Field::List(List {
                name: "List".into(),
                min_length: Some(1),
                max_length: Some(2),
                spec: Item {
                    patterns: pattern(),
                    ..Item::default()
                },
                ..List::default()
            }),
        ),
    ])
}

fn fine() -> Value {
    json!({
        "any": "abc",
        "needed": "x",
        "secret": "  ",
        "fixed": "1",
        "number": 2,
        "object": { "switch": true },
        "select": "a",
        "union": { "selection": "on", "value": { "inner": "x" } },
        "list": ["a", "b"],
    })
}

/// Puts a value into one field of an input that is fine otherwise, and compares the errors.
fn check(field: &str, value: Value, expected: &[&str]) {
    let mut input = fine();
    input[field] = value;
    let said: Vec<String> = match form().check(&input) {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(said, expected, "{field}: {}", input[field]);
}

#[test]
fn an_input_that_fits_the_form_passes() {
    assert_eq!(form().check(&fine()), Ok(fine()));
}

#[test]
fn a_member_that_the_form_does_not_have_is_left_out() {
    let mut input = fine();
    input["more"] = json!(1);
    input["union"]["other"] = json!({ "off": { "inner": "y" } });
    input["object"]["more"] = json!(1);
    assert_eq!(form().check(&input), Ok(fine()));
}

#[test]
fn an_optional_field_may_be_empty_or_missing() {
    for nothing in [json!(null), json!(""), json!(" ")] {
        check("any", nothing, &[]);
    }
    let mut input = fine();
    for name in ["any", "secret", "fixed", "number"] {
        input.as_object_mut().unwrap().remove(name);
    }
    let checked = form().check(&input).unwrap();
    assert_eq!(checked["any"], json!(null));
    assert_eq!(checked["fixed"], json!("1"));
}

#[test]
fn texts_are_checked() {
    check("any", json!(1), &["Any (any): This must be a text."]);
    check("any", json!("a"), &["Any (any): Enter at least 2 characters."]);
    check("any", json!("abcde"), &["Any (any): Enter at most 4 characters."]);
    check("any", json!("ABC"), &["Any (any): Small letters only."]);
    check(
        "any",
        json!("a\nb"),
        &["Any (any): This contains a line break or another control character."],
    );
    check("needed", json!(" "), &["Needed (needed): This must be filled in."]);
    check("needed", json!(null), &["Needed (needed): This must be filled in."]);
    check("fixed", json!("2"), &["Fixed (fixed): This is fixed to “1”."]);
}

#[test]
fn numbers_are_checked() {
    check("number", json!(2.0), &[]);
    check("number", json!("2"), &["Number (number): This must be a number."]);
    check("number", json!(2.5), &["Number (number): This must be a whole number."]);
    check(
        "number",
        json!(1e300),
        &["Number (number): This must be a whole number."],
    );
    check("number", json!(0), &["Number (number): This must be 1 or more."]);
    check("number", json!(4), &["Number (number): This must be 3 or less."]);
}

#[test]
fn groups_and_choices_are_checked() {
    check(
        "object",
        json!({}),
        &["Switch (object.switch): This must be filled in."],
    );
    check("object", json!(1), &["Switch (object.switch): This must be filled in."]);
    check(
        "object",
        json!({ "switch": 1 }),
        &["Switch (object.switch): This must be true or false."],
    );
    check("select", json!(null), &["Select (select): Choose one of: a, b."]);
    check(
        "select",
        json!("b"),
        &["Select (select): “B” cannot be chosen at present."],
    );
    check("select", json!("c"), &["Select (select): Choose one of: a, b."]);
    check("select", json!(1), &["Select (select): Choose one of: a, b."]);
    check("union", json!("on"), &["Union (union): Choose one of: on, off."]);
    check(
        "union",
        json!({ "selection": 1 }),
        &["Union (union): Choose one of: on, off."],
    );
    check(
        "union",
        json!({ "selection": "x" }),
        &["Union (union): Choose one of: on, off."],
    );
    check(
        "union",
        json!({ "selection": "off" }),
        &["Union (union): “Off” cannot be chosen at present."],
    );
    check(
        "union",
        json!({ "selection": "on" }),
        &["Inner (union.value.inner): This must be filled in."],
    );
}

#[test]
fn lists_are_checked() {
    check("list", json!(null), &["List (list): This must be filled in."]);
    check("list", json!("a"), &["List (list): This must be a list."]);
    check("list", json!([]), &["List (list): Enter at least 1."]);
    check("list", json!(["a", "b", "c"]), &["List (list): Enter at most 2."]);
    check("list", json!(["a", 1]), &["List (list[1]): This must be a text."]);
    check(
        "list",
        json!(["A", "B"]),
        &[
            "List (list[0]): Small letters only.",
            "List (list[1]): Small letters only.",
        ],
    );
}

#[test]
fn every_wrong_field_is_reported() {
    let errors = form().check(&json!({ "number": 9, "list": ["A"] })).unwrap_err();
    let paths: Vec<_> = errors.iter().map(|error| error.path.as_str()).collect();
    assert_eq!(
        paths,
        ["needed", "number", "object.switch", "select", "union", "list[0]"]
    );
}
