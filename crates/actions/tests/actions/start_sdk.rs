//! Our forms and metadata against those that StartOS' SDK builds from the same texts.
//!
//! The SDK is installed by `npm ci` in `tests/sdk`, as `make test` does.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use isso_actions::{Action, HostInfo, Language};
use serde_json::{Map, Value, json};

use crate::texts::texts;
use crate::{Fixture, system_smtp};

/// The SDK's forms, metadata and verdicts for our texts, metadata and inputs.
fn ask_sdk(language: Language, host_info: &HostInfo, metadata: Map<String, Value>, inputs: &[Value]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk");
    assert!(
        folder.join("node_modules").is_dir(),
        "run `npm ci` in {} first",
        folder.display()
    );
    let system_smtp = host_info.system_smtp.as_ref().map(|smtp| json!({ "host": smtp.host }));
    // What the select of the public address says of each kind is for the tests of that action.
    let addresses: Vec<_> = host_info.addresses.iter().map(|address| &address.url).collect();
    let question = json!({
        "texts": texts(language),
        "hostInfo": {
            "systemSmtp": system_smtp,
            "assignsAddresses": host_info.assigns_addresses,
            "publicAddress": host_info.public_address,
            "addresses": addresses,
        },
        "metadata": metadata,
        "inputs": inputs,
    });
    let mut node = Command::new("node")
        .arg("forms.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs the SDK");
    node.stdin
        .take()
        .unwrap()
        .write_all(question.to_string().as_bytes())
        .unwrap();
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The names of fields, variants and values in their order, which a person sees and a JSON comparison does not.
fn order(spec: &Value) -> Vec<&str> {
    let mut names = Vec::new();
    // The `spec` of a list is not a form.
    let holders: &[&str] = if spec["type"] == "list" {
        &[]
    } else {
        &["spec", "variants", "values"]
    };
    for (name, inner) in holders.iter().filter_map(|holder| spec[holder].as_object()).flatten() {
        names.push(name.as_str());
        names.extend(order(inner));
    }
    names
}

fn check(language: Language, host_info: HostInfo) {
    let mut fixture = Fixture::new();
    fixture.host_info = host_info;
    let contents = fixture.contents();
    let metadata: Map<_, _> = Action::ALL
        .iter()
        .map(|action| (action.id().to_owned(), json!(action.metadata(language, &contents))))
        .collect();
    let sdk = ask_sdk(language, &fixture.host_info, metadata.clone(), &[]);
    assert_eq!(sdk["metadata"], Value::Object(metadata));
    for action in Action::ALL {
        let ours = json!(action.form(language, &fixture.host_info));
        let mut theirs = sdk["forms"][action.id()].clone();
        if action == Action::ConfigureSmtp && language != Language::English {
            // The SDK speaks English only.
            theirs["smtp"] = ours["smtp"].clone();
        }
        assert_eq!(ours, theirs, "{language:?} {}", action.id());
        let (ours, theirs) = (json!({ "spec": ours }), json!({ "spec": theirs }));
        assert_eq!(order(&ours), order(&theirs), "{language:?} {}", action.id());
    }
}

#[test]
fn forms_and_metadata_are_those_of_the_sdk() {
    for language in Language::ALL {
        check(language, HostInfo::default());
    }
    let with_mail = HostInfo {
        system_smtp: Some(system_smtp()),
        addresses: vec!["https://a.example".into(), "http://192.168.1.2:8080".into()],
        ..HostInfo::default()
    };
    check(Language::English, with_mail.clone());
    let assigned = HostInfo {
        assigns_addresses: true,
        public_address: "https://elsewhere.example".into(),
        ..with_mail
    };
    for language in Language::ALL {
        check(language, assigned.clone());
    }
}

#[test]
fn inputs_are_accepted_where_the_sdk_accepts_them() {
    let host_info = HostInfo {
        system_smtp: Some(system_smtp()),
        addresses: vec!["https://a.example".into()],
        assigns_addresses: true,
        public_address: "https://elsewhere.example".into(),
    };
    let account = json!({
        "host": "smtp.example.com",
        "security": { "selection": "starttls", "value": { "port": "587" }, "other": { "tls": { "port": "465" } } },
        "from": "a@example.com",
        "username": "me",
        "password": null,
    });
    let smtp = |smtp: Value| json!({ "smtp": smtp, "to": "you@example.com", "replyNotifications": true });
    let custom = |account: &Value| {
        smtp(json!({
            "selection": "custom",
            "value": { "provider": { "selection": "other", "value": account } },
            "other": { "disabled": {} },
        }))
    };
    let mut odd = account.clone();
    odd["security"]["value"]["port"] = json!("26");
    // Each input with our verdict.
    let cases = [
        (
            "set-websites",
            json!({ "websites": ["https://a.example"], "unknown": 1 }),
            true,
        ),
        ("set-websites", json!({ "websites": "https://a.example" }), false),
        ("set-websites", json!({}), false),
        (
            "embed-code",
            json!({ "address": "https://a.example", "pageId": null, "pageTitle": "Hello" }),
            true,
        ),
        ("embed-code", json!({ "address": "https://b.example" }), false),
        ("check-embedding", json!({ "page": null }), true),
        (
            "check-embedding",
            json!({ "page": " https://a.example/post/?page=2 " }),
            true,
        ),
        ("check-embedding", json!({ "page": 7 }), false),
        ("set-public-address", json!({ "address": "https://a.example" }), true),
        (
            "set-public-address",
            json!({ "address": "https://elsewhere.example" }),
            true,
        ),
        ("set-public-address", json!({ "address": "none" }), true),
        ("set-public-address", json!({ "address": "https://b.example" }), false),
        (
            "configure-smtp",
            smtp(json!({ "selection": "disabled", "value": {} })),
            true,
        ),
        (
            "configure-smtp",
            smtp(json!({ "selection": "system", "value": { "customFrom": null } })),
            true,
        ),
        (
            "configure-smtp",
            smtp(json!({ "selection": "unheard-of", "value": {} })),
            false,
        ),
        ("configure-smtp", custom(&account), true),
        ("configure-smtp", custom(&odd), false),
        (
            "configure-smtp",
            json!({ "smtp": { "selection": "disabled", "value": {} }, "to": 1, "replyNotifications": 2 }),
            false,
        ),
    ];
    let inputs: Vec<_> = cases
        .iter()
        .map(|(id, input, _)| json!({ "id": id, "input": input }))
        .collect();
    let sdk = ask_sdk(Language::English, &host_info, Map::new(), &inputs);
    for ((id, input, expected), theirs) in cases.iter().zip(sdk["verdicts"].as_array().unwrap()) {
        let form = Action::find(id).unwrap().form(Language::English, &host_info).unwrap();
        assert_eq!(form.check(input).is_ok(), *expected, "we: {id} {input}");
        assert_eq!(theirs, expected, "the SDK: {id} {input}");
    }
}
