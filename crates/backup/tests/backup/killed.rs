//! A process that is killed leaves nothing that could be taken for a backup, and the next one tidies up.

use std::fs;
use std::path::Path;

use isso_backup::{BackupStep, Create, RestoreSource, finish, list, stage as stage_files, verify};
use isso_cfg::Volume;

use crate::children::{command, here_it_ends, wait_until_here};
use crate::progress::{Moment, at};
use crate::python::Python;
use crate::site::{Site, content, make_database, names, tree};

/// Where a backup is killed.
const OF_CREATE: [Moment; 8] = [
    Moment::Begin(BackupStep::Copy),
    Moment::Part(BackupStep::Copy, 1),
    Moment::AllOf(BackupStep::Copy),
    Moment::Begin(BackupStep::Check),
    Moment::Begin(BackupStep::Pack),
    Moment::Part(BackupStep::Pack, 1),
    Moment::Part(BackupStep::Pack, 5),
    Moment::AllOf(BackupStep::Pack),
];

/// Where a restore is killed, before the files are put in place.
const OF_STAGE: [Moment; 5] = [
    Moment::Begin(BackupStep::Unpack),
    Moment::Part(BackupStep::Unpack, 1),
    Moment::Part(BackupStep::Unpack, 5),
    Moment::AllOf(BackupStep::Unpack),
    Moment::Begin(BackupStep::Check),
];

/// Runs in the process that is killed while it makes a backup.
pub fn create(root: &Path, moment: usize) {
    let create = Create {
        volume: &Volume::new(root, "/db/comments.db"),
        to: &root.join("backups"),
        isso: None,
        idle: false,
    };
    let progress = at(|it| it == OF_CREATE[moment] && here_it_ends());
    create.run(&progress).unwrap();
}

/// Runs in the process that is killed while it stages a restore.
pub fn stage(root: &Path, moment: usize) {
    let progress = at(|it| it == OF_STAGE[moment] && here_it_ends());
    let source = RestoreSource::open(&root.join("backup")).unwrap();
    stage_files(&source, root, &progress).unwrap();
}

/// Starts a process in a role, and kills it at a moment.
fn kill(role: &str, site: &Site, moment: usize) {
    let mut child = command(role, site.root(), moment).spawn().unwrap();
    wait_until_here(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// More than one part of everything.
fn site() -> Site {
    let site = Site::without_database();
    make_database(&site.database(), 300, 9000);
    site
}

#[test]
fn a_killed_backup_leaves_nothing_but_what_the_next_one_removes() {
    let site = site();
    let before = (site.members(), content(&site.database()));
    for (n, moment) in OF_CREATE.iter().enumerate() {
        kill("create", &site, n);
        let left = names(&site.backups());
        assert_eq!(left.len(), 1, "{moment:?}: {left:?}");
        assert!(left[0].starts_with(".issoctl-"), "{moment:?}: {left:?}");
        assert_eq!(site.members(), before.0, "{moment:?}");
        if n % 2 == 0 {
            assert_eq!(list(&site.backups()).unwrap().len(), 0);
        } else {
            let created = site.create(&()).unwrap();
            assert_eq!(content(&site.database()), before.1, "{moment:?}");
            fs::remove_file(created.path).unwrap();
        }
        assert_eq!(names(&site.backups()), [""; 0], "{moment:?}");
    }
    // Its locks went with it.
    let writer = Python::start("write", &site.database());
    writer.said(1);
    writer.end();
}

#[test]
fn a_restore_that_is_killed_while_it_stages_files_changes_nothing() {
    let site = site();
    fs::rename(site.create(&()).unwrap().path, site.path("backup")).unwrap();
    let before = (tree(site.root()), names(site.root()));
    for (n, moment) in OF_STAGE.iter().enumerate() {
        kill("stage", &site, n);
        let mut left = names(site.root());
        left.retain(|it| it.starts_with(".issoctl-"));
        assert_eq!(left.len(), 1, "{moment:?}: {left:?}");
        assert_eq!(site.members().len(), 3);
        // Isso's next start, another restore or a verification may come next.
        let source = RestoreSource::open(&site.path("backup")).unwrap();
        match n % 3 {
            0 => assert_eq!(finish(site.root()).unwrap(), None),
            1 => drop(stage_files(&source, site.root(), &()).unwrap()),
            _ => drop(verify(&source, site.root(), &()).unwrap()),
        }
        let after = (tree(site.root()), names(site.root()));
        assert!(after == before, "{moment:?}: {:?}", after.1);
    }
}
