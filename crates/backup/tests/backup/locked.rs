//! Another program has the database locked.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use isso_backup::{BackupStep, CreateError, RestoreSource, SnapshotError, restore_into};

use crate::progress::{Moment, Patience, at};
use crate::python::Python;
use crate::site::{Site, names, texts};

/// Locks the database for a while at this moment of the work. The backup has to hold what is committed meanwhile.
fn check(moment: Option<Moment>) {
    let site = Site::with_comments(100);
    let locker = Mutex::new(None);
    let lock = || {
        let python = Python::start("hold_a_moment", &site.database());
        python.said(1);
        *locker.lock().unwrap() = Some(python);
    };
    if moment.is_none() {
        lock();
    }
    let progress = at(|it| {
        if Some(it) == moment {
            lock();
        }
        false
    });
    let created = site.create(&progress).unwrap();
    locker.into_inner().unwrap().unwrap().end();
    let folder = site.path("restored");
    let source = RestoreSource::open(&created.path).unwrap();
    restore_into(&source, &folder, &()).unwrap();
    let texts = texts(&folder.join("db/comments.db"));
    assert!(texts.contains(&"While it was locked".to_owned()));
}

#[test]
fn a_locked_database_is_waited_for() {
    check(None);
    check(Some(Moment::Begin(BackupStep::Copy)));
}

#[test]
fn waiting_for_a_locked_database_can_be_cancelled() {
    let site = Site::with_comments(100);
    let locker = Python::start("hold", &site.database());
    locker.said(1);
    let error = site.create(&Patience(AtomicUsize::new(3))).unwrap_err();
    check_cancelled(&site, &error);
    locker.end();

    let locker = Mutex::new(None);
    // The copy itself asks only a few times after its last byte.
    let asked = AtomicUsize::new(0);
    let progress = at(|moment| match moment {
        Moment::Begin(BackupStep::Copy) => {
            let python = Python::start("hold", &site.database());
            python.said(1);
            *locker.lock().unwrap() = Some(python);
            false
        }
        Moment::AllOf(BackupStep::Copy) => asked.fetch_add(1, Ordering::Relaxed) > 5,
        _ => false,
    });
    let error = site.create(&progress).unwrap_err();
    check_cancelled(&site, &error);
}

fn check_cancelled(site: &Site, error: &CreateError) {
    let cancelled = matches!(error, CreateError::Snapshot(SnapshotError::Cancelled(_)));
    assert!(cancelled, "{error:?}");
    assert_eq!(names(&site.backups()), [""; 0]);
}
