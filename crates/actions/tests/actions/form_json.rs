//! The forms of the actions as the API sends them: read back, they are the same forms and check the same inputs.

use isso_actions::{Action, Form, HostInfo, Language, Metadata};
use serde_json::{Value, json};

use crate::{Fixture, system_smtp};

fn host_infos() -> [HostInfo; 3] {
    let full = HostInfo {
        system_smtp: Some(system_smtp()),
        addresses: vec!["https://a.example".into(), "http://192.168.1.2:8080".into()],
        ..HostInfo::default()
    };
    let assigned = HostInfo {
        assigns_addresses: true,
        public_address: "https://elsewhere.example".into(),
        ..full.clone()
    };
    [HostInfo::default(), full, assigned]
}

/// Serialises a value, reads it back, and shows that nothing is lost on the way.
fn read_back<T>(value: &T) -> T
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let text = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&text).unwrap();
    assert_eq!(&read, value);
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    read
}

#[test]
fn every_form_and_metadata_is_read_back_as_it_was_sent() {
    let contents = Fixture::new().contents();
    for (action, language) in Action::ALL
        .into_iter()
        .flat_map(|it| Language::ALL.map(|language| (it, language)))
    {
        let _: Metadata = read_back(&action.metadata(language, &contents));
        for info in host_infos() {
            let _: Option<Form> = read_back(&action.form(language, &info));
        }
    }
}

/// The fields that a person sets on the command line, on top of the defaults.
fn assignments(action: Action) -> &'static [&'static str] {
    match action {
        Action::SetWebsites => &["websites=https://a.example", "websites=https://b.example"],
        Action::SetPublicAddress => &["address=https://a.example"],
        Action::ConfigureServer => &[
            "maxAge=2h",
            "gravatar=yes",
            "guard.ratelimit=3",
            "guard.requireEmail=on",
        ],
        Action::ConfigureSmtp => &[
            "to=you@example.com",
            "smtp.selection=custom",
            "smtp.value.provider.selection=other",
            "smtp.value.provider.value.host=mail.example.com",
            "smtp.value.provider.value.security.selection=starttls",
            "smtp.value.provider.value.security.value.port=25",
            "smtp.value.provider.value.from=me@example.com",
            "smtp.value.provider.value.username=me",
        ],
        Action::SendTestEmail => &["to=Else <else@example.com>"],
        Action::ConfigureFeed => &["enabled=yes", "base=https://a.example", "limit=9"],
        Action::ConfigureFormatting => &["tables=yes", "strikethrough=no", "hardWrap=off"],
        Action::SetReverseProxies => &["proxies=192.0.2.1", "proxies=2001:db8::1"],
        Action::SetAdminPassword | Action::SignOutEverywhere => &[],
        Action::EmbedCode => &["address=http://192.168.1.2:8080"],
        Action::CheckEmbedding => &["page=https://a.example/post/"],
    }
}

/// Does what the command line does with each action: it reads the form that the API sends, fills in the defaults and
/// `FIELD=VALUE`, and checks the input. Then it checks and runs the action as the host does.
#[test]
fn every_action_takes_its_defaults_with_fields_assigned() {
    let [_, full, assigned] = host_infos();
    for (action, info) in Action::ALL
        .into_iter()
        .flat_map(|action| [(action, &full), (action, &assigned)])
    {
        let mut fixture = Fixture::new();
        fixture.host_info = info.clone();
        if action == Action::SendTestEmail {
            fixture.write_cfg("[general]\nhost = localhost\nnotify = smtp\n[smtp]\nfrom = me@example.com\n");
        }
        let sent = action.form(Language::English, info);
        let form = read_back(&sent).unwrap_or_default();
        let fields: Vec<_> = assignments(action).iter().map(ToString::to_string).collect();
        let input = form.assign(json!(form.defaults()), &fields).unwrap();
        assert_eq!(form.check_names(&input), Ok(()), "{action:?}");
        let checked = form.check(&input).unwrap();
        for path in fields.iter().filter_map(|field| field.split('=').next()) {
            let pointer = format!("/{}", path.replace('.', "/"));
            assert_eq!(checked.pointer(&pointer), input.pointer(&pointer), "{action:?} {path}");
        }
        let walked: Vec<_> = form.walk(&input).into_iter().map(|filled| filled.path).collect();
        for path in fields.iter().filter_map(|field| field.split('=').next()) {
            let path = path.strip_suffix(".selection").unwrap_or(path);
            assert!(walked.iter().any(|known| known == path), "{path}: {walked:?}");
        }
        let contents = fixture.contents();
        let verdict = action.check(&contents, info, Language::English, &input);
        assert!(verdict.is_ok(), "{action:?}: {verdict:?}");
        let done = fixture.run(action, &input);
        assert!(done.is_ok(), "{action:?}: {done:?}");
    }
}

#[test]
fn an_input_that_is_wrong_is_refused_alike_at_both_ends() {
    let [_, _, info] = host_infos();
    let wrong = json!({
        "websites": [1],
        "maxAge": "soon",
        "guard": { "ratelimit": 61 },
        "smtp": { "selection": "pigeon" },
        "enabled": "yes",
        "tables": "yes",
        "proxies": 1,
        "address": "https://c.example",
        "page": "c.example",
    });
    for action in Action::ALL {
        let Some(form) = action.form(Language::German, &info) else {
            continue;
        };
        let here = read_back(&form).check(&wrong).unwrap_err();
        assert_eq!(form.check(&wrong), Err(here));
    }
}

#[test]
fn a_form_that_nothing_here_understands_is_not_read() {
    let [info, ..] = host_infos();
    let check = |pointer: &str, wrong: Value, words: &str| {
        let mut form = json!(Action::SetWebsites.form(Language::English, &info));
        *form.pointer_mut(pointer).unwrap() = wrong;
        let error = serde_json::from_value::<Form>(form).unwrap_err().to_string();
        assert!(error.contains(words), "{pointer}: {error}");
    };
    check("/websites/type", json!("pigeon"), "unknown variant `pigeon`");
    check("/websites/disabled", json!(true), "disabled for a reason");
    check("/websites/spec/patterns/0/regex", json!("("), "open group");
    check("/websites/maxLength", json!(-1), "invalid value");
    check("", json!([]), "an object");
}
