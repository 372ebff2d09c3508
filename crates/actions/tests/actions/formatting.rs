//! What visitors may write.

use isso_actions::{Action, Language, Rendered};
use serde_json::{Value, json};

use crate::Fixture;

/// The form as it stands, with some switches set.
fn with(fixture: &Fixture, switches: &[(&str, bool)]) -> Value {
    let mut input = fixture.prefill(Action::ConfigureFormatting);
    for (name, is_on) in switches {
        assert!(input[name].is_boolean(), "{name}");
        input[name] = json!(is_on);
    }
    input
}

fn save(fixture: &Fixture, switches: &[(&str, bool)]) {
    let input = with(fixture, switches);
    fixture.run(Action::ConfigureFormatting, &input).unwrap();
}

fn check(fixture: &Fixture, plugins: &str, elements: &str, attributes: &str) {
    let get = |section, key| fixture.get(section, key).unwrap_or_default();
    assert_eq!(get("markup.mistune", "plugins"), plugins);
    assert_eq!(get("markup", "allowed-elements"), elements);
    assert_eq!(get("markup", "allowed-attributes"), attributes);
}

#[test]
fn the_form_shows_issos_own_settings_first_and_saving_them_changes_nothing() {
    let fixture = Fixture::new();
    let shown = fixture.prefill(Action::ConfigureFormatting);
    let form = Action::ConfigureFormatting.form(Language::English, &fixture.host_info);
    assert_eq!(shown, json!(form.unwrap().defaults()));
    let on: Vec<_> = shown
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, on)| **on == true)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(on, ["strikethrough", "subscript", "superscript", "hardWrap"]);
    let before = (fixture.cfg(), fixture.contents());
    let done = fixture.run(Action::ConfigureFormatting, &shown).unwrap();
    assert!(!done.settings_changed);
    assert_eq!((fixture.cfg(), fixture.contents()), before);
}

#[test]
fn a_plugin_comes_with_its_html_and_goes_with_it() {
    let fixture = Fixture::new();
    save(
        &fixture,
        &[("tables", true), ("taskLists", true), ("abbreviations", true)],
    );
    let plugins = "strikethrough, subscript, superscript, table, task_lists, abbr";
    check(&fixture, plugins, "tr, input, abbr", "type, checked, disabled, title");
    save(
        &fixture,
        &[("taskLists", false), ("superscript", false), ("hardWrap", false)],
    );
    check(&fixture, "strikethrough, subscript, table, abbr", "tr, abbr", "title");
    assert_eq!(fixture.get("markup.mistune", "parameters").as_deref(), Some("escape"));
    let off = [
        ("tables", false),
        ("abbreviations", false),
        ("strikethrough", false),
        ("subscript", false),
    ];
    save(&fixture, &off);
    check(&fixture, "", "", "");
    save(&fixture, &[("hardWrap", true)]);
    assert_eq!(
        fixture.get("markup.mistune", "parameters").as_deref(),
        Some("escape, hard_wrap")
    );
}

#[test]
fn what_a_person_wrote_stays() {
    let cfg = "[general]\nhost = localhost\n[markup]\nallowed-elements = mark, kbd\nallowed-attributes = title\n\
               [markup.mistune]\nplugins = math, spoiler, my_site.plugins.emoji, url\nparameters = hard_wrap\n";
    let fixture = Fixture::with_cfg(cfg);
    save(
        &fixture,
        &[("highlights", true), ("abbreviations", true), ("links", false)],
    );
    let plugins = "math, spoiler, my_site.plugins.emoji, abbr, mark";
    check(&fixture, plugins, "mark, kbd, abbr", "title");
    save(&fixture, &[("highlights", false), ("abbreviations", false)]);
    check(&fixture, "math, spoiler, my_site.plugins.emoji", "mark, kbd", "title");
    assert!(fixture.cfg().contains("\nparameters = hard_wrap\n"));
}

#[test]
fn the_mail_server_is_still_selected_afterwards() {
    let fixture = Fixture::new();
    let before = fixture.contents().store.smtp().clone();
    save(&fixture, &[("tables", true)]);
    assert_eq!(fixture.contents().store.smtp(), &before);
}

#[test]
fn misaka_knows_nothing_of_this() {
    let fixture = Fixture::with_cfg("[general]\nhost = localhost\n[markup]\nrenderer = misaka\n");
    let said = fixture.refused(Action::ConfigureFormatting, &with(&fixture, &[("tables", true)]));
    assert!(said.contains("Write mistune"), "{said}");
}

#[test]
fn a_preview_holds_the_sections_of_formatting_alone() {
    let fixture = Fixture::with_cfg("[general]\nhost = localhost\n[admin]\nenabled = true\npassword = hunter2\n");
    let before = (fixture.cfg(), fixture.contents());
    let input = with(&fixture, &[("tables", true)]);
    let action = Action::ConfigureFormatting;
    let preview = action
        .preview(&fixture.contents(), Language::English, &input)
        .unwrap()
        .unwrap();
    assert_eq!((fixture.cfg(), fixture.contents()), before, "a preview saves nothing");
    assert!(
        preview
            .settings
            .contains("plugins = strikethrough, subscript, superscript, table\n")
    );
    assert!(preview.settings.contains("allowed-elements = tr\n"));
    assert!(!preview.settings.contains("hunter2"), "{}", preview.settings);
    assert!(preview.comment.contains("| A | B |"));
    let mut result = fixture.run(action, &input).unwrap().result;
    preview.show(&mut result, &Rendered::NotInstalled, Language::English);
    assert!(result.message.as_ref().unwrap().contains("no preview"));
    preview.show(&mut result, &Rendered::Html("<p>html</p>".into()), Language::English);
    assert!(result.value().unwrap().ends_with("<p>html</p>"));
}
