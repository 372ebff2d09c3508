//! Files and folders that cannot be read or written, or are gone.

use super::*;

#[test]
fn a_review_says_what_must_stand_there_where_nothing_can_be_written() {
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
fn an_edit_counts_as_elsewhere_where_nothing_can_be_written() {
    let (_folder, volume, in_force) = alone();
    let review = || with_modes(volume.root(), READ_ONLY, || found(&volume, &in_force));
    assert_eq!(review(), Found::Same);

    let edited = in_force.as_str().replace("localhost", "https://a.example");
    put(&volume.config_path(), &edited);
    let problems = refused(review());
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
