//! Prepares volumes of many kinds, so that Isso can run on them.

use std::fs;

use isso_cfg::{Code, Contents, Environment, Note, Severity, Store, VolumeError, keys};

use super::*;

#[test]
fn a_fresh_volume_is_seeded() {
    let (_folder, volume) = volume();
    let prepared = volume.prepare().unwrap();
    assert!(!prepared.usable_password);
    assert!(prepared.notes.contains(&Note::Seeded {
        path: volume.config_path()
    }));
    for path in [volume.config_path(), store(&volume)] {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }
    assert_eq!(mode(volume.db_path().parent().unwrap()), 0o700);
    assert!(!volume.db_path().exists(), "the database is Isso's");
    assert_eq!(
        text(store(&volume)),
        "{\"smtp\":{\"selection\":\"disabled\",\"value\":{}}}\n"
    );

    let contents = volume.read().unwrap();
    assert_eq!(contents.store, Store::default());
    assert_eq!(contents.cfg.read_text(&keys::DBPATH), DBPATH);
    assert_eq!(contents.cfg.read_bool(&keys::ADMIN_ENABLED), Some(true));
    assert_eq!(contents.cfg.read_lines(&keys::HOST), ["localhost"]);
    let worst = volume.check().unwrap();
    assert!(worst.iter().all(|found| found.code == Code::EmptyPassword), "{worst:?}");
}

#[test]
fn the_path_of_the_database_is_the_one_given() {
    let folder = quick_folder();
    let volume = Volume::new(folder.path(), "/somewhere/else.db");
    volume.prepare().unwrap();
    assert!(text(volume.config_path()).contains("\ndbpath = /somewhere/else.db\n"));
}

#[test]
fn a_good_file_is_not_touched() {
    let (_folder, volume) = volume_with(FINE);
    let before = (identity(volume.config_path()), identity(store(&volume)));
    let prepared = volume.prepare().unwrap();
    assert_eq!(prepared.notes, []);
    assert!(prepared.usable_password);
    assert_eq!((identity(volume.config_path()), identity(store(&volume))), before);
    assert_eq!(text(volume.config_path()), FINE);
}

#[test]
fn a_password_is_usable_if_it_is_there_and_not_the_public_one() {
    let check = |line: &str, expected: bool| {
        let text = format!("[general]\nhost = localhost\n[admin]\nenabled = yes\n{line}\n");
        let (_folder, volume) = volume_with(&text);
        assert_eq!(volume.has_usable_password().unwrap(), expected, "{line}");
        assert_eq!(volume.prepare().unwrap().usable_password, expected, "{line}");
    };
    check("password = hunter2", true);
    check("password: please_choose_a_strong_password", false);
    check("password = strong-password", false);
    check("password = $ADMIN_PASSWORD", false);
    check("password =", false);
    check("password", false);
    check("", false);
    check("[DEFAULT]\npassword = hunter2", false);

    let (_folder, volume) = volume();
    assert!(
        !volume.has_usable_password().unwrap(),
        "without a file there is no password"
    );
    assert!(names(volume.root()).is_empty(), "looking writes nothing");
}

#[test]
fn an_empty_file_is_seeded() {
    for empty in ["", "\n \r\n"] {
        let (_folder, volume) = volume_with(empty);
        let prepared = volume.prepare().unwrap();
        assert_eq!(
            prepared.notes[0],
            Note::Seeded {
                path: volume.config_path()
            }
        );
        assert_eq!(
            volume.read().unwrap().cfg.read_bool(&keys::MODERATION_ENABLED),
            Some(true)
        );
        assert_eq!(names(volume.root().join("config")), ["isso.cfg"]);
    }
}

#[test]
fn enforced_keys_are_put_right() {
    let (_folder, volume) =
        volume_with("[general]\nhost = localhost\ndbpath=/tmp/x\n[admin]\npassword =\nenabled = off\n");
    let codes: Vec<Code> = volume.check().unwrap().iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::Enforced, Code::Enforced]);
    let prepared = volume.prepare().unwrap();
    let enforced = [&keys::DBPATH, &keys::ADMIN_ENABLED].map(|key| Note::Enforced { key });
    assert_eq!(prepared.notes, enforced);
    let expected = "[general]\nhost = localhost\ndbpath=/db/comments.db\n[admin]\npassword =\nenabled = true\n";
    assert_eq!(text(volume.config_path()), expected);
    assert_eq!(
        names(volume.root().join("config")),
        ["isso.cfg"],
        "nothing was rejected"
    );
}

#[test]
fn the_password_of_a_file_that_had_the_panel_off_is_taken_out() {
    for admin in [
        "enabled = false\npassword = hunter2",
        "password = hunter2",
        "enabled = maybe\npassword = hunter2",
        "enabled\npassword = hunter2",
    ] {
        let before = format!("[general]\nhost = localhost\ndbpath = /db/comments.db\n[admin]\n{admin}\n");
        let (_folder, volume) = volume_with(&before);
        let told = volume.check().unwrap();
        let told = told.iter().map(|found| found.code);
        assert!(told.clone().any(|code| code == Code::UntrustedPassword), "{admin}");
        assert!(!volume.has_usable_password().unwrap(), "{admin}");
        let prepared = volume.prepare().unwrap();
        assert!(!prepared.usable_password, "{admin}");
        let path = volume.config_path();
        let rejected = beside(&path, "rejected");
        let notes = [
            Note::PasswordTakenOut { path: path.clone() },
            Note::Enforced {
                key: &keys::ADMIN_ENABLED,
            },
            Note::SetAside {
                path: path.clone(),
                kept: rejected.clone(),
            },
        ];
        assert_eq!(prepared.notes, notes, "{admin}");
        assert_eq!(text(rejected), before, "nothing that was typed is lost");
        let cfg = volume.read().unwrap().cfg;
        assert_eq!(cfg.read_bool(&keys::ADMIN_ENABLED), Some(true));
        assert_eq!(cfg.read_text(&keys::ADMIN_PASSWORD), "");
        let again = volume.prepare().unwrap();
        assert!(!again.usable_password && again.notes.is_empty(), "{admin}");
        // A password that is set now is trusted.
        let set = |contents: &mut Contents| {
            contents.cfg.write_text(&keys::ADMIN_PASSWORD, "chosen")?;
            Ok::<_, Box<dyn std::error::Error>>(())
        };
        volume.update(set).unwrap();
        assert!(volume.prepare().unwrap().usable_password, "{admin}");
    }
}

#[test]
fn a_password_that_was_in_force_with_the_panel_on_stays_when_it_is_turned_on_again() {
    let (_folder, volume) = volume_with(FINE);
    volume.remember(&volume.read().unwrap().cfg).unwrap();
    put(&volume.config_path(), FINE.replace("yes", "no"));
    assert!(volume.has_usable_password().unwrap());
    assert!(volume.prepare().unwrap().usable_password);
    assert_eq!(text(volume.config_path()), FINE.replace("yes", "true"));
    put(
        &volume.config_path(),
        FINE.replace("yes", "no").replace("hunter2", "other"),
    );
    assert!(!volume.prepare().unwrap().usable_password);
}

#[test]
fn a_value_that_names_a_variable_is_judged_by_what_it_holds() {
    let prepare = |environment: Environment| {
        let before = "[general]\nhost = localhost\ndbpath = $DATA/comments.db\nmax-age = $AGE\n[admin]\nenabled = $ON\npassword = $ADMIN\n";
        let (folder, volume) = volume_with(before);
        let volume = volume.with_environment(environment);
        let prepared = volume.prepare().unwrap();
        let after = text(volume.config_path());
        drop(folder);
        (prepared.usable_password, after == before, after)
    };
    let variables = |age: &str, admin: &str| {
        [("DATA", "/db"), ("AGE", age), ("ON", "yes"), ("ADMIN", admin)]
            .map(|(name, value)| (name.into(), value.into()))
    };
    let (usable, untouched, _) = prepare(Environment::of_up(variables("1h", "hunter2")));
    assert!(usable && untouched);
    let (usable, untouched, _) = prepare(Environment::of_up(variables("1h", "")));
    assert!(!usable && untouched);
    let (usable, _, after) = prepare(Environment::of_up(variables("soon", "hunter2")));
    assert!(usable && after.contains("max-age = 15m\n"), "{after}");
    // A command that does not know the host's environment leaves to the host what only that can judge.
    let (usable, untouched, _) = prepare(Environment::default());
    assert!(!usable && untouched);
    let (_, untouched, _) = prepare(Environment::of_other_process(variables("soon", "")));
    assert!(untouched);
}

#[test]
fn a_refused_value_is_replaced_and_the_file_kept() {
    let before = FINE.replace("localhost", "https://a.example\nmax-age = soon");
    let (_folder, volume) = volume_with(&before);
    let prepared = volume.prepare().unwrap();
    assert_eq!(text(volume.config_path()), before.replace("soon", "15m"));
    let kept = beside(&volume.config_path(), "rejected");
    assert_eq!(text(&kept), before);
    assert_eq!(mode(&kept), 0o600);
    let said: Vec<String> = prepared.notes.iter().map(Note::to_string).collect();
    assert_eq!(
        said[0],
        "line 5, column 11: max-age is not a span of time to Isso, and Isso does not start with it; [general] max-age is now \"15m\""
    );
    assert!(said[1].ends_with(&format!("is kept as {}", kept.display())));
    assert_eq!(volume.prepare().unwrap().notes, [], "it is prepared now");
}

#[test]
fn a_file_that_python_refuses_is_salvaged() {
    let before = "host = https://a.example\n[admin]\nenabled = true\npassword = old\n[general]\nmax-age = 1h\n[admin]\n# new\npassword = hunter2\n";
    let (_folder, volume) = volume_with(before);
    assert!(matches!(volume.read(), Err(VolumeError::Invalid { .. })));
    assert!(matches!(volume.has_usable_password(), Err(VolumeError::Invalid { .. })));
    let found = volume.check().unwrap();
    assert!(found.iter().all(|found| found.severity == Severity::Refused) && found.len() == 3);

    let prepared = volume.prepare().unwrap();
    let cfg = volume.read().unwrap().cfg;
    assert!(prepared.usable_password);
    assert_eq!(cfg.read_text(&keys::ADMIN_PASSWORD), "hunter2");
    assert_eq!(cfg.read_lines(&keys::HOST), ["https://a.example"]);
    assert_eq!(cfg.read_timedelta(&keys::MAX_AGE).unwrap().to_string(), "1h");
    assert!(cfg.as_str().contains("# new\n"));
    assert_eq!(text(beside(&volume.config_path(), "rejected")), before);
    let said = format!("{:?}", prepared.notes.iter().map(Note::to_string).collect::<Vec<_>>());
    assert!(!said.contains("hunter2") && !said.contains("old"), "{said}");
}

#[test]
fn another_encoding_is_salvaged() {
    let (_folder, volume) = volume_with("");
    let before = b"\xef\xbb\xbf[general]\r\nhost = localhost\r\n# gr\xfc\xdfe\r\n[admin]\r\nenabled = true\r\npassword = p\xe4ss\r\n";
    put(&volume.config_path(), before);
    assert!(volume.prepare().unwrap().usable_password);
    assert_eq!(volume.read().unwrap().cfg.read_text(&keys::ADMIN_PASSWORD), "päss");
    assert_eq!(fs::read(beside(&volume.config_path(), "rejected")).unwrap(), before);
}

#[test]
fn a_rejected_file_is_never_overwritten() {
    let (_folder, volume) = volume();
    // Several of them fall into the same second.
    let rejected: Vec<String> = (0..12).map(|n| format!("[general]\nhost =\n# {n}\n")).collect();
    for text in &rejected {
        put(&volume.config_path(), text);
        volume.prepare().unwrap();
    }
    let folder = volume.root().join("config");
    let kept = names(&folder).into_iter().filter(|name| name.contains("rejected"));
    let mut kept: Vec<String> = kept.map(|name| text(folder.join(name))).collect();
    kept.sort();
    let mut expected = rejected;
    expected.sort();
    assert_eq!(kept, expected);
}
