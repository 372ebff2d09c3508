//! A restore that is killed while files are put in place: the next start finishes it, wherever it was.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;

use isso_backup::{RestoreSource, SwapError, finish, stage, swap};
use isso_tests::spin_until;

use crate::children::{command, here, wait_until_here};
use crate::dice::Dice;
use crate::site::{CFG, MEMBERS, Site, Tree, names, put, quick_folder, tree};
use crate::swap::{COMPANIONS, KINDS, check_restored, giving_way, new_state, old_site, staged};

/// The renames of a restore, in their order, as `swap` does them.
fn renames(site: &Site, before: &Path, members: &[&str]) -> Vec<(PathBuf, PathBuf)> {
    let away = |name: &str| (site.path(name), before.join(name));
    let companions = giving_way(members).filter(|it| COMPANIONS.contains(it));
    let mut renames: Vec<_> = companions.map(away).collect();
    for name in members {
        renames.push(away(name));
        renames.push((site.path(".restore").join(name), site.path(name)));
    }
    renames.retain(|(from, _)| from.exists());
    renames
}

/// Begins a restore that counts already. Returns the folder for the old files.
fn committed(backup: &Path, site: &Site) -> PathBuf {
    let ready = staged(backup, site);
    fs::rename(ready.path(), site.path(".restore")).unwrap();
    let plan = fs::read(site.path(".restore/plan.json")).unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&plan).unwrap();
    site.path(plan["before"].as_str().unwrap())
}

fn perform(renames: &[(PathBuf, PathBuf)]) {
    for (from, to) in renames {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(from, to).unwrap();
    }
}

#[test]
fn the_rest_of_the_renames_follows_wherever_they_stopped() {
    let folder = quick_folder();
    for members in KINDS {
        let (backup, new) = new_state(folder.path(), members);
        for done in 0.. {
            let site = old_site();
            let old = tree(site.root());
            let before = committed(&backup, &site);
            let renames = renames(&site, &before, members);
            let all = giving_way(members).count() + members.len();
            assert_eq!(renames.len(), all, "nothing is left out");
            let Some(done) = renames.get(..done) else {
                break;
            };
            perform(done);
            let restored = finish(site.root()).unwrap().unwrap();
            assert_eq!(restored.before.as_ref(), Some(&before));
            check_restored(&site, &old, &new, &before);
            assert_eq!(finish(site.root()).unwrap(), None, "it is done");
            check_restored(&site, &old, &new, &before);
        }
        fs::remove_file(backup).unwrap();
    }
}

#[test]
fn one_of_several_processes_finishes_a_restore() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    for _ in 0..20 {
        let site = old_site();
        let old = tree(site.root());
        let before = committed(&backup, &site);
        let finished = thread::scope(|scope| {
            let all = [(); 4].map(|()| scope.spawn(|| finish(site.root()).unwrap()));
            all.map(|it| it.join().unwrap())
        });
        assert_eq!(finished.iter().flatten().count(), 1, "{finished:?}");
        check_restored(&site, &old, &new, &before);
    }
}

#[test]
fn the_rest_of_a_finished_restore_is_removed() {
    let folder = quick_folder();
    let (backup, new) = new_state(folder.path(), &MEMBERS);
    let site = old_site();
    let old = tree(site.root());
    let before = committed(&backup, &site);
    perform(&renames(&site, &before, &MEMBERS));
    fs::remove_file(site.path(".restore/plan.json")).unwrap();
    assert_eq!(finish(site.root()).unwrap(), None);
    check_restored(&site, &old, &new, &before);
}

#[test]
fn a_plan_that_leads_out_of_the_folder_is_not_carried_out() {
    for plan in [
        r#"{"before":"backups/before","files":["../mine"]}"#,
        r#"{"before":"backups/before","files":[],"removed":["../mine"]}"#,
        r#"{"before":"../before","files":["config/isso.cfg"]}"#,
        r#"{"before":"backups/before","files":[],"home":"/"}"#,
        r#"{"before":"backups/before","files":["link/mine"]}"#,
        r#"{"before":"backups/before","files":[],"removed":["config/isso.cfg.rejected-/../../link/mine"]}"#,
    ] {
        let folder = quick_folder();
        let root = folder.path().join("a/data");
        put(&root.join("config/isso.cfg"), CFG);
        put(&root.join("../mine"), "mine");
        put(&root.join("../outside/mine"), "mine");
        symlink("../outside", root.join("link")).unwrap();
        put(&root.join(".restore/link/mine"), "other");
        put(&root.join(".restore/plan.json"), plan);
        let all = tree(folder.path());
        let refused = finish(&root).unwrap_err();
        assert!(matches!(refused, SwapError::Halfway { .. }), "{refused:?}");
        assert_eq!(tree(folder.path()), all, "{plan}");
    }
}

#[test]
fn renames_can_be_undone_wherever_they_stopped() {
    let folder = quick_folder();
    let (backup, _) = new_state(folder.path(), &MEMBERS);
    // No new file can get into this folder, and none was in it.
    for obstacle in ["start9", "db"] {
        for done in 0.. {
            let site = old_site();
            fs::remove_dir_all(site.path(obstacle)).unwrap();
            put(&site.path(obstacle), "in the way");
            let old = tree(site.root());
            let before = committed(&backup, &site);
            let mut renames = renames(&site, &before, &MEMBERS);
            let blocked = |(_, to): &(PathBuf, PathBuf)| to.starts_with(site.path(obstacle));
            let first = renames.iter().position(blocked).unwrap();
            renames.truncate(first);
            let Some(done) = renames.get(..done) else {
                break;
            };
            perform(done);
            let error = finish(site.root()).unwrap_err();
            assert!(matches!(error, SwapError::Undone { .. }), "{error:?}");
            assert_eq!(tree(site.root()), old);
            assert_eq!(finish(site.root()).unwrap(), None);
            assert_eq!(tree(site.root()), old);
        }
    }
}

/// Runs in the process that is killed: puts one state in the place of the other, again and again.
pub fn swap_and_swap(folder: &Path) {
    let states = ["A", "B"].map(|name| RestoreSource::open(&folder.join(name)).unwrap());
    let root = folder.join("volume");
    for (n, state) in states.iter().cycle().enumerate() {
        let staged = stage(state, &root, &()).unwrap();
        if n == 1 {
            here();
        }
        swap(&root, staged.path()).unwrap();
        // The Isso of this state has left something, too.
        for name in COMPANIONS {
            put(&root.join(name), state.path().file_name().unwrap().as_encoded_bytes());
        }
    }
}

/// How often the process is killed at least.
const KILLS: usize = 200;

#[test]
fn a_restore_that_is_killed_leaves_one_state_whole() {
    let folder = quick_folder();
    let site = Site::with_comments(20);
    let states = ["A", "B"].map(|name| {
        // Settings that Isso refuses would be repaired.
        site.put("config/isso.cfg", format!("# {name}\n{CFG}"));
        site.put("start9/store.json", format!("# {name}\n"));
        let path = site.create(&()).unwrap().path;
        fs::copy(&path, folder.path().join(name)).unwrap();
        (name, site.members())
    });
    let root = folder.path().join("volume");
    let (mut dice, mut kills, mut broken_off) = (Dice(0), 0, 0);
    // On a busy machine it is often too late.
    while kills < KILLS || broken_off < KILLS / 4 {
        kills += 1;
        assert!(kills < 20 * KILLS, "only {broken_off} were broken off");
        let mut child = command("swap", folder.path(), 0).spawn().unwrap();
        wait_until_here(&mut child);
        // Now and then it is killed between two restores, but mostly in the midst of one.
        let anywhere = dice.of(0..5) == 0;
        spin_until("no restore begins", || {
            let ended = child.try_wait().unwrap();
            assert_eq!(ended, None, "it goes on until it is killed");
            anywhere || root.join(".restore").exists()
        });
        for _ in 0..dice.of(0..60) {
            let _ = root.join(".restore").exists();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        broken_off += usize::from(root.join(".restore/plan.json").exists());
        finish(&root).unwrap();
        let found = tree(&root);
        let hidden = |path: &PathBuf| path.to_str().unwrap().starts_with('.');
        // A folder without a lock may belong to a process that does not have it yet.
        let young = |path: &PathBuf| path.ends_with("locking");
        let left = found.keys().find(|it| hidden(it) && !young(it));
        assert_eq!(left, None);
        check_whole(&found, &states);
        for before in names(&root.join("backups")) {
            let before = root.join("backups").join(before);
            check_whole(&tree(&before), &states);
            fs::remove_dir_all(before).unwrap();
        }
    }
}

/// All three members are of one state, and so are the files beside them.
fn check_whole(found: &Tree, states: &[(&str, Tree); 2]) {
    let mut members = found.clone();
    members.retain(|path, _| MEMBERS.contains(&path.to_str().unwrap()));
    let state = states.iter().find(|(_, state)| *state == members);
    let (name, _) = state.expect("the members are those of one state");
    for companion in COMPANIONS {
        if let Some(bytes) = found.get(Path::new(companion)) {
            // The process may have been killed before it wrote all of it.
            let whole = bytes == name.as_bytes() || bytes.is_empty();
            assert!(whole, "{companion} is of the other state");
        }
    }
}
