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
    check(&["guard.ratelimit=0.5"], Ok(("/guard/ratelimit", json!(0.5))));
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
    check(&["hosts=a", "title=Isso", "hosts=b"], Ok(("/hosts", json!(["a", "b"]))));
    check(&["hosts="], Ok(("/hosts", json!([]))));
}

#[test]
fn another_choice_brings_its_defaults() {
    check(&["smtp.value.port=465"], Ok(("/smtp/value/port", json!(465))));
    check(&["smtp.selection=custom"], Ok(("/smtp/value/port", json!(25))));
    check(
        &["smtp.selection=disabled"],
        Ok(("/smtp", json!({ "selection": "disabled", "value": {} }))),
    );
    check(
        &["smtp.selection=disabled", "smtp.selection=custom", "smtp.value.host=b"],
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
        Err("smtp: this is a choice: set its `.selection=…`, then its `.value.…`"),
    );
}

#[test]
fn a_masked_field_is_refused() {
    check(
        &["smtp.value.password=hunter2"],
        Err(
            "smtp.value.password: a password does not belong on the command line; use --input FILE, --input - for stdin, or no field at all to be asked",
        ),
    );
}

#[test]
fn a_name_that_leads_nowhere_is_refused() {
    check(&["title"], Err("`title` is not FIELD=VALUE"));
    check(&["=a"], Err("`=a` is not FIELD=VALUE"));
    check(
        &["smtp.selection=Custom"],
        Err("smtp.selection: did you mean `custom`? choose one of disabled, custom"),
    );
    let nothing = assign(&Value::Null, Value::Null, &["a=1".to_owned()]);
    let said = nothing.map_err(|failure| failure.to_string());
    assert_eq!(
        said,
        Err("a: there is no such field, for there is nothing to fill in".to_owned())
    );
    check(
        &["titel=a"],
        Err("titel: there is no such field; did you mean `title`? there are title, guard, hosts, smtp"),
    );
    check(
        &["guard.rate=1"],
        Err("guard.rate: there is no such field; did you mean `ratelimit`? there are enabled, ratelimit"),
    );
    check(
        &["guard=1"],
        Err("guard: this is a group of fields; name one of them, such as `.enabled`"),
    );
    check(&["title.text=a"], Err("title.text: this field has no fields inside"));
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
            r#"smtp.selection = "custom" (E-mail (disabled, custom))"#,
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

#[test]
fn a_masked_field_may_be_emptied() {
    check(&["smtp.value.password="], Ok(("/smtp/value/password", json!(""))));
}

#[test]
fn a_name_that_the_form_does_not_have_is_found_wherever_it_stands() {
    let check = |input: Value, expected: Result<(), &str>| {
        let found = check_names(&form(), &input).map_err(|failure| failure.to_string());
        assert_eq!(found, expected.map_err(str::to_owned), "{input}");
    };
    check(values(), Ok(()));
    check(json!({ "title": "a" }), Ok(()));
    check(json!(null), Ok(()));
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
fn a_secret_is_seen_wherever_it_stands() {
    assert!(holds_secret(&form(), &values()));
    assert!(holds_secret(&form(), &json!({ "password": "x" })));
    let mut without = values();
    without["smtp"]["value"]["password"] = json!("");
    assert!(!holds_secret(&form(), &without));
    assert!(!holds_secret(&form(), &json!({ "title": "password" })));
}

#[test]
fn a_form_asks_for_something_unless_it_has_one_choice_at_most() {
    assert!(asks_something(&form()));
    assert!(!asks_something(&Value::Null));
    let select = |values: Value| json!({ "address": { "type": "select", "values": values } });
    assert!(!asks_something(&select(json!({}))));
    assert!(!asks_something(&select(json!({ "a": "A" }))));
    assert!(asks_something(&select(json!({ "a": "A", "b": "B" }))));
}
