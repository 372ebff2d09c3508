//! Files that are in place already, and databases that another program uses.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use isso_tests::torture::Files;

use super::{Brought, serves_old};
use crate::{backups, create, site};

#[test]
fn files_that_are_in_place_are_not_put_in_their_own_place() {
    let site = site();
    drop(site.serving_again());
    let before = Files::of(site.data());
    for source in ["", "db", "config/isso.cfg", "db/comments.db"] {
        let source = site.data().join(source);
        let source = source.to_str().expect("the path is text");
        let said = site.refused(&["backup", "restore", source, "--yes"], 2);
        assert!(said.contains("is in place already"), "{said}");
    }
    assert!(!backups(&site).exists(), "nothing was replaced");
    assert_eq!(Files::of(site.data()).cfg, before.cfg);
}

#[test]
fn a_database_that_is_a_link_stays_where_it_is() {
    let brought = Brought::new(None, Some("blog.db"));
    let site = site();
    drop(site.serving_again());
    let disk = isso_tests::quick_folder();
    let (link, target) = (site.data().join("db/comments.db"), disk.path().join("c.db"));
    fs::rename(&link, &target).expect("it is one file system");
    symlink(&target, &link).expect("it can be made");
    let up = site.serving_again();
    site.json(&["backup", "restore", brought.path(), "--yes"]);
    assert!(fs::symlink_metadata(&link).expect("it is there").is_symlink());
    assert_eq!(Files::of(site.data()).texts, brought.texts);
    assert!(serves_old(&up));
}

#[test]
fn a_database_that_litestream_copies_is_not_replaced() {
    let site = site();
    let _up = site.serving_again();
    let backup = create(&site);
    let before = Files::of(site.data());
    let state = site.data().join("db/.comments.db-litestream");
    fs::create_dir(&state).expect("it can be made");
    let said = site.refused(&["backup", "restore", &backup, "--yes"], 1);
    for word in ["Litestream", "new replica path", "--force"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(Files::of(site.data()), before);
    assert_eq!(fs::read_dir(backups(&site)).expect("it is there").count(), 1);
    // Settings alone do not concern it.
    let settings = tempfile::NamedTempFile::new().expect("a file can be made");
    fs::copy(site.cfg_path(), settings.path()).expect("it can be copied");
    let settings = settings.path().to_str().expect("the path is text");
    site.ok(&["backup", "restore", settings, "--yes"]);
    site.ok(&["backup", "restore", &backup, "--yes", "--force"]);
}

#[test]
fn a_database_that_another_program_reads_is_not_replaced() {
    let site = site();
    let _up = site.serving_again();
    let backup = create(&site);
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('select * from comments').fetchall()\nprint(flush=True)\nsys.stdin.read()";
    let mut other = Command::new("python3")
        .args(["-c", script])
        .arg(site.data().join("db/comments.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 runs");
    let mut line = [0];
    let stdout = other.stdout.as_mut().expect("it is piped");
    std::io::Read::read_exact(stdout, &mut line).expect("it has read");
    let said = site.refused(&["backup", "restore", &backup, "--yes"], 1);
    let pid = format!("process {}", other.id());
    assert!(said.contains("python") && said.contains(&pid), "{said}");
    drop(other.stdin.take());
    other.wait().expect("it ends");
    // Isso's own processes are no obstacle.
    let done = site.json(&["backup", "restore", &backup, "--yes"]);
    assert_eq!(done["serving"], true);
}
