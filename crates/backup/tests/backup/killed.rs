//! A process that is killed leaves nothing that could be taken for a backup, and the next one tidies up.

use std::fs;
use std::path::Path;

use isso_backup::{Create, Origin, Step, finish, list, prepare as prepare_files, verify};
use isso_cfg::Volume;

use crate::children::{command, here_it_ends, wait_until_here};
use crate::python::Python;
use crate::site::{Site, content, make_database, names, tree};
use crate::watches::{Moment, at};

/// Where a backup is killed.
const OF_CREATE: [Moment; 8] = [
    Moment::Begin(Step::Copy),
    Moment::Part(Step::Copy, 1),
    Moment::AllOf(Step::Copy),
    Moment::Begin(Step::Check),
    Moment::Begin(Step::Pack),
    Moment::Part(Step::Pack, 1),
    Moment::Part(Step::Pack, 5),
    Moment::AllOf(Step::Pack),
];

/// Where a restore is killed, before the files are put in place.
const OF_PREPARE: [Moment; 5] = [
    Moment::Begin(Step::Unpack),
    Moment::Part(Step::Unpack, 1),
    Moment::Part(Step::Unpack, 5),
    Moment::AllOf(Step::Unpack),
    Moment::Begin(Step::Check),
];

/// What the process does that is killed while it makes a backup.
pub fn create(root: &Path, moment: usize) {
    let create = Create {
        volume: &Volume::new(root, "/db/comments.db"),
        to: &root.join("backups"),
        isso: None,
        idle: false,
    };
    let watch = at(|it| it == OF_CREATE[moment] && here_it_ends());
    create.run(&watch).unwrap();
}

/// What the process does that is killed while it prepares a restore.
pub fn prepare(root: &Path, moment: usize) {
    let watch = at(|it| it == OF_PREPARE[moment] && here_it_ends());
    let origin = Origin::open(&root.join("backup")).unwrap();
    prepare_files(&origin, root, &watch).unwrap();
}

/// Starts a process that does so, and kills it there.
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
fn a_restore_that_is_killed_while_it_prepares_changes_nothing() {
    let site = site();
    fs::rename(site.create(&()).unwrap().path, site.path("backup")).unwrap();
    let before = (tree(site.root()), names(site.root()));
    for (n, moment) in OF_PREPARE.iter().enumerate() {
        kill("prepare", &site, n);
        let mut left = names(site.root());
        left.retain(|it| it.starts_with(".issoctl-"));
        assert_eq!(left.len(), 1, "{moment:?}: {left:?}");
        assert_eq!(site.members().len(), 3);
        // What may come next: Isso's next start, another restore, another look.
        let origin = Origin::open(&site.path("backup")).unwrap();
        match n % 3 {
            0 => assert_eq!(finish(site.root()).unwrap(), None),
            1 => drop(prepare_files(&origin, site.root(), &()).unwrap()),
            _ => drop(verify(&origin, site.root(), &()).unwrap()),
        }
        let after = (tree(site.root()), names(site.root()));
        assert!(after == before, "{moment:?}: {:?}", after.1);
    }
}
