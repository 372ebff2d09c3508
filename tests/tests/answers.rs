//! What programs read is compared with golden files: the answers of the API and of the commands with `--json`. A field
//! that vanishes or changes its name breaks a program of a user; a new field is seen here before it is published.

use insta::assert_json_snapshot;
use isso_tests::Site;
use isso_tests::torture::http::block_on;
use regex_lite::Regex;
use serde_json::{Value, json};

/// Fields that differ from run to run, by name; the kind of their value stays.
const VARYING: [&str; 7] = ["blake3", "connections", "created", "phaseMs", "pid", "size", "url"];

/// An answer of this site with what varies replaced.
fn steady(site: &Site, value: Value) -> Value {
    let within = |value| steady(site, value);
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let value = match value {
                    Value::String(_) if VARYING.contains(&&*name) => json!("TEXT"),
                    Value::Number(_) if VARYING.contains(&&*name) => json!(0),
                    value => within(value),
                };
                (name, value)
            };
            fields.into_iter().map(field).collect()
        }
        Value::Array(all) => all.into_iter().map(within).collect(),
        Value::String(text) => {
            let data = site.data().to_str().expect("the path is text");
            let backup = Regex::new(r"\d{8}T\d{6}Z").expect("the pattern is right");
            let text = text.replace(data, "/data");
            json!(backup.replace_all(&text, "20260131T030000Z"))
        }
        value => value,
    }
}

/// Asks the API of a running `up`.
fn ask(site: &Site, method: &str, path: &str, body: Option<Value>) -> Value {
    let socket = site.data().join("api.sock");
    let client = isso_daemon::plain_http()
        .unix_socket(socket)
        .build()
        .expect("a client can be made");
    let method = method.parse().expect("it is a method");
    let mut request = client.request(method, format!("http://issoctl{path}"));
    if let Some(body) = &body {
        request = request.json(body);
    }
    block_on(async {
        let answer = request.send().await.expect("the API answers");
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.expect("the API answers with JSON");
        json!({ "status": status, "body": steady(site, body) })
    })
}

/// Brings a site into the state that the golden files show.
fn begin(site: &Site) {
    site.set_website("https://blog.example.org");
    site.wait_for_status(|status| {
        let supervisor = &status["supervisor"];
        let is_alone = supervisor["phase"] == "serving" && supervisor["finishing"].is_null();
        is_alone && supervisor["connections"] == 0
    });
}

#[test]
fn answers_of_the_api_keep_their_shape() {
    let site = Site::new();
    let _up = site.serving();
    begin(&site);
    for (name, method, path, body) in [
        ("status", "GET", "/v1/status", None),
        ("settings", "GET", "/v1/settings", None),
        ("check", "GET", "/v1/check", None),
        ("actions", "GET", "/v1/actions", None),
        ("action", "GET", "/v1/actions/set-websites", None),
        ("files", "GET", "/v1/files", None),
        (
            "wrong_input",
            "POST",
            "/v1/actions/set-websites/check",
            Some(json!({ "language": "en_US", "input": { "websites": ["blog example"] } })),
        ),
        (
            "ran",
            "POST",
            "/v1/actions/set-websites",
            Some(json!({ "language": "en_US", "input": { "websites": ["https://blog.example.org"] } })),
        ),
        ("no_route", "GET", "/v1/nothing", None),
        ("no_action", "GET", "/v1/actions/nothing", None),
    ] {
        assert_json_snapshot!(format!("api_{name}"), ask(&site, method, path, body));
    }
}

#[test]
fn answers_of_commands_keep_their_shape() {
    let site = Site::new();
    let before = site.run(&["status", "--json"]);
    let text = String::from_utf8(before.stdout).unwrap();
    let before: Value = serde_json::from_str(&text).unwrap();
    assert_json_snapshot!("status_without_up", steady(&site, before));
    let _up = site.serving();
    begin(&site);
    site.ok(&["backup", "create"]);
    for (name, command) in [
        ("status", &["status"][..]),
        ("config_check", &["config", "check"]),
        ("backup_list", &["backup", "list"]),
    ] {
        assert_json_snapshot!(name, steady(&site, site.json(command)));
    }
}
