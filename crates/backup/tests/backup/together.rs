//! Several processes at once do not disturb each other.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread;

use isso_backup::{BackupStep, RestoreSource, list, verify};

use crate::progress::{Moment, at};
use crate::site::{Site, names, quick_folder};

#[test]
fn the_work_of_another_is_left_alone() {
    let (slow, quick) = (Site::with_comments(10), Site::with_comments(20));
    let to = slow.backups();
    let ((reached, wait), (check_cancelled, told)) = (channel(), channel::<()>());
    let told = Mutex::new(told);
    let progress = at(|moment| {
        if moment == Moment::AllOf(BackupStep::Pack) {
            // It is asked again later, and then the test listens no more.
            if reached.send(()).is_ok() {
                let _ = told.lock().unwrap().recv();
            }
        }
        false
    });
    thread::scope(|scope| {
        let other = scope.spawn(|| slow.create_in(&to, &progress));
        wait.recv().unwrap();
        drop(wait);
        assert_eq!(list(&to).unwrap().len(), 0);
        let first = quick.create_in(&to, &()).unwrap();
        drop(check_cancelled);
        let second = other.join().unwrap().unwrap();
        for (created, comments) in [(first, 20), (second, 10)] {
            let source = RestoreSource::open(&created.path).unwrap();
            let verified = verify(&source, &to, &()).unwrap();
            assert_eq!(verified.database.unwrap().comments, comments);
        }
    });
    assert_eq!(names(&to).len(), 2);
}

#[test]
fn many_processes_can_work_in_one_folder() {
    let folder = quick_folder();
    let sites = [(); 4].map(|()| Site::without_database());
    thread::scope(|scope| {
        for site in &sites {
            scope.spawn(|| {
                for _ in 0..25 {
                    site.create_in(folder.path(), &()).unwrap();
                    list(folder.path()).unwrap();
                }
            });
        }
    });
    let listed = list(folder.path()).unwrap();
    assert_eq!(listed.len(), 100);
    assert!(listed.iter().all(|it| it.manifest.is_ok()));
    assert_eq!(names(folder.path()).len(), 100);
}
