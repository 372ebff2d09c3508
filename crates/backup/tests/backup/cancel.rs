//! The caller may cancel the work at any moment, and nothing is left of it.

use std::sync::atomic::{AtomicBool, Ordering};

use isso_backup::{
    ArchiveError, CreateError, DatabaseProblem, Progress, RestoreSource, SnapshotError, StageError, restore_into,
    stage, verify,
};

use crate::progress::{Moment, at, moments};
use crate::site::{Site, make_database, names, tree};

/// Does some work once for each of its moments, and cancels it then. It has to end at once.
fn check(work: impl Fn(&dyn Progress) -> Option<bool>) {
    let all = moments(|progress| assert_eq!(work(progress), None, "it is done"));
    assert!(all.len() > 5, "{all:?}");
    for end in all {
        let is_over = AtomicBool::new(false);
        let progress = at(|moment| {
            let went_on = !matches!(moment, Moment::AllOf(_)) && is_over.load(Ordering::Relaxed);
            assert!(!went_on, "{moment:?} comes after {end:?}");
            is_over.fetch_or(moment == end, Ordering::Relaxed);
            moment == end
        });
        assert_eq!(work(&progress), Some(true), "{end:?}");
    }
}

/// More than one part of everything.
fn site() -> Site {
    let site = Site::without_database();
    make_database(&site.database(), 300, 9000);
    site
}

#[test]
fn a_cancelled_backup_leaves_nothing() {
    let site = site();
    let before = site.members();
    let to = site.path("elsewhere");
    check(|progress| {
        let error = site.create_in(&to, progress).err();
        let left = names(&to);
        match &error {
            None => std::fs::remove_file(to.join(&left[0])).unwrap(),
            Some(_) => assert_eq!(left, [""; 0]),
        }
        assert_eq!(site.members(), before);
        error.map(|error| {
            matches!(
                error,
                CreateError::Cancelled(_)
                    | CreateError::Snapshot(SnapshotError::Cancelled(_))
                    | CreateError::Unsound(_, DatabaseProblem::Cancelled(_))
            )
        })
    });
}

fn is_cancelled(error: &StageError) -> bool {
    matches!(
        error,
        StageError::Cancelled(_)
            | StageError::Archive(ArchiveError::Cancelled(_))
            | StageError::Unsound(_, DatabaseProblem::Cancelled(_))
    )
}

#[test]
fn a_cancelled_restore_leaves_what_was_there() {
    let site = site();
    let created = site.create(&()).unwrap();
    let folder = site.path("folder");
    let sources = [
        RestoreSource::open(&created.path).unwrap(),
        RestoreSource::open(site.root()).unwrap(),
    ];
    let target = Site::with_comments(3);
    let state = || (tree(target.root()), names(target.root()));
    let before = state();
    for source in &sources {
        check(|progress| {
            let error = stage(source, target.root(), progress).err();
            assert_eq!(state(), before);
            error.as_ref().map(is_cancelled)
        });
        check(|progress| {
            let error = verify(source, target.root(), progress).err();
            assert_eq!(state(), before);
            error.as_ref().map(is_cancelled)
        });
        check(|progress| {
            let error = restore_into(source, &folder, progress).err();
            if error.is_none() {
                std::fs::remove_dir_all(&folder).unwrap();
            }
            assert!(!folder.exists(), "a folder that was not there is not there");
            error.as_ref().map(is_cancelled)
        });
    }
}

#[test]
fn work_that_is_cancelled_already_does_nothing() {
    let site = site();
    let error = site.create(&at(|moment| matches!(moment, Moment::Begin(_))));
    assert!(matches!(error, Err(CreateError::Snapshot(SnapshotError::Cancelled(_)))));
    assert_eq!(names(&site.backups()), [""; 0]);
}
