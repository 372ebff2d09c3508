//! Edits of a file that can be written: which are no change, which are taken, and which are refused.

use super::*;

/// A full disk or a killed writer may leave half of a password or a number, which reads as a whole one.
#[test]
fn a_file_that_was_cut_off_is_no_edit() {
    let fine = format!("{FINE}\n[guard]\nratelimit = 12\n");
    let (_folder, volume) = volume_with(&fine);
    let (path, in_force) = (volume.config_path(), volume.read().unwrap().cfg);
    let password = in_force.read_text(&keys::ADMIN_PASSWORD);
    // What was being saved may say something else above the place where it ends.
    let other = fine.replace("localhost", "https://blog.example\nmax-age = 20m");
    for whole in [&fine, &other] {
        let begin = whole.find("[admin]").unwrap();
        for end in begin..whole.len() {
            let cut = &whole[..end];
            // A person may have left whole lines only.
            if cut.ends_with('\n') || whole[end..].starts_with('\n') {
                continue;
            }
            put(&path, cut);
            let problems = refused(found(&volume, &in_force));
            assert!(!format!("{problems:?}").contains(&password[..3]), "{cut:?}");
            assert!(!cut.ends_with(&password[..3]) || problems[0].code == Code::CutOff);
        }
    }
    // With a line break, it is what a person wrote.
    put(&path, fine.replace(&password, &password[..3]));
    assert!(matches!(found(&volume, &in_force), Found::Changed(_)));
}

#[test]
fn an_edit_that_isso_does_not_read_is_none() {
    let (_folder, volume, in_force) = running();
    let check = |edit: fn(&str) -> String| {
        let edited = edit(in_force.as_str());
        put(&volume.config_path(), &edited);
        let before = identity(volume.config_path());
        assert_eq!(found(&volume, &in_force), Found::Same, "{edited}");
        assert_eq!(identity(volume.config_path()), before, "it is not touched");
    };
    check(str::to_owned);
    check(|text| format!("# mine\n{text}\n\n[mine]\ncolour = blue\n"));
    check(|text| text.replace("max-age = 15m", "Max-Age : 900"));
    check(|text| text.replace("= true", "= yes"));
    check(|text| text.replace('\n', "\r\n"));
    // What is below then says Isso's defaults, and so do keys that are not there.
    check(|text| text.replace("[guard]", "[guard"));
    check(|text| {
        text.lines()
            .filter(|line| !line.starts_with('#'))
            .collect::<Vec<_>>()
            .join("\n")
    });
}

#[test]
fn a_good_edit_is_a_change() {
    let (_folder, volume, in_force) = running();
    let check = |edit: fn(&str) -> String| {
        let edited = edit(in_force.as_str());
        put(&volume.config_path(), &edited);
        let before = identity(volume.config_path());
        let expected = Document::parse(edited.as_str()).unwrap();
        assert_eq!(found(&volume, &in_force), Found::Changed(expected), "{edited}");
        assert_eq!(identity(volume.config_path()), before, "it is not touched");
    };
    check(|text| text.replace("max-age = 15m", "max-age = 1h"));
    check(|text| text.replace("hunter2", "hunter3"));
    check(|text| text.replace("host = localhost\n\n", "host =\n  https://a.example\n  localhost\n\n"));
    check(|text| text.replace("gravatar = false\n", "gravatar = on\n"));
    // `check` reports values that are misread or suspicious; Isso runs with them.
    check(|text| text.replace("max-age = 15m", "max-age = 30m1h"));
    check(|text| text.replace("ratelimit = 2", "ratelimit = 0"));
    check(|text| format!("{text}\n[rss]\nbase = example.org\n"));
    check(|text| text.replace("password = hunter2", "password = x7$Kq9"));
}

#[test]
fn enforced_keys_are_put_back_into_a_good_edit() {
    let (_folder, volume, in_force) = running();
    let edited = in_force
        .as_str()
        .replace("max-age = 15m", "max-age = 1h")
        .replace("dbpath = /db/comments.db", "dbpath : /tmp/x.db")
        .replacen("enabled = true", "enabled=No", 1);
    put(&volume.config_path(), &edited);
    let mended = edited
        .replace("/tmp/x.db", DBPATH)
        .replace("enabled=No", "enabled=true");
    let review = volume.review(&in_force).unwrap();
    assert_eq!(
        review,
        Review {
            found: Found::Changed(Document::parse(mended.as_str()).unwrap()),
            notes: [&keys::DBPATH, &keys::ADMIN_ENABLED]
                .map(|key| Note::Enforced { key })
                .into(),
        }
    );
    assert_eq!(text(volume.config_path()), mended, "and nothing else changes");
}

#[test]
fn a_new_password_beside_a_panel_that_is_off_is_not_taken_over() {
    let (_folder, volume, in_force) = running();
    let edited = in_force
        .as_str()
        .replacen("enabled = true", "enabled = no", 1)
        .replace("password = hunter2", "password = other");
    put(&volume.config_path(), &edited);
    let problems = refused(found(&volume, &in_force));
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::UntrustedPassword]);
    assert_eq!(text(volume.config_path()), edited);
    put(
        &volume.config_path(),
        edited.replacen("enabled = no", "enabled = on", 1),
    );
    assert!(matches!(found(&volume, &in_force), Found::Changed(_)));
}

#[test]
fn enforced_keys_are_not_put_back_into_a_bad_edit() {
    let (_folder, volume, in_force) = running();
    let edited = in_force
        .as_str()
        .replace("max-age = 15m", "max-age = soon")
        .replace("dbpath = /db/comments.db", "dbpath");
    put(&volume.config_path(), &edited);
    let problems = refused(found(&volume, &in_force));
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::NotATimedelta], "the path is not for a person to mend");
    assert_eq!(text(volume.config_path()), edited);
}

#[test]
fn a_refusal_names_everything_that_is_refused_and_nothing_else() {
    let (_folder, volume, in_force) = running();
    let edited = in_force
        .as_str()
        .replace("ratelimit = 2", "ratelimit = many")
        .replace("reply-to-self = false", "reply-to-self = false\ncolour = blue")
        .replace("password = hunter2", "password =")
        .replace("max-age = 15m", "max-age = soon");
    put(&volume.config_path(), &edited);
    let problems = refused(found(&volume, &in_force));
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [Code::NotATimedelta, Code::EmptyPassword, Code::NotANumber]);
}
