//! The hooks of the StartOS package, as its shim calls them.

mod database;
mod files;

use isso_cfg::{RunMark, Volume};
use isso_tests::Site;
use serde_json::{Value, json};

fn image() -> Value {
    json!({ "image": {
        "entrypoint": ["/isso/bin/gunicorn", "-b", "0.0.0.0:8080", "--preload"],
        "cmd": ["isso.run"],
        "user": "root",
        "workdir": "/isso/",
    }})
}

/// A volume that StartOS has initialised and a person has given a password.
fn ready() -> Site {
    let site = Site::new();
    site.hook(&["init"], &json!({ "kind": "install" }));
    let ran = site.hook(&["run", "set-admin-password"], &json!({}));
    assert_eq!(task(&ran), "clear", "{ran}");
    site
}

/// What is ordered about the task of the password; `null` if nothing is.
fn task(answer: &Value) -> &Value {
    let mut tasks = answer["tasks"].as_array().into_iter().flatten();
    let task = tasks.find(|task| task["action"] == "set-admin-password");
    task.map_or(&Value::Null, |task| &task["order"])
}

/// Marks the volume as a supervisor does on whose settings Isso runs.
fn in_use(site: &Site) -> RunMark {
    let volume = Volume::new(site.data(), "/db/comments.db");
    volume.mark_in_use().expect("the volume can be written")
}

#[test]
fn a_fresh_volume_waits_for_its_password() {
    let site = Site::new();
    let init = site.hook(&["init"], &json!({ "kind": "install", "language": "en_US.UTF-8" }));
    assert_eq!(task(&init), "raise", "{init}");
    assert_eq!(init["tasks"][0]["severity"], "critical");
    assert_eq!(
        init["tasks"].as_array().map(Vec::len),
        Some(1),
        "without addresses, there is no other"
    );
    assert_eq!(init["notices"], json!([]));
    assert_eq!(init["refusal"], Value::Null);
    let actions = init["actions"].as_array().expect("a list");
    let ids: Vec<_> = actions.iter().filter_map(|it| it["id"].as_str()).collect();
    assert_eq!(
        ids,
        [
            "set-websites",
            "set-public-address",
            "configure-server",
            "configure-smtp",
            "send-test-email",
            "configure-feed",
            "configure-formatting",
            "set-reverse-proxies",
            "set-admin-password",
            "sign-out-everywhere",
            "embed-code",
            "check-embedding",
        ]
    );
    assert_eq!(init["port"], 8080);
    let interfaces = init["interfaces"].as_array().expect("a list");
    let shown: Vec<_> = interfaces
        .iter()
        .map(|it| (&it["id"], &it["type"], &it["path"]))
        .collect();
    assert_eq!(
        shown,
        [
            (&json!("comments"), &json!("api"), &json!("")),
            (&json!("admin"), &json!("ui"), &json!("/admin/")),
        ]
    );
    assert!(site.cfg().contains("dbpath = /db/comments.db"), "{}", site.cfg());

    let main = site.hook(&["main"], &image());
    assert_eq!(main["daemon"], Value::Null);
    let refusal = main["refusal"].as_str().expect("a reason");
    assert!(refusal.contains("Set Admin Password"), "{refusal}");
    assert_eq!(task(&main), "raise");
}

#[test]
fn main_runs_isso_inside_of_supervise_once_a_password_is_set() {
    let site = ready();
    let main = site.hook(&["main"], &image());
    assert_eq!((task(&main), &main["refusal"]), (&json!("clear"), &Value::Null));
    let words = |value: &Value| {
        let words = value.as_array().expect("a list").iter();
        words.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
    };
    let daemon = &main["daemon"];
    assert_eq!(
        words(&daemon["command"]),
        "/opt/issoctl/issoctl --data /run/issoctl supervise --volume /volume -- \
         /isso/bin/gunicorn -b 0.0.0.0:8080 --preload isso.run"
    );
    assert_eq!(
        words(&daemon["health"]),
        "/opt/issoctl/issoctl --data /run/issoctl startos health --volume /volume"
    );
    assert_eq!(daemon["env"], json!({ "ISSO_SETTINGS": "/config/isso.cfg" }));
    assert_eq!(
        daemon["mounts"],
        json!({ "program": "/opt/issoctl", "db": "/db", "config": "/config", "volume": "/volume" })
    );
}

#[test]
fn an_action_is_filled_in_and_run() {
    let site = ready();
    let seen = site.hook(&["input", "set-websites"], &json!({ "language": "de_DE" }));
    assert_eq!(seen["value"], json!({ "websites": [] }));
    assert_eq!(seen["spec"]["websites"]["type"], "list");
    let typed = json!({ "input": { "websites": ["https://Blog.Example"] } });
    let ran = site.hook(&["run", "set-websites"], &typed);
    assert_eq!(ran["refusal"], Value::Null, "{ran}");
    assert_eq!(ran["result"]["version"], "1");
    assert!(site.cfg().contains("https://blog.example"));

    let before = site.cfg();
    let typed = json!({ "input": { "websites": ["not a website"] }, "language": "pl_PL" });
    let refused = site.hook(&["run", "set-websites"], &typed);
    assert_eq!(refused["result"], Value::Null);
    assert!(refused["refusal"].is_string(), "{refused}");
    assert_eq!(site.cfg(), before);
}

#[test]
fn the_code_to_embed_is_made_of_what_visitors_can_reach() {
    let site = ready();
    let address = |url, public, kind| json!({ "url": url, "public": public, "kind": kind });
    let addresses = json!([
        address("http://127.0.0.1:8080", false, "ipv4"),
        address("http://192.168.1.5:49152", false, "ipv4"),
        address("https://box.local", false, "mdns"),
        address("https://comments.example", true, "public-domain"),
    ]);
    let seen = site.hook(&["input", "embed-code"], &json!({ "addresses": addresses }));
    let offered = seen["spec"]["address"]["values"].as_object().expect("choices");
    assert_eq!(
        offered.keys().collect::<Vec<_>>(),
        ["https://comments.example", "http://192.168.1.5:49152"]
    );
    assert_eq!(seen["spec"]["address"]["default"], "https://comments.example");
    let typed = json!({ "address": "https://comments.example" });
    let ran = site.hook(
        &["run", "embed-code"],
        &json!({ "addresses": addresses, "input": typed }),
    );
    // StartOS's published types know no value on several lines.
    let shown = &ran["result"]["result"];
    assert_eq!(shown["type"], "single", "{ran}");
    assert_eq!(
        (&shown["copyable"], &shown["qr"], &shown["masked"]),
        (&true.into(), &false.into(), &false.into())
    );
    let value = shown["value"].as_str().expect("a text");
    assert!(value.contains("https://comments.example/js/embed.min.js") && value.contains('\n'));
}

#[test]
fn a_public_address_that_startos_takes_away_raises_a_task_until_it_is_back() {
    let site = ready();
    let acme = "https://acme-v02.api.letsencrypt.org/directory";
    let home = json!({ "url": "https://192.168.1.5:49153", "public": false, "kind": "ipv4", "acme": null });
    let domain = json!({ "url": "https://comments.example", "public": true, "kind": "public-domain", "acme": acme });
    let (both, home) = (json!({ "addresses": [home, domain] }), json!({ "addresses": [home] }));
    let tasks = |request: &Value| site.hook(&["addresses"], request)["tasks"].clone();
    let clear = json!([{ "order": "clear", "action": "set-public-address" }]);
    assert_eq!(tasks(&home), clear, "none was chosen");

    let form = site.hook(&["input", "set-public-address"], &both);
    assert_eq!(form["value"], json!({}));
    let choices = form["spec"]["address"]["values"].as_object().expect("choices");
    let first = choices.iter().next().expect("an address");
    assert_eq!(
        first,
        (
            &"https://comments.example".to_owned(),
            &json!("https://comments.example")
        )
    );
    let mut request = both.clone();
    request["input"] = json!({ "address": "https://comments.example" });
    let ran = site.hook(&["run", "set-public-address"], &request);
    assert_eq!(ran["tasks"][1], clear[0], "{ran}");
    assert!(
        site.cfg().contains("public-endpoint = https://comments.example\n"),
        "{}",
        site.cfg()
    );

    let mut german = home.clone();
    german["language"] = json!("de_DE.UTF-8");
    let raised = &site.hook(&["addresses"], &german);
    assert_eq!(raised["notices"], json!([]));
    let raised = &raised["tasks"][0];
    assert_eq!(
        (&raised["order"], &raised["severity"]),
        (&json!("raise"), &json!("important"))
    );
    let reason = raised["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("https://comments.example") && reason.contains("Wählen"),
        "{reason}"
    );
    assert_eq!(tasks(&both), clear, "it is back");
    // A hook that was not told any address, or cannot read the file, does not know.
    assert_eq!(tasks(&json!({})), json!([]));
    assert_eq!(tasks(&json!({ "addresses": [] })), json!([]));
    let cfg = site.cfg();
    let mark = in_use(&site);
    site.save_cfg("a line of no section\n");
    assert_eq!(tasks(&home), json!([]));
    drop(mark);
    site.save_cfg(&cfg);

    let mut kept = home.clone();
    kept["input"] = json!({ "address": "https://comments.example" });
    let ran = site.hook(&["run", "set-public-address"], &kept);
    assert_eq!(ran["refusal"], Value::Null, "{ran}");
    assert_eq!(tasks(&home), clear, "a person has confirmed it");
}

#[test]
fn an_image_may_lack_its_entrypoint_or_its_command() {
    let site = ready();
    let command = |image: Value| {
        let main = site.hook(&["main"], &json!({ "image": image }));
        let words = main["daemon"]["command"].as_array().expect("a command");
        words.last().cloned()
    };
    let alone = json!({ "entrypoint": ["gunicorn", "isso.run"], "cmd": null });
    assert_eq!(command(alone), Some(json!("isso.run")));
    let alone = json!({ "entrypoint": null, "cmd": ["gunicorn", "isso.run"] });
    assert_eq!(command(alone), Some(json!("isso.run")));
}

#[test]
fn the_systems_mail_server_is_followed_where_it_was_selected() {
    let site = ready();
    let server = |host: &str| {
        json!({
            "host": host, "port": 465, "from": "a@b.example", "username": "u",
            "password": "hunter2", "security": "tls",
        })
    };
    let smtp = |server: Value| site.hook(&["smtp"], &json!({ "systemSmtp": server }));
    let before = site.cfg();
    let answer = smtp(server("one.example"));
    assert_eq!(site.cfg(), before, "it was not selected");
    assert_eq!(answer["actions"], json!([]), "nothing is to be done: {answer}");

    let typed = json!({
        "smtp": { "selection": "system", "value": { "customFrom": null } },
        "to": "me@example.org", "replyNotifications": true,
    });
    let ran = site.hook(
        &["run", "configure-smtp"],
        &json!({ "systemSmtp": server("127.0.0.1"), "input": typed }),
    );
    assert_eq!(ran["refusal"], Value::Null, "{ran}");
    smtp(server("two.example"));
    assert!(site.cfg().contains("host = two.example"), "{}", site.cfg());
    let answer = smtp(Value::Null);
    assert_eq!(answer["refusal"], Value::Null);
    assert!(
        !site.cfg().contains("hunter2"),
        "a server that is gone leaves no password"
    );
    assert!(site.cfg().contains("reply-notifications = false"));
    smtp(server("three.example"));
    let cfg = site.cfg();
    assert!(
        cfg.contains("host = three.example") && cfg.contains("reply-notifications = true"),
        "{cfg}"
    );
}

#[test]
fn mail_never_keeps_an_init_from_its_end() {
    let site = ready();
    let cfg = site.cfg();
    let _mark = in_use(&site);
    site.save_cfg("a line of no section\n");
    let answer = site.hook(&["smtp"], &json!({ "systemSmtp": null }));
    assert_eq!(answer["refusal"], Value::Null);
    let notice = &answer["notices"][0];
    assert_eq!(notice["level"], "warning");
    let message = notice["message"].as_str().expect("a reason");
    assert!(message.contains("Line 1"), "{message}");
    site.save_cfg(&cfg);
    assert_eq!(site.hook(&["smtp"], &json!({}))["notices"], json!([]));
}

#[test]
fn a_request_that_is_none_is_refused_without_repeating_it() {
    let site = Site::new();
    for request in [
        "",
        "null",
        r#"{"input": 1, "language": {"hunter2": 1}}"#,
        r#"{"systemSmtp": "hunter2"}"#,
        r#"{"hunter2": 1}"#,
    ] {
        let output = site.pipe(&["startos", "init"], request);
        assert_eq!(output.status.code(), Some(2), "{request}: {output:#?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("stdin") && !said.contains("hunter2"), "{said}");
    }
    let output = site.pipe(&["startos", "main"], "{}");
    assert_eq!(output.status.code(), Some(2), "{output:#?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("entrypoint"));
    assert!(!site.cfg_path().exists(), "nothing was touched");
}
