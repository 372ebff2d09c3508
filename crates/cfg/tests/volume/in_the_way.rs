//! Folders, links and pipes in the places of the files, and who may read the files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::Command;

use isso_cfg::{Code, Found, Note, Severity, Store, VolumeError, keys};
use isso_tests::disks::{namespaces, through};
use isso_tests::not_tested;

use super::*;
use crate::update::Failed;

#[test]
fn folders_and_pipes_in_the_place_of_a_file_are_moved_away() {
    let (_folder, volume) = volume();
    fs::create_dir_all(volume.config_path().join("inside")).unwrap();
    fs::create_dir_all(store(&volume).parent().unwrap()).unwrap();
    assert!(Command::new("mkfifo").arg(store(&volume)).status().unwrap().success());
    assert!(
        matches!(volume.read(), Err(VolumeError::Read { .. })),
        "a pipe is not waited for"
    );
    volume.prepare().unwrap();
    assert!(beside(&volume.config_path(), "rejected").join("inside").is_dir());
    assert!(beside(&store(&volume), "rejected").exists());
    assert_eq!(volume.read().unwrap().store, Store::default());
}

#[test]
fn a_link_stays_and_its_target_is_written() {
    let (folder, volume) = volume();
    let target = folder.path().join("elsewhere.cfg");
    fs::create_dir(folder.path().join("config")).unwrap();
    symlink("../elsewhere.cfg", volume.config_path()).unwrap();
    volume.prepare().unwrap();
    assert!(fs::symlink_metadata(volume.config_path()).unwrap().is_symlink());
    assert!(
        text(&target).contains("dbpath = /db/comments.db"),
        "a link to nothing is as good as no file"
    );

    put(&target, FINE.replace("/db/", "/tmp/"));
    put(&folder.path().join(".elsewhere.cfg.new-abc"), "left by a killed writer");
    volume.prepare().unwrap();
    assert_eq!(text(&target), FINE);
    assert!(!folder.path().join(".elsewhere.cfg.new-abc").exists());
}

#[test]
fn obstacles_to_a_file_are_set_aside() {
    fn check(in_the_way: impl FnOnce(&Path), expected_at: &str) {
        let (folder, volume) = volume_with(FINE);
        volume.remember(&volume.read().unwrap().cfg).unwrap();
        let kept = text(volume.config_path().with_file_name("isso.cfg.last-good"));
        in_the_way(folder.path());
        let prepared = volume.prepare().unwrap();
        // The last good settings are gone with their folder, and then there is no password.
        let with_last_good = expected_at.starts_with("config/");
        assert_eq!(prepared.usable_password, with_last_good, "{prepared:?}");
        if with_last_good {
            assert_eq!(text(volume.config_path()), kept);
        }
        let found = beside(&folder.path().join(expected_at), "rejected");
        assert!(fs::symlink_metadata(found).is_ok());
        assert!(volume.prepare().unwrap().notes.is_empty(), "all is well now");
    }
    let config = |folder: &Path| folder.join("config/isso.cfg");
    let replace = |path: PathBuf| {
        fs::remove_file(&path).unwrap();
        path
    };
    let file = "config/isso.cfg";
    check(|it| fs::create_dir(replace(config(it))).unwrap(), file);
    check(
        |it| nix::unistd::mkfifo(&replace(config(it)), nix::sys::stat::Mode::S_IRWXU).unwrap(),
        file,
    );
    check(|it| symlink("isso.cfg", replace(config(it))).unwrap(), file);
    check(|it| symlink("/no/where", replace(config(it))).unwrap(), file);
    check(
        |it| {
            fs::remove_dir_all(it.join("config")).unwrap();
            put(&it.join("config"), "a file");
        },
        "config",
    );
}

#[test]
fn a_file_of_another_user_is_set_aside() {
    if !geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    let (folder, volume) = volume_with(FINE);
    volume.remember(&volume.read().unwrap().cfg).unwrap();
    let config = folder.path().join("config");
    let owned_by = |name: &str| chown(config.join(name), Some(65534), None).unwrap();
    chown(folder.path(), Some(65534), None).unwrap();
    chown(&config, Some(65534), None).unwrap();
    for name in ["db", "start9", ".lock", "start9/store.json"] {
        chown(folder.path().join(name), Some(65534), None).unwrap();
    }
    owned_by("isso.cfg.last-good");
    // The folder belongs to this user, who may not even read the file.
    let prepared = thread::scope(|scope| {
        let prepare = || {
            setfsuid(Uid::from_raw(65534));
            volume.prepare()
        };
        scope.spawn(prepare).join().unwrap()
    });
    let prepared = prepared.unwrap();
    assert!(prepared.usable_password, "{prepared:?}");
    assert_eq!(text(beside(&volume.config_path(), "rejected")), FINE);
}

#[test]
fn a_file_of_a_user_who_has_no_number_here_is_replaced() {
    if !geteuid().is_root() {
        return not_tested("only root can give files to another user");
    }
    let Some(namespaces) = namespaces(&[]) else {
        return;
    };
    let (folder, volume) = volume_with(FINE);
    chown(volume.config_path(), Some(1234), Some(1234)).unwrap();
    fs::set_permissions(volume.config_path(), Permissions::from_mode(0o644)).unwrap();
    // As in a rootless container.
    let mut inside = Command::new(std::env::current_exe().unwrap());
    inside.args(["--exact", "in_the_way::in_a_namespace", "--ignored"]);
    inside.env(NAMESPACE, folder.path());
    let done = through(&namespaces, &inside).output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(said.contains("1 passed"), "{done:?}");
    assert_eq!(text(volume.config_path()), FINE.replace("hunter2", "x"));
}

const NAMESPACE: &str = "ISSO_CFG_TEST_NAMESPACE";

#[test]
#[ignore = "it is the process that the test above starts"]
fn in_a_namespace() {
    let Some(folder) = std::env::var_os(NAMESPACE) else {
        return not_tested("it needs the folder and the namespace of the test that starts it");
    };
    let volume = Volume::new(folder, DBPATH);
    let updated = volume.update(|contents| {
        contents.cfg.write_text(&keys::ADMIN_PASSWORD, "x")?;
        Ok::<_, Failed>(())
    });
    updated.unwrap();
}

#[test]
fn obstacles_to_the_lock_are_set_aside() {
    for make in [
        (|path| fs::create_dir(path).unwrap()) as fn(&Path),
        |path| nix::unistd::mkfifo(path, nix::sys::stat::Mode::S_IRWXU).unwrap(),
        |path| symlink("elsewhere", path).unwrap(),
    ] {
        let (folder, volume) = volume();
        make(&folder.path().join(".lock"));
        volume.prepare().unwrap();
        assert!(!folder.path().join("elsewhere").exists());
        assert!(folder.path().join(".lock").is_file());
    }
}

#[test]
fn settings_of_more_than_a_mebibyte_are_not_read() {
    const MOST: usize = 1024 * 1024;
    let (_folder, volume) = volume_with(FINE);
    let in_force = volume.read().unwrap().cfg;
    let path = volume.config_path();
    let comment = "#".repeat(MOST - FINE.len());
    put(&path, format!("{FINE}{comment}"));
    assert_eq!(volume.read().unwrap().cfg.as_str().len(), MOST);

    // It takes no room on the disk.
    let size = 100 << 30;
    File::create(&path).unwrap().set_len(size).unwrap();
    let before = identity(&path);
    let error = volume.prepare().unwrap_err();
    let VolumeError::Read { source, .. } = &error else {
        panic!("{error:?}");
    };
    let expected = format!("it has {size} bytes, and settings may have {MOST} at most");
    assert_eq!(source.to_string(), expected);
    let Found::Refused(problems) = volume.review(&in_force).unwrap().found else {
        panic!("it is refused");
    };
    assert!(problems[0].message.contains(&expected), "{problems:?}");
    assert_eq!(identity(&path), before);
}

#[test]
fn leftovers_of_a_killed_writer_are_removed() {
    let (_folder, volume) = volume_with(FINE);
    put(
        &volume.config_path().with_file_name(".isso.cfg.new-abcdef"),
        "part of a",
    );
    put(&store(&volume).with_file_name(".store.json.new-abcdef"), "{");
    put(&volume.config_path().with_file_name("isso.cfg.mine"), "a person's copy");
    volume.prepare().unwrap();
    assert_eq!(names(volume.root().join("config")), ["isso.cfg", "isso.cfg.mine"]);
    assert_eq!(names(volume.root().join("start9")), ["store.json"]);
}

#[test]
fn a_damaged_store_is_set_aside() {
    let (_folder, volume) = volume_with(FINE);
    let damaged = "{\"smtp\":{\"selection\":\"custom\",\"value\":{\"password\":\"hunter3\"}";
    put(&store(&volume), damaged);
    assert!(matches!(volume.read(), Err(VolumeError::Store { .. })));
    let prepared = volume.prepare().unwrap();
    assert_eq!(volume.read().unwrap().store, Store::default());
    assert_eq!(text(beside(&store(&volume), "damaged")), damaged);
    assert_eq!(text(volume.config_path()), FINE);
    assert_eq!(
        prepared.notes[0].to_string(),
        "store.json was damaged (the file is not JSON: line 1, column 60): made anew. Mail goes on as \
         isso.cfg has it; which mail server was selected is forgotten, and selected again by saving Email notifications"
    );
}

#[test]
fn files_are_closed_to_other_users() {
    let (_folder, volume) = volume_with(FINE);
    for path in [volume.config_path(), store(&volume)] {
        fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    }
    let paths = [store(&volume), volume.config_path()];
    assert_eq!(
        volume.prepare().unwrap().notes,
        paths.clone().map(|path| Note::Closed { path })
    );
    paths.iter().for_each(|path| assert_eq!(mode(path), 0o600));
}

#[test]
fn a_missing_database_folder_is_found() {
    let (_folder, volume) = volume_with(FINE);
    fs::remove_dir(volume.root().join("db")).unwrap();
    let found = volume.check().unwrap();
    assert_eq!(
        (found[0].severity, found[0].code, found[0].line),
        (Severity::Warning, Code::DatabaseFolder, 3)
    );
    volume.prepare().unwrap();
    assert_eq!(volume.check().unwrap(), []);
}
