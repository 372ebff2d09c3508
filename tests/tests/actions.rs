//! The actions besides `set-websites`, seen in Isso's answers, in the mailbox and on the terminal.

use std::collections::BTreeSet;

use isso_tests::torture::{Load, Shape};
use isso_tests::{Admin, Site, SmtpServer, Visitor, free_address, mail, wait_for};
use regex_lite::Regex;
use serde_json::{Value, json};

#[tokio::test]
async fn server_settings_reach_isso() {
    let site = Site::new();
    let up = site.serving();
    let visitor = Visitor::new(up.url(), "http://localhost");
    assert_eq!(visitor.info().await["moderation"], true);
    assert_eq!(visitor.get("/latest?limit=1").await.status(), 404, "off by default");

    site.ok(&[
        "action",
        "run",
        "configure-server",
        "moderationEnabled=false",
        "latestEnabled=true",
    ]);
    assert_eq!(visitor.info().await["moderation"], false);
    assert_eq!(visitor.get("/latest?limit=1").await.status(), 200);
    assert_eq!(visitor.post("seen at once").await.status(), 201);

    site.ok(&[
        "action",
        "run",
        "configure-server",
        "guard.requireAuthor=yes",
        "guard.requireEmail=yes",
    ]);
    assert_eq!(visitor.post("without an e-mail address").await.status(), 403);

    // Isso waits for the approval of an address that it does not know, and holds back no other.
    let mail = json!({ "email": "known@example.org" });
    let post = async |text: &str, from: &str| visitor.post_as(text, &mail, Some(from)).await.status();
    assert_eq!(post("approved, for there is no moderation", "198.51.100.1").await, 201);
    site.ok(&[
        "action",
        "run",
        "configure-server",
        "moderationEnabled=true",
        "approveIfEmailPreviouslyApproved=true",
    ]);
    assert_eq!(post("of a known address", "203.0.113.1").await, 201);
    let other = json!({ "email": "other@example.org" });
    let held = visitor.post_as("of another", &other, Some("203.0.114.1")).await;
    assert_eq!(held.status(), 202);
    site.ok(&["action", "run", "configure-server", "guard.directReply=0"]);
    assert_eq!(post("not a reply", "203.0.115.1").await, 403);
    site.ok(&["action", "run", "configure-server", "guard.directReply=1"]);
    assert_eq!(post("the first", "203.0.115.1").await, 201);
    assert_eq!(post("the second", "203.0.115.1").await, 403);
}

#[tokio::test]
async fn feeds_and_proxies_reach_isso() {
    let site = Site::new();
    let up = site.serving();
    let visitor = Visitor::new(up.url(), "http://localhost");
    site.ok(&["action", "run", "configure-server", "moderationEnabled=false"]);

    // Isso makes an identicon of the address of a visitor, and tells it with the comment.
    let seen = async |forwarded_for: &str| {
        let answer = visitor.post_as("from somewhere", &json!({}), Some(forwarded_for)).await;
        let comment: Value = answer.json().await.expect("Isso answers JSON");
        comment["hash"].as_str().expect("a hash").to_owned()
    };
    let (a, b) = (seen("198.51.100.1").await, seen("203.0.113.1").await);
    assert_ne!(a, b);
    let through_two = "198.51.100.1, 203.0.113.1";
    assert_eq!(seen(through_two).await, b, "the last proxy counts as the visitor");
    site.ok(&["action", "run", "set-reverse-proxies", "proxies=203.0.113.1"]);
    assert_eq!(seen(through_two).await, a);
    let said = site.refused(&["action", "run", "set-reverse-proxies", "proxies=203.0.113.0/24"], 2);
    assert!(said.contains("a network never matches"), "{said}");

    assert_eq!(visitor.get("/feed?uri=/post").await.status(), 404);
    site.ok(&["action", "run", "set-websites", "websites=https://blog.example"]);
    let said = site.ok(&["action", "run", "configure-feed", "enabled=true"]);
    assert!(said.contains(&format!("{}/feed?uri=/path/", up.url())), "{said}");
    let feed = visitor.get("/feed?uri=/post").await;
    let feed = feed.text().await.expect("a feed is text");
    assert!(feed.contains("https://blog.example/post#isso-1"), "{feed}");
    site.ok(&["action", "run", "configure-feed", "enabled=false"]);
    assert_eq!(visitor.get("/feed?uri=/post").await.status(), 404);
}

/// What a feature makes of the sample, as far as Isso leaves it in.
const FORMATTED: [(&str, &str); 13] = [
    ("strikethrough", "<del>0</del>"),
    ("subscript", "H<sub>2</sub>O"),
    ("superscript", "x<sup>2</sup>"),
    ("links", r#"<a href="https://example.com/" rel="nofollow noopener">"#),
    ("tables", "<tr>\n  <td>3</td>"),
    ("footnotes", r#"<li id="fn-1">"#),
    ("taskLists", r#"type="checkbox""#),
    ("definitionLists", "<dd>B</dd>"),
    (
        "abbreviations",
        r#"<abbr title="HyperText Markup Language">HTML</abbr>"#,
    ),
    ("highlights", "<mark>A</mark>"),
    ("insertions", "<ins>A</ins>"),
    ("ruby", "<rt>かんじ</rt>"),
    ("hardWrap", "1<br>"),
];

#[tokio::test]
async fn the_preview_of_formatting_is_what_isso_shows() {
    let site = Site::new();
    let up = site.serving();
    let visitor = Visitor::new(up.url(), "http://localhost");
    let run = |is_on: bool| {
        let switches = FORMATTED.map(|(field, _)| format!("{field}={is_on}"));
        let words = ["action", "run", "configure-formatting"].into_iter();
        let words: Vec<_> = words.chain(switches.iter().map(String::as_str)).collect();
        site.ok(&words)
    };
    let said = run(true);
    let (comment, html) = said.trim().split_once("\n\n→\n\n").expect("a comment and its HTML");
    for (field, expected) in FORMATTED {
        assert!(html.contains(expected), "{field}: {html}");
    }
    let posted = async || -> String {
        let answer = visitor.post(comment).await;
        let comment: Value = answer.json().await.expect("Isso answers JSON");
        comment["text"].as_str().expect("a text").trim().to_owned()
    };
    assert_eq!(posted().await, html);
    run(false);
    let plain = posted().await;
    for (field, expected) in FORMATTED {
        assert!(!plain.contains(expected), "{field}: {plain}");
    }

    // What Isso does not take is not saved.
    site.edit_cfg("plugins =", "plugins = no_such_module.plugin");
    let before = site.cfg();
    let said = site.refused(&["action", "run", "configure-formatting", "tables=yes"], 1);
    assert!(said.contains("no_such_module"), "{said}");
    assert_eq!(site.cfg(), before);
}

#[test]
fn without_an_isso_formatting_is_saved_without_a_preview() {
    let site = Site::new();
    site.set_password();
    let ran = site.run(&["action", "run", "configure-formatting", "tables=yes"]);
    assert!(ran.status.success(), "{ran:#?}");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(said.contains("no preview"), "{said}");
    assert!(site.cfg().contains("allowed-elements = tr"));
}

#[test]
fn a_field_changes_its_line_alone() {
    let site = Site::new();
    site.set_password();
    let before = site.cfg();
    site.ok(&["action", "run", "configure-server", "maxAge=90 min"]);
    let changed: Vec<_> = before
        .lines()
        .zip(site.cfg().lines())
        .filter(|(old, new)| old != new)
        .map(|(_, new)| new.to_owned())
        .collect();
    assert_eq!(changed, ["max-age = 1h30m"]);
    assert_eq!(before.lines().count(), site.cfg().lines().count());
}

#[test]
fn values_that_isso_would_refuse_are_refused() {
    let site = Site::new();
    site.set_password();
    let before = site.cfg();
    for (field, value) in [
        ("maxAge", "soon"),
        ("maxAge", "0m"),
        ("purgeAfter", "15"),
        ("guard.ratelimit", "0"),
        ("guard.ratelimit", "61"),
        ("guard.ratelimit", "many"),
        ("moderationEnabled", "perhaps"),
    ] {
        let assignment = format!("{field}={value}");
        let said = site.refused(&["action", "run", "configure-server", &assignment], 2);
        assert!(said.contains(field), "{assignment}: {said}");
        assert_eq!(site.cfg(), before, "{assignment}");
    }
}

/// The addresses of a text, each up to the end of the host name.
fn origins(text: &str) -> BTreeSet<&str> {
    let address = Regex::new(r"https?://[^/\s]+").expect("the pattern is valid");
    address.find_iter(text).map(|found| found.as_str()).collect()
}

#[tokio::test]
async fn a_comment_is_reported_by_mail_with_links_that_no_commenter_can_forge() {
    let site = Site::new();
    let up = site.serving();
    // A real server without TLS: what the form cannot say is set by hand, and honoured.
    let mut server = SmtpServer::start("Pa%55#word;");
    let saved = site.fill_in("configure-smtp", &mail("Pa%55#word;"));
    assert!(saved.status.success(), "{saved:#?}");
    site.edit_cfg("security = starttls", "security = none");
    site.edit_cfg("port = 2525", &format!("port = {}", server.port));
    site.ok(&["action", "run", "configure-server", "guard.ratelimit=60"]);
    assert!(
        site.cfg().contains("security = none"),
        "no action that does not own it rewrites it"
    );

    let tested = site.run(&["action", "run", "send-test-email", "to=me@example.org"]);
    let said = String::from_utf8_lossy(&tested.stdout).into_owned();
    assert!(said.contains("Recipient me@example.org accepted: 250"), "{tested:#?}");
    assert_eq!(server.next_mail()["to"], json!(["me@example.org"]));

    let visitor = Visitor::new(up.url(), "http://localhost");
    assert_eq!(visitor.post("please tell the owner").await.status(), 202);
    let mail = server.next_mail();
    assert_eq!(mail["to"], json!(["owner@example.org"]));
    assert!(
        mail["text"]
            .as_str()
            .is_some_and(|text| text.contains("please tell the owner")),
        "{mail}"
    );

    // Without a public address, the one who comments decides where the owner's clicks lead.
    let forged = || visitor.post_to_host("evil.example", "please click");
    assert_eq!(forged().await.status(), 202);
    let text = server.next_mail()["text"].to_string();
    assert!(origins(&text).contains("http://evil.example"), "{text}");
    let address = "address=https://comments.example.org/isso";
    site.ok(&["action", "run", "set-public-address", address]);
    assert_eq!(up.status()["publicAddress"], "https://comments.example.org/isso");
    assert_eq!(forged().await.status(), 202);
    let text = server.next_mail()["text"].to_string();
    assert!(text.contains("https://comments.example.org/isso/id/"), "{text}");
    let mine = BTreeSet::from(["http://localhost", "https://comments.example.org"]);
    assert!(origins(&text).is_subset(&mine), "{text}");
}

#[tokio::test]
async fn signing_out_ends_logins_edit_cookies_and_links_and_fails_no_request() {
    let site = Site::new();
    let password = site.set_password();
    let nobody = site.ok(&["action", "run", "sign-out-everywhere"]);
    assert_eq!(nobody, "", "there is no database yet");
    let listen = free_address().to_string();
    let start = || {
        let mut up = site.up_on(&listen, &[]);
        up.wait_for_line("Isso serves");
        up
    };
    let up = start();
    let mut server = SmtpServer::start("Pa55word");
    assert!(site.fill_in("configure-smtp", &mail("Pa55word")).status.success());
    site.edit_cfg("security = starttls", "security = none");
    site.edit_cfg("port = 2525", &format!("port = {}", server.port));
    site.ok(&["action", "run", "configure-server", "maxAge=20m"]);
    let address = up.url();
    let visitor = Visitor::new(&address, "http://localhost");
    assert_eq!(visitor.post("mine").await.status(), 202);
    let text = server.next_mail()["text"].as_str().unwrap_or_default().to_owned();
    let link = Regex::new(r"https?://[^/\s]+(/id/1/activate/\S+)").expect("the pattern is valid");
    let link = link.captures(&text).unwrap_or_else(|| panic!("no link in {text}"))[1].to_owned();
    let admin = Admin::log_in(&address, &password).await.expect("the password is right");

    assert!(admin.is_logged_in().await);
    assert_eq!(visitor.get(&link).await.status(), 200);
    assert_eq!(visitor.edit(1, "mine, in better words").await.status(), 200);

    let load = Load::start(up.address(), Shape::Reading(50));
    wait_for(
        || (load.so_far().requests() > 20).then_some(()),
        || "no request".to_owned(),
    );
    let said = site.json(&["action", "run", "sign-out-everywhere"]);
    assert_eq!(said["settings"], "in-force", "{said}");
    assert!(!admin.is_logged_in().await);
    assert_eq!(visitor.get(&link).await.status(), 403);
    assert_eq!(visitor.edit(1, "not mine any more").await.status(), 403);
    let tally = load.finish();
    assert_eq!(tally.failed(), 0, "{tally}");

    let admin = Admin::log_in(&address, &password)
        .await
        .expect("the password is as before");
    assert!(admin.is_logged_in().await);
    assert_eq!(visitor.post("mine as well").await.status(), 202);
    assert_eq!(visitor.edit(2, "mine as well, in better words").await.status(), 200);
    // Without `up` the key is only written, and the next start takes it.
    assert_eq!(up.terminate().code(), Some(0));
    site.ok(&["action", "run", "sign-out-everywhere"]);
    let _up = start();
    assert!(!admin.is_logged_in().await);
}

#[test]
fn mail_that_cannot_be_sent_is_a_warning_and_no_password_is_shown() {
    let site = Site::new();
    site.set_password();
    let saved = site.fill_in("configure-smtp", &mail("hunter2hunter2"));
    assert!(saved.status.success(), "{saved:#?}");
    let said = String::from_utf8_lossy(&saved.stderr);
    assert!(
        said.contains("127.0.0.1"),
        "it tells which server did not answer: {said}"
    );
    assert!(site.cfg().contains("password = hunter2hunter2"));
    let tested = site.refused(&["action", "run", "send-test-email", "to=me@example.org"], 1);
    assert!(tested.contains("Failed step: connection to the mail server. No connection to 127.0.0.1, port 2525"));
    for shown in [
        tested,
        site.ok(&["action", "show", "configure-smtp"]),
        site.ok(&["config", "show"]),
        said.into(),
    ] {
        assert!(!shown.contains("hunter2hunter2"), "{shown}");
    }

    let off = site.fill_in(
        "configure-smtp",
        &json!({
            "smtp": { "selection": "disabled", "value": {} }, "to": null, "replyNotifications": false,
        }),
    );
    assert!(off.status.success(), "{off:#?}");
    let store = std::fs::read_to_string(site.data().join("start9/store.json")).expect("the store is there");
    let tested = site.refused(&["action", "run", "send-test-email", "to=me@example.org"], 1);
    assert!(tested.contains("action run configure-smtp"), "{tested}");
    assert!(
        !store.contains("hunter2") && !site.cfg().contains("hunter2"),
        "disabled forgets the password"
    );
}

#[test]
fn mail_settings_that_cannot_work_are_refused() {
    let site = Site::new();
    site.set_password();
    let before = site.cfg();
    let check = |input: Value, word: &str| {
        let output = site.fill_in("configure-smtp", &input);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_ne!(output.status.code(), Some(0), "{said}");
        assert!(said.contains(word), "{word}: {said}");
        assert_eq!(site.cfg(), before);
    };
    check(
        json!({ "smtp": { "selection": "system", "value": {} }, "to": "a@example.org", "replyNotifications": false }),
        "system",
    );
    let mut expanding = mail("x${ISSO_SETTINGS}x");
    check(expanding.clone(), "ISSO_SETTINGS");
    expanding["to"] = Value::Null;
    check(expanding, "to");
    check(json!("nonsense"), "");

    let argument = site.refused(
        &[
            "action",
            "run",
            "configure-smtp",
            "smtp.selection=custom",
            "smtp.value.provider.selection=other",
            "smtp.value.provider.value.password=x",
        ],
        2,
    );
    assert!(argument.contains("--input"), "{argument}");
}

#[test]
fn the_embed_code_names_the_address() {
    let site = Site::new();
    site.set_password();
    site.edit_cfg("public-endpoint =", "public-endpoint = https://comments.example");
    let before = site.cfg();
    let code = site.ok(&["action", "run", "embed-code", "address=https://comments.example"]);
    assert!(code.contains(r#"data-isso="https://comments.example"#), "{code}");
    assert!(code.contains("https://comments.example/js/embed.min.js"), "{code}");
    assert_eq!(site.cfg(), before);
    site.refused(&["action", "run", "embed-code", "address=https://elsewhere.example"], 2);
}

#[test]
fn the_embed_code_is_refused_without_an_address() {
    let site = Site::new();
    let said = site.refused(&["action", "run", "embed-code", "address="], 1);
    assert!(said.contains("address"), "{said}");
}

#[test]
fn actions_speak_the_language_of_the_terminal() {
    let site = Site::new();
    let list = |locale: &str| {
        let output = site
            .command(&["action", "list", "--json"])
            .env("LC_ALL", locale)
            .output()
            .expect("issoctl runs");
        let actions: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        actions[0]["metadata"]["description"].as_str().map(str::to_owned)
    };
    assert_eq!(list("ja_JP.UTF-8"), list("en_US.UTF-8"), "English stands in");
    assert_ne!(list("de_DE.UTF-8"), list("en_US.UTF-8"));
}
