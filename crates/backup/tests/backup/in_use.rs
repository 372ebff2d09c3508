//! Finds other programs that use a database which is to be replaced.

use std::fs;
use std::os::unix::fs::symlink;
use std::process;

use isso_backup::litestream;
use isso_database::users;

use crate::python::Python;
use crate::site::Site;

#[test]
fn a_program_that_has_the_database_open_is_seen() {
    for function in ["keep_open", "keep_wal"] {
        let site = Site::with_comments(10);
        assert_eq!(users(&site.database(), None), []);
        let other = Python::start(function, &site.database());
        other.said(1);
        let found = users(&site.database(), None);
        let [user] = &found[..] else {
            panic!("{function}: {found:?}");
        };
        assert!(user.name.starts_with("python"), "{user:?}");
        // Through a link it is the same file.
        let link = site.path("db/link.db");
        symlink("comments.db", &link).unwrap();
        assert_eq!(users(&link, None), found);
        // What descends from the host, the host stops.
        let own = process::id().try_into().unwrap();
        assert_eq!(users(&site.database(), Some(own)), []);
        assert_eq!(users(&site.database(), Some(user.pid)), []);
        other.end();
        assert_eq!(users(&site.database(), None), []);
    }
}

#[test]
fn the_folder_of_litestream_beside_a_database_is_found() {
    let site = Site::with_comments(10);
    assert_eq!(litestream(&site.database()), None);
    let state = site.path("db/.comments.db-litestream");
    fs::create_dir(&state).unwrap();
    assert_eq!(litestream(&site.database()), Some(state.clone()));
    fs::remove_dir(state).unwrap();
    // It follows links, too.
    fs::rename(site.database(), site.path("db/blog.db")).unwrap();
    symlink("blog.db", site.database()).unwrap();
    let state = site.path("db/.blog.db-litestream");
    fs::create_dir(&state).unwrap();
    assert_eq!(litestream(&site.database()), Some(state));
}
