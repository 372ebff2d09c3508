//! Backups that `up` makes by itself.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use isso_tests::disks::{namespaces, through};
use isso_tests::torture::unfinished;
use isso_tests::{ANY_PORT, Site, wait_for};

use crate::{listed, site};

fn newest(site: &Site) -> Option<String> {
    let list = listed(site);
    Some(list.first()?["path"].as_str()?.to_owned())
}

#[test]
fn up_makes_backups_by_itself_and_keeps_what_is_to_be_kept() {
    let mut site = site();
    // Replaced by another version, the program has another name.
    let program = isso_tests::issoctl();
    let own = program.with_extension(std::process::id().to_string());
    std::fs::hard_link(program, &own).expect("its folder is writable");
    let script = format!("exec '{}' \"$@\"", own.display());
    site.through = ["sh", "-c", &script].map(str::to_owned).to_vec();
    let mut up = site.up(&["--backup-every", "1s", "--backup-keep", "daily=1"]);
    up.wait_for_line("Isso serves");
    std::fs::remove_file(own).expect("its folder is writable");
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let next = wait_for(
            || newest(&site).filter(|path| !seen.contains(path)),
            || format!("no other one than {seen:?}"),
        );
        up.wait_for_line("backed up to");
        seen.push(next);
    }
    wait_for(
        || (listed(&site).len() == 1).then_some(()),
        || format!("{:?}", listed(&site)),
    );
    assert!(!std::path::Path::new(&seen[0]).exists());
    assert_eq!(up.status()["serving"], true);
    // The last one may be under way.
    assert_eq!(up.terminate().code(), Some(0));
    wait_for(
        || {
            listed(&site);
            unfinished(site.data()).is_empty().then_some(())
        },
        || format!("{:?}", unfinished(site.data())),
    );
}

#[test]
fn a_restart_does_not_make_the_next_backup_come_earlier() {
    let site = site();
    let mut up = site.up(&["--backup-every", "1h"]);
    up.wait_for_line("backed up to");
    drop(up);
    let first = newest(&site);
    assert!(first.is_some());
    let elsewhere = isso_tests::quick_folder();
    let folder = elsewhere.path().to_str().expect("the path is text");
    // A backup into another folder is the proof that there was time for one.
    let again = site.up(&["--backup-every", "1h"]);
    again.wait_for_status(|status| status["serving"] == true);
    drop(again);
    let mut other = site.up(&["--backup-every", "1h", "--backup-to", folder]);
    other.wait_for_line("backed up to");
    assert_eq!(listed(&site).len(), 1);
    assert_eq!(newest(&site), first);
}

#[test]
fn a_backup_that_cannot_be_made_is_told_and_isso_serves_on() {
    let site = site();
    // Below a file there is no folder, not even for root.
    let nowhere = site.cfg_path().join("backups");
    let nowhere = nowhere.to_str().expect("the path is text");
    let mut up = site.up(&["--backup-every", "1s", "--backup-to", nowhere]);
    for _ in 0..2 {
        let line = up.wait_for_line("the scheduled backup failed");
        assert!(line.contains("no backup was made") && line.contains(nowhere), "{line}");
    }
    let status = up.wait_for_status(|status| status["serving"] == true);
    assert_eq!(status["supervisor"]["restarts"], 0);
}

/// As the first process of a container, `up` reaps orphans that it never started; the end of a backup is left to the
/// code that waits for it.
#[test]
fn up_as_the_first_process_makes_backups_too() {
    let site = site();
    let up = site.command(&["up", "--listen", ANY_PORT, "--backup-every", "1s"]);
    let first = ["--pid", "--fork", "--kill-child", "--mount-proc"];
    let Some(words) = namespaces(&first) else {
        return;
    };
    let mut up = through(&words, &up)
        .stderr(Stdio::piped())
        .spawn()
        .expect("unshare runs");
    let said = BufReader::new(up.stderr.take().expect("it is a pipe")).lines();
    let (mut made, mut shown) = (0, String::new());
    for line in said.map_while(Result::ok) {
        shown += &format!("{line}\n");
        assert!(!line.contains("backup failed"), "{shown}");
        made += usize::from(line.contains("backed up to"));
        if made == 3 {
            break;
        }
    }
    up.kill().expect("it is ours");
    up.wait().expect("it is ours");
    assert_eq!(made, 3, "{shown}");
}
