//! Golden files of what people read: metadata and forms in every language, every error in English.

use std::io;
use std::path::PathBuf;

use isso_actions::{Action, ActionError, Form, HostInfo, InputError, InputProblem, Language};
use isso_cfg::{
    Code, Diagnostic, Document, EditError, Origin, PublicAddress, Secret, Severity, StoreError, Timedelta, ValueFault,
    VolumeError,
};
use isso_database::{DatabaseError, RenewalError};
use serde_json::{Map, Value, json};

use crate::{Fixture, system_smtp};

#[test]
fn metadata_and_forms() {
    let fixture = Fixture::with_cfg("[general]\nhost = localhost\n[admin]\nenabled = true\npassword = set\n");
    let host_info = HostInfo {
        system_smtp: Some(system_smtp()),
        addresses: vec!["https://comments.example.com".into(), "http://192.168.1.2:8080".into()],
        ..HostInfo::default()
    };
    for language in Language::ALL {
        let actions: Map<String, Value> = Action::ALL
            .iter()
            .map(|action| {
                let metadata = action.metadata(language, &fixture.contents());
                let shown = json!({ "metadata": metadata, "form": action.form(language, &host_info) });
                (action.id().to_owned(), shown)
            })
            .collect();
        insta::assert_json_snapshot!(format!("actions_{}", language.tag()), actions);
    }
}

#[test]
fn results() {
    let mut fixture = Fixture::new();
    fixture.host_info.addresses.push("https://comments.example.com".into());
    let shown = |action: Action, input: Value| {
        let mut result = json!(fixture.run(action, &input).unwrap().result);
        if action == Action::SetAdminPassword {
            result["result"]["value"] = json!("(random)");
        }
        result
    };
    let results = [
        shown(
            Action::SetWebsites,
            json!({ "websites": ["https://a.example", "https://b.example"] }),
        ),
        shown(Action::SetWebsites, json!({ "websites": [] })),
        shown(
            Action::SetPublicAddress,
            json!({ "address": "https://Comments.example.com/" }),
        ),
        shown(Action::SetPublicAddress, json!({ "address": "" })),
        shown(Action::ConfigureServer, fixture.prefill(Action::ConfigureServer)),
        shown(Action::ConfigureSmtp, fixture.prefill(Action::ConfigureSmtp)),
        shown(
            Action::ConfigureFeed,
            json!({ "enabled": true, "base": "https://a.example", "limit": 50 }),
        ),
        shown(
            Action::ConfigureFeed,
            json!({ "enabled": false, "base": null, "limit": 50 }),
        ),
        shown(
            Action::SetReverseProxies,
            json!({ "proxies": ["192.0.2.1", "2001:db8::1"] }),
        ),
        shown(Action::SetReverseProxies, json!({ "proxies": [] })),
        shown(
            Action::ConfigureFormatting,
            fixture.prefill(Action::ConfigureFormatting),
        ),
        shown(Action::SetAdminPassword, Value::Null),
        shown(Action::SignOutEverywhere, Value::Null),
        {
            fixture.make_database();
            shown(Action::SignOutEverywhere, Value::Null)
        },
        shown(Action::EmbedCode, json!({ "address": "https://comments.example.com" })),
        shown(Action::EmbedCode, json!({ "pageId": "post-1", "pageTitle": "Post 1" })),
    ];
    insta::assert_json_snapshot!(results);
}

/// Every problem of a field.
fn problems() -> Vec<InputProblem> {
    let origin = |text: &str| InputProblem::Origin(Origin::parse(text).unwrap_err());
    let address = |text: &str| InputProblem::PublicAddress(PublicAddress::parse(text).unwrap_err());
    let duration = |text: &str| InputProblem::Duration(Timedelta::parse(text).unwrap_err());
    let secret = |text: &str| InputProblem::Secret(Secret::parse_smtp(text).unwrap_err());
    vec![
        InputProblem::Missing,
        InputProblem::NotAText,
        InputProblem::NotANumber,
        InputProblem::NotWhole,
        InputProblem::NotASwitch,
        InputProblem::NotAList,
        InputProblem::NotAChoice(vec!["a".into(), "b".into()]),
        InputProblem::Unavailable("System Credentials".into()),
        InputProblem::Fixed("smtp.gmail.com".into()),
        InputProblem::ControlCharacter,
        InputProblem::TooShort { min: 2 },
        InputProblem::TooLong { max: 2 },
        InputProblem::TooSmall { min: 1 },
        InputProblem::TooLarge { max: 60 },
        InputProblem::TooFew { min: 1 },
        InputProblem::TooMany { max: 9 },
        InputProblem::Pattern("What the form says.".into()),
        InputProblem::PublicHttp(Origin::parse("http://blog.example.com").unwrap()),
        InputProblem::PublicHttpAddress(PublicAddress::parse("http://example.com/isso").unwrap()),
        address("https://example.com?x"),
        address("https://example.com#x"),
        address("https://example.com//isso"),
        address("comments.example.com"),
        InputProblem::PageNeedsTitle,
        InputProblem::HostName,
        InputProblem::Email,
        InputProblem::ProxyNetwork("10.0.0.0/8".into()),
        InputProblem::ProxyPort("192.0.2.1".parse().unwrap()),
        InputProblem::ProxyAddress("proxy.example.org".into()),
        InputProblem::NoRecipient,
        origin(""),
        origin("blog.example.com"),
        origin("ftp://example.com"),
        origin("https://me@example.com"),
        origin("https://*.example.com"),
        origin("https://example.com/blog"),
        origin("https://example.com?x"),
        origin("https://example.com#x"),
        origin("https://example.com:99999"),
        origin("https://exa mple.com"),
        origin("http://[::1]:8080"),
        duration(""),
        duration("15"),
        duration("1 year"),
        duration("1m 2m"),
        duration("soon"),
        duration("0m"),
        duration("9999999w"),
        secret(""),
        secret(" x"),
        secret("x\ny"),
        secret("x$ISSO_Y"),
        secret("pässword"),
    ]
}

fn volume_errors() -> Vec<VolumeError> {
    let path = || PathBuf::from("/data/x");
    let source = || io::Error::from(io::ErrorKind::PermissionDenied);
    let syntax = |text: &str| Document::parse(text).unwrap_err();
    let unlisted = Diagnostic {
        severity: Severity::Warning,
        code: Code::UnknownKey,
        line: 1,
        column: 2,
        text: "x".into(),
        message: "as the parser says it".into(),
        fix: String::new(),
    };
    let diagnostics = [
        syntax("\u{feff}[a]\n"),
        syntax("x = 1\n"),
        syntax("[a]\n[a]\n"),
        syntax("[a]\nx = 1\nx = 2\n"),
        syntax("[a]\n= 1\n"),
        syntax("[a]\nx\n  y\n"),
        Document::from_bytes(b"\xff").unwrap_err(),
        vec![unlisted],
    ];
    let invalid = diagnostics.into_iter().map(|diagnostics| VolumeError::Invalid {
        path: path(),
        diagnostics,
    });
    let edit = EditError::Key { key: "x".into() };
    [
        VolumeError::Folder {
            path: path(),
            source: source(),
        },
        VolumeError::Lock {
            path: path(),
            source: source(),
        },
        VolumeError::Read {
            path: path(),
            source: source(),
        },
        VolumeError::Write {
            path: path(),
            source: source(),
        },
        VolumeError::SetAside {
            path: path(),
            source: source(),
        },
        VolumeError::Missing { path: path() },
        VolumeError::CutOff { path: path() },
        VolumeError::Store {
            path: path(),
            source: StoreError::NotAnObject,
        },
        VolumeError::Enforce { source: edit },
    ]
    .into_iter()
    .chain(invalid)
    .collect()
}

fn session_key_errors() -> Vec<RenewalError> {
    let path = || PathBuf::from("/data/db/comments.db");
    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
    vec![
        RenewalError::Database(DatabaseError::Missing {
            database: path(),
            marker: path(),
        }),
        RenewalError::Database(DatabaseError::NotIsso {
            database: path(),
            lacks: "comments",
        }),
        RenewalError::Write {
            database: path(),
            source: rusqlite::Error::SqliteFailure(busy, None),
        },
        RenewalError::Unnoticed {
            path: path(),
            source: io::ErrorKind::StorageFull.into(),
        },
    ]
}

#[test]
fn errors() {
    let field = |problem| InputError {
        path: "a.b".into(),
        label: "Field".into(),
        problem,
    };
    let (section, key) = ("general".to_owned(), "host".to_owned());
    let mut errors = vec![
        ActionError::UnknownAction("x".into()),
        ActionError::NoSystemSmtp,
        ActionError::NoAddress,
        ActionError::NoMail,
        ActionError::NoSender,
        ActionError::Misaka,
        ActionError::RefusedByIsso("ModuleNotFoundError: No module named 'my_site'".into()),
        ActionError::Mismatch,
        ActionError::Edit(EditError::Value {
            section: section.clone(),
            key: key.clone(),
            fault: ValueFault::EmptyLastLine,
        }),
        ActionError::Edit(EditError::ReadBack { section, key }),
    ];
    errors.extend(
        problems()
            .into_iter()
            .map(|problem| ActionError::Input(vec![field(problem)])),
    );
    errors.extend(volume_errors().into_iter().map(ActionError::Volume));
    errors.extend(session_key_errors().into_iter().map(ActionError::SessionKey));
    let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
    insta::assert_json_snapshot!(said);
    for language in Language::ALL {
        for error in &errors {
            let said = error.localized(language);
            assert!(!said.is_empty() && !said.contains("%{"), "{language:?}: {said}");
        }
    }
}

/// `regex_lite` understands the pattern of every form.
#[test]
fn patterns_compile() {
    fn patterns(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("regex").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| patterns(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| patterns(value, found)),
            _ => {}
        }
    }
    let forms: Vec<Form> = Action::ALL
        .iter()
        .filter_map(|action| action.form(Language::English, &HostInfo::default()))
        .collect();
    let mut found = Vec::new();
    patterns(&json!(forms), &mut found);
    assert!(found.len() > 4);
    for pattern in found {
        assert!(regex_lite::Regex::new(&pattern).is_ok(), "{pattern}");
    }
}
