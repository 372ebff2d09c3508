//! Forms that are filled in on a terminal, and those that are given as JSON.

use isso_tests::{Site, Terminal, mail};

fn ask(site: &Site, action: &str) -> Terminal {
    Terminal::run(&site.command(&["action", "run", action]))
}

#[test]
fn a_form_is_asked_field_by_field_with_what_stands_there() {
    let site = Site::new();
    site.set_password();
    let mut terminal = ask(&site, "configure-server");
    terminal.answer("Moderation", "n");
    terminal.answer("Known email addresses need no approval", "\r");
    // What stands there can be edited: fifteen minutes become ten.
    terminal.answer("Time for corrections: 15m", "\u{7f}\u{7f}0m\r");
    terminal.answer("Discard unapproved comments after: 30d", "\r");
    terminal.answer("Gravatar pictures", "y");
    terminal.answer("List of the latest comments", "\r");
    terminal.answer("Protection from spam: Enforce", "\r");
    terminal.answer("Comments per minute: 2", "\u{7f}7\r");
    terminal.answer("Comments on one page: 3", "\r");
    terminal.answer("Name required", "\r");
    terminal.answer("Email address required", "\r");
    terminal.answer("Replies to oneself", "\r");
    let (code, said) = terminal.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("Server settings saved"), "{said}");
    let shown = site.json(&["config", "show"]);
    assert_eq!(shown["moderation"]["enabled"], "false");
    assert_eq!(shown["general"]["max-age"], "10m");
    assert_eq!(shown["general"]["gravatar"], "true");
    assert_eq!(shown["guard"]["ratelimit"], "7");
}

#[test]
fn a_wrong_answer_is_asked_for_again() {
    let site = Site::new();
    site.set_password();
    let mut terminal = ask(&site, "configure-server");
    terminal.answer("Moderation", "\r");
    terminal.answer("Known email addresses need no approval", "\r");
    terminal.answer("Time for corrections: 15m", "\u{7f}\r");
    terminal.wait_for("Enter numbers with a unit");
    terminal.answer("Time for corrections: 15", "h\r");
    terminal.answer("Discard unapproved comments after: 30d", "\r");
    terminal.wait_for("Gravatar pictures");
}

#[test]
fn a_list_is_asked_until_an_empty_line() {
    let site = Site::new();
    site.set_password();
    site.set_website("https://old.example");
    let mut terminal = ask(&site, "set-websites");
    terminal.answer("Websites 1: https://old.example", "\r");
    terminal.answer("Websites 2 (empty ends the list)", "http://public.example\r");
    terminal.answer("Websites 3 (empty ends the list)", "\r");
    terminal.wait_for("must begin with https://");
    terminal.answer("Websites 1: https://old.example", "\r");
    let erase = "\u{7f}".repeat("http://public.example".len());
    terminal.answer(
        "Websites 2: http://public.example",
        &format!("{erase}https://new.example\r"),
    );
    terminal.answer("Websites 3 (empty ends the list)", "\r");
    let (code, said) = terminal.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("https://old.example, https://new.example"), "{said}");
}

#[test]
fn a_password_is_asked_for_without_an_echo() {
    let site = Site::new();
    site.set_password();
    let mut terminal = ask(&site, "configure-smtp");
    // From the first choice, off, to the last one, a server of one's own; then the last provider.
    terminal.answer("Disabled", "\u{1b}[A\r");
    terminal.answer("Provider", "\u{1b}[A\r");
    terminal.answer("Host: ", "127.0.0.1\r");
    // The port is fixed for TLS, so it is not asked for.
    terminal.answer("Connection Security", "\r");
    terminal.answer("From Address: ", "isso@example.org\r");
    terminal.answer("Username: ", "isso\r");
    terminal.wait_for("Password");
    isso_tests::wait_for(|| (!terminal.echoes()).then_some(()), || "typed text is shown".into());
    terminal.answer("", "hunter2hunter2\r");
    terminal.answer("Recipient: ", "owner@example.org\r");
    terminal.answer("Notify about replies", "\r");
    let (code, said) = terminal.end();
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert!(site.cfg().contains("password = hunter2hunter2"));
}

#[test]
fn ctrl_c_changes_nothing_and_leaves_the_terminal_as_it_was() {
    let site = Site::new();
    site.set_password();
    let before = site.cfg();
    let mut terminal = ask(&site, "configure-server");
    terminal.answer("Moderation", "n");
    terminal.answer("Known email addresses need no approval", "\r");
    terminal.answer("Time for corrections: 15m", "\u{3}");
    terminal.wait_for("\u{1b}[?25h");
    terminal.wait_for("nothing was changed");
    let (code, said) = terminal.end();
    assert_eq!(code, 1, "{said}");
    assert_eq!(site.cfg(), before);
}

#[test]
fn ctrl_c_at_a_password_shows_again_what_is_typed() {
    let site = Site::new();
    site.set_password();
    let saved = site.fill_in("configure-smtp", &mail("hunter2hunter2"));
    assert!(saved.status.success(), "{saved:#?}");
    let before = site.cfg();
    let mut terminal = ask(&site, "configure-smtp");
    for question in [
        "Disabled",
        "Provider",
        "Host: ",
        "Connection Security",
        "Port",
        "From Address: ",
        "Username: ",
    ] {
        terminal.answer(question, "\r");
    }
    terminal.wait_for("Password (empty keeps the present one)");
    isso_tests::wait_for(|| (!terminal.echoes()).then_some(()), || "typed text is shown".into());
    terminal.answer("", "\u{3}");
    terminal.wait_for("nothing was changed");
    assert!(terminal.echoes());
    assert_eq!(terminal.end().0, 1);
    assert_eq!(site.cfg(), before);
}

#[test]
fn inline_json_is_a_form_and_a_password_in_it_is_refused() {
    let site = Site::new();
    site.set_password();
    let websites = r#"{"websites": ["https://a.example"]}"#;
    site.ok(&["action", "run", "set-websites", "--input", websites]);
    assert!(site.cfg().contains("https://a.example"));
    let before = site.cfg();
    let secret = mail("hunter2hunter2").to_string();
    let said = site.refused(&["action", "run", "configure-smtp", "--input", &secret], 2);
    assert!(said.contains("--input FILE") && said.contains("--input -"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    assert_eq!(site.cfg(), before);
    site.ok(&["action", "run", "configure-smtp", "--input", &mail("").to_string()]);
}

#[test]
fn a_misspelt_field_is_answered_with_the_right_one() {
    let site = Site::new();
    let run = |words: &[&str]| site.refused(&[&["action", "run"], words].concat(), 2);
    assert!(run(&["configure-server", "maxage=1h"]).contains("did you mean `maxAge`?"));
    assert!(run(&["set-website", "websites="]).contains("did you mean `set-websites`?"));
    let input = ["set-websites", "--input", r#"{"website": []}"#];
    assert!(run(&input).contains("did you mean `websites`?"));
    assert!(run(&["set-websites", "--input", "missing.json"]).contains("--input '{"));
}

#[test]
fn an_action_takes_what_it_shows() {
    let site = Site::new();
    site.set_password();
    for action in [
        "set-websites",
        "set-public-address",
        "configure-server",
        "configure-smtp",
        "configure-feed",
        "configure-formatting",
        "set-reverse-proxies",
    ] {
        let shown = site.json(&["action", "show", action, "--reveal"]);
        let saved = site.fill_in(action, &shown["prefill"]);
        assert!(saved.status.success(), "{action}: {saved:#?}");
    }
}

#[test]
fn the_embed_code_takes_the_only_address() {
    let site = Site::new();
    site.set_password();
    let said = site.refused(&["action", "run", "embed-code"], 1);
    assert!(said.contains("set-public-address") && said.contains("up`"), "{said}");
    site.ok(&[
        "action",
        "run",
        "set-public-address",
        "address=https://comments.example",
    ]);
    let code = site.ok(&["action", "run", "embed-code"]);
    assert!(code.contains("https://comments.example/js/embed.min.js"), "{code}");
    let mut up = site.up(&[]);
    up.wait_for_line("Isso serves");
    let said = site.refused(&["action", "run", "embed-code"], 2);
    assert!(said.contains("action show embed-code"), "{said}");
    assert!(site.ok(&["action", "show", "embed-code"]).contains(&up.url()));
    let mut terminal = ask(&site, "embed-code");
    terminal.answer("Address of this server", "\u{1b}[B\r");
    terminal.answer("Page id", "\r");
    terminal.answer("Page title", "Tom & Jerry\r");
    let (code, said) = terminal.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("{}/js/embed.min.js", up.url())), "{said}");
    assert!(
        said.contains(r#"data-title="Tom &amp; Jerry""#) && !said.contains("data-isso-id"),
        "{said}"
    );
}
