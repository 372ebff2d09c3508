//! Looking at what a person did to the file while Isso runs.

use isso_cfg::{Code, Contents, Diagnostic, Document, Found, Note, Review, Severity, VolumeError, keys};
use isso_tests::spin_until;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify};

use super::*;
use crate::review_cases::{By, CASES, Edit, Then, mend, save};

/// A volume as a person has it before an edit, and the settings that Isso runs with.
fn running() -> (TempDir, Volume, Document) {
    let (folder, volume) = volume();
    volume.prepare().unwrap();
    let edit = |contents: &mut Contents| {
        contents.cfg.write_text(&keys::ADMIN_PASSWORD, "hunter2").unwrap();
        Ok::<_, VolumeError>(())
    };
    volume.update(edit).unwrap();
    let in_force = volume.read().unwrap().cfg;
    (folder, volume, in_force)
}

/// An `isso.cfg` that stands alone, and the settings that Isso runs with.
fn alone() -> (TempDir, Volume, Document) {
    let folder = quick_folder();
    let config = folder.path().join("etc/isso.cfg");
    put(&config, FINE.replace(':', " ="));
    let volume = Volume::of_config(config, DBPATH);
    let in_force = volume.read().unwrap().cfg;
    (folder, volume, in_force)
}

/// What a review finds that does nothing.
fn found(volume: &Volume, in_force: &Document) -> Found {
    let Review { found, notes } = volume.review(in_force).unwrap();
    assert_eq!(notes, []);
    found
}

fn refused(found: Found) -> Vec<Diagnostic> {
    match found {
        Found::Refused(problems) => problems,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_edit_that_goes_wrong_is_refused_or_put_back() {
    assert!(CASES.len() > 60);
    let (_folder, volume, in_force) = running();
    let (path, good) = (volume.config_path(), in_force.as_str());
    for case in CASES {
        let name = case.name;
        case.edit.make(&path, good).unwrap();
        let before = fs::symlink_metadata(&path).map(|there| (there.ino(), there.mtime_nsec()));
        let Review { found, notes } = volume.review(&in_force).unwrap();
        match &case.then {
            Then::Refused { says, by, .. } => {
                let problems = refused(found);
                let edited = match case.edit {
                    Edit::Text(edit) => edit(good),
                    _ => Vec::new(),
                };
                let first = &problems[0];
                assert!(first.message.contains(says), "{name}: {problems:#?}");
                assert_eq!(Some(first.line), case.then.line(&edited), "{name}: {first:?}");
                let is_password = matches!(first.code, Code::EmptyPassword | Code::PublicPassword);
                assert_eq!(is_password, *by == By::Us, "{name}: {first:?}");
                for problem in &problems {
                    assert_eq!(problem.severity, Severity::Refused, "{name}");
                    assert!(!problem.fix.is_empty(), "{name}");
                    assert!(!format!("{problem:?}").contains("hunter2"), "{name}");
                }
                assert_eq!(notes, [], "{name}");
                let after = fs::symlink_metadata(&path).map(|there| (there.ino(), there.mtime_nsec()));
                assert_eq!(before.unwrap(), after.unwrap(), "{name} is left alone");
            }
            Then::PutBack => {
                assert_eq!(found, Found::Same, "{name}");
                assert!(!notes.is_empty(), "{name}");
                let now = volume.read().unwrap().cfg;
                assert!(now.means_the_same(&in_force), "{name}");
                assert_eq!(mode(&path), 0o600, "{name}");
            }
        }
        mend(&path, good).unwrap();
        assert_eq!(self::found(&volume, &in_force), Found::Same, "{name}");
    }
    assert_eq!(
        names(volume.root().join("config")),
        ["isso.cfg", "moved-away.cfg"],
        "nothing else is left behind"
    );
}

/// A full disk, or a writer that is killed: half of a password, or of a number, is one as well.
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
            // Whole lines may be what a person has left.
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
    // What is misread or deserves a look is for `check` to say: Isso runs with it.
    check(|text| text.replace("max-age = 15m", "max-age = 30m1h"));
    check(|text| text.replace("ratelimit = 2", "ratelimit = 0"));
    check(|text| format!("{text}\n[rss]\nbase = example.org\n"));
    check(|text| text.replace("password = hunter2", "password = x7$Kq9"));
}

#[test]
fn what_must_hold_is_put_back_into_a_good_edit() {
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
fn nothing_is_put_back_into_a_bad_edit() {
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
fn everything_that_is_refused_is_said_and_nothing_else() {
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

#[test]
fn where_nothing_can_be_written_it_is_said_what_must_stand_there() {
    let check = |edit: fn(&str) -> String, line: &str, says: [&str; 2]| {
        let (_folder, volume, in_force) = alone();
        let edited = edit(in_force.as_str());
        put(&volume.config_path(), &edited);
        let review = with_modes(volume.root(), READ_ONLY, || volume.review(&in_force)).unwrap();
        assert_eq!(review.notes, []);
        let problem = &refused(review.found)[0];
        let cause = "and it could not be put right here: Permission denied (os error 13)";
        assert_eq!(problem.message, format!("{}, {cause}", says[0]));
        assert_eq!(problem.fix, says[1]);
        let at = edited.lines().position(|there| there == line);
        assert_eq!(problem.line, at.map_or(1, |index| index + 1));
        assert_eq!(text(volume.config_path()), edited);
        assert_eq!(names(volume.root()), ["isso.cfg"]);
    };
    let dbpath = [
        "[general] dbpath is not /db/comments.db, where the database is kept",
        "Write dbpath = /db/comments.db under [general].",
    ];
    check(
        |text| text.replace("/db/", "/tmp/"),
        "dbpath = /tmp/comments.db",
        dbpath,
    );
    check(|text| text.replace("dbpath", "# dbpath"), "[general]", dbpath);
    check(
        |text| text.replace("yes", "no"),
        "enabled = no",
        [
            "[admin] enabled is not on, so nobody could approve comments",
            "Write enabled = true under [admin].",
        ],
    );
    check(
        |_| String::new(),
        "",
        [
            "the file is missing or empty",
            "Put the file back; Isso goes on with the settings it has.",
        ],
    );
}

#[test]
fn where_nothing_can_be_written_an_edit_counts_as_elsewhere() {
    let (_folder, volume, in_force) = alone();
    let look = || with_modes(volume.root(), READ_ONLY, || found(&volume, &in_force));
    assert_eq!(look(), Found::Same);

    let edited = in_force.as_str().replace("localhost", "https://a.example");
    put(&volume.config_path(), &edited);
    let problems = refused(look());
    assert_eq!(problems[0].code, Code::DatabaseFolder, "{problems:?}");

    let here = Volume::of_config(volume.config_path(), "./comments.db");
    let edited = edited.replace("/db/", "./");
    put(&volume.config_path(), &edited);
    assert_eq!(
        with_modes(volume.root(), READ_ONLY, || found(&here, &in_force)),
        Found::Changed(Document::parse(edited).unwrap())
    );
}

#[test]
fn a_file_that_may_not_be_read_is_refused() {
    let (_folder, volume, in_force) = alone();
    let found = with_modes(volume.root(), (0o555, 0), || found(&volume, &in_force));
    let problems = refused(found);
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code, problems[0].line), (Code::Unreadable, 1));
    assert_eq!(
        problems[0].message,
        "the file could not be read: Permission denied (os error 13)"
    );
}

#[test]
fn a_folder_that_is_gone_is_made_again() {
    let (_folder, volume, in_force) = running();
    fs::remove_dir_all(volume.root().join("config")).unwrap();
    let review = volume.review(&in_force).unwrap();
    assert_eq!(review.found, Found::Same);
    assert_eq!(text(volume.config_path()), in_force.as_str());
    assert_eq!(mode(volume.root().join("config")), 0o700);
}

#[test]
fn an_edit_without_a_folder_for_the_database_is_refused() {
    let (_folder, volume, in_force) = running();
    fs::remove_dir(volume.db_path().parent().unwrap()).unwrap();
    assert_eq!(found(&volume, &in_force), Found::Same, "as it was before");
    put(&volume.config_path(), in_force.as_str().replace("15m", "1h"));
    let problems = refused(found(&volume, &in_force));
    assert_eq!(problems[0].code, Code::DatabaseFolder);
}

/// An editor that saves in place empties the file before it fills it.
#[test]
fn a_file_that_is_being_saved_is_not_taken_for_an_empty_one() {
    let (_folder, volume, in_force) = running();
    let edited = in_force.as_str().replace("15m", "1h");
    // The file is filled between the first look and the last, unless this machine has other things to do.
    let attempt = || {
        let lock = lock(&volume);
        save(&volume.config_path(), b"").unwrap();
        let looks = Inotify::init(InitFlags::empty()).unwrap();
        looks
            .add_watch(&volume.config_path(), AddWatchFlags::IN_CLOSE_NOWRITE)
            .unwrap();
        thread::scope(|scope| {
            let review = scope.spawn(|| volume.review(&in_force).unwrap());
            looks.read_events().unwrap();
            save(&volume.config_path(), edited.as_bytes()).unwrap();
            spin_until("the review neither ends nor waits", || {
                review.is_finished() || is_waited_for(&lock)
            });
            let in_time = review.is_finished();
            drop(lock);
            in_time.then(|| review.join().unwrap())
        })
    };
    let review = (0..20).find_map(|_| attempt()).unwrap();
    let expected = Found::Changed(Document::parse(edited.as_str()).unwrap());
    assert_eq!((review.found, review.notes), (expected, vec![]));
    assert_eq!(text(volume.config_path()), edited);
}

#[test]
fn what_an_action_writes_meanwhile_is_not_overwritten() {
    let (_folder, volume, in_force) = running();
    let edited = in_force.as_str().replace("15m", "1h");
    let lock = lock(&volume);
    save(&volume.config_path(), b"").unwrap();
    let review = thread::scope(|scope| {
        let review = scope.spawn(|| volume.review(&in_force).unwrap());
        spin_until("the review does not wait", || is_waited_for(&lock));
        save(&volume.config_path(), edited.as_bytes()).unwrap();
        drop(lock);
        review.join().unwrap()
    });
    let expected = Found::Changed(Document::parse(edited.as_str()).unwrap());
    assert_eq!((review.found, review.notes), (expected, vec![]));
    assert_eq!(text(volume.config_path()), edited);
}

/// Takes the lock of a volume, as an action does.
fn lock(volume: &Volume) -> File {
    let lock = File::open(volume.root().join(".lock")).unwrap();
    lock.lock().unwrap();
    lock
}

/// Whether a process waits for a lock. <https://man7.org/linux/man-pages/man5/proc_locks.5.html>
fn is_waited_for(lock: &File) -> bool {
    let file = format!(":{} ", lock.metadata().unwrap().ino());
    text("/proc/locks")
        .lines()
        .any(|line| line.contains("-> FLOCK") && line.contains(&file))
}
