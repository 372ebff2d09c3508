//! The websites that may show comments.

use isso_actions::Action;
use serde_json::json;

use crate::Fixture;

const EMPTY: [&str; 0] = [];

/// Enters websites into a volume with this `host`, and returns what the file and the form have then.
fn check(host: &str, typed: &[&str], lines: &[&str], shown: &[&str]) {
    let fixture = Fixture::with_cfg(&format!("[general]\nhost = {host}\n[admin]\npassword = x\n"));
    fixture.run(Action::SetWebsites, &json!({ "websites": typed })).unwrap();
    assert_eq!(
        fixture.contents().cfg.read_lines(&isso_cfg::keys::HOST),
        lines,
        "{typed:?}"
    );
    assert_eq!(
        fixture.prefill(Action::SetWebsites),
        json!({ "websites": shown }),
        "{typed:?}"
    );
}

#[test]
fn origins_are_normalised_and_each_is_kept_once() {
    check(
        "localhost",
        &[
            "https://Blog.Example.com/",
            " https://bücher.example:443 ",
            "https://blog.example.com",
            "  ",
        ],
        &["https://blog.example.com", "https://xn--bcher-kva.example", "localhost"],
        &["https://blog.example.com", "https://xn--bcher-kva.example"],
    );
}

#[test]
fn http_is_for_local_addresses() {
    check(
        "localhost",
        &["http://localhost:1313", "http://192.168.1.5", "https://[::1]"],
        &[
            "http://localhost:1313",
            "http://192.168.1.5",
            "https://[::1]",
            "localhost",
        ],
        &["http://localhost:1313", "http://192.168.1.5", "https://[::1]"],
    );
}

#[test]
fn the_placeholder_stays_last_and_out_of_sight() {
    check("localhost", &EMPTY, &["localhost"], &EMPTY);
    check("https://a.example", &EMPTY, &["localhost"], &EMPTY);
    check("localhost", &["http://localhost"], &["localhost"], &EMPTY);
    check(
        "\n localhost\n https://a.example",
        &["https://b.example", "https://a.example"],
        &["https://b.example", "https://a.example", "localhost"],
        &["https://b.example", "https://a.example"],
    );
}

#[test]
fn an_entry_written_by_hand_is_shown_and_may_stay() {
    let host = "\n    blog.example.org\n    http://old.example.org/path\n    https://*.example.org\n    localhost";
    let shown = [
        "http://blog.example.org",
        "http://old.example.org",
        "https://*.example.org",
    ];
    let fixture = Fixture::with_cfg(&format!("[general]\nhost ={host}\n[admin]\npassword = x\n"));
    let before = fixture.cfg();
    let input = fixture.prefill(Action::SetWebsites);
    assert_eq!(input, json!({ "websites": shown }));
    let done = fixture.run(Action::SetWebsites, &input).unwrap();
    assert_eq!(
        (done.settings_changed, fixture.cfg()),
        (false, before),
        "saving what is there changes nothing"
    );
    check(
        host,
        &["https://new.example", shown[0], shown[1], shown[2]],
        &["https://new.example", shown[0], shown[1], shown[2], "localhost"],
        &["https://new.example", shown[0], shown[1], shown[2]],
    );
}

#[test]
fn other_settings_and_comments_are_left_alone() {
    let text = "# mine\n[general]\ndbpath = /db/comments.db\nhost = localhost\ngravatar: yes\n\n[admin]\nenabled=on\npassword=a%b#c\n";
    let fixture = Fixture::with_cfg(text);
    assert_eq!(fixture.cfg(), text);
    let done = fixture
        .run(Action::SetWebsites, &json!({ "websites": ["https://a.example"] }))
        .unwrap();
    assert!(done.settings_changed);
    let lines = "host =\n    https://a.example\n    localhost";
    assert_eq!(
        fixture.cfg().replace("host = \n", "host =\n"),
        text.replace("host = localhost", lines)
    );
}

#[test]
fn the_same_list_again_is_no_change() {
    let fixture = Fixture::new();
    let input = json!({ "websites": ["https://a.example", "https://b.example"] });
    assert!(fixture.run(Action::SetWebsites, &input).unwrap().settings_changed);
    assert!(!fixture.run(Action::SetWebsites, &input).unwrap().settings_changed);
}

#[test]
fn so_many_websites_that_a_start_takes_minutes_are_not_taken() {
    let names = |count: usize| -> Vec<String> {
        let names = (0..count).map(|number| format!("https://blog-{number}.example"));
        names.collect()
    };
    let fixture = Fixture::with_cfg("[general]\nhost = localhost\n[admin]\npassword = x\n");
    let run = |count| fixture.run(Action::SetWebsites, &json!({ "websites": names(count) }));
    run(isso_cfg::MOST_WEBSITES).unwrap();
    let before = fixture.contents().cfg;
    let error = run(isso_cfg::MOST_WEBSITES + 1).unwrap_err();
    for language in isso_actions::Language::ALL {
        let said = error.localized(language);
        assert!(said.contains("100"), "{said}");
    }
    assert_eq!(fixture.contents().cfg, before);
    // A person may have written more of them into the file. The form shows them as they stand.
    let file = format!(
        "[general]\nhost =\n  {}\n[admin]\npassword = x\n",
        names(150).join("\n  ")
    );
    let fixture = Fixture::with_cfg(&file);
    let shown = fixture.prefill(Action::SetWebsites);
    assert_eq!(shown["websites"].as_array().unwrap().len(), 150);
}
