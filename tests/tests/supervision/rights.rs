//! Who may read the data folder, and what root does in the folder of another user.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use isso_tests::{Site, not_tested};
use nix::unistd::geteuid;
use serde_json::json;

#[test]
fn the_data_belongs_to_its_owner_alone() {
    let site = Site::new();
    let _up = site.serving();
    for file in ["config/isso.cfg", "start9/store.json", "api.sock"] {
        let mode = site
            .data()
            .join(file)
            .metadata()
            .expect("the file is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn the_api_puts_files_in_place_by_their_name_and_not_by_a_path() {
    let site = Site::new();
    let up = site.serving();
    fs::create_dir(site.data().join("mine")).expect("the folder is ours");
    let mine = site.data().join("mine/file");
    File::create(&mine).expect("the folder is ours");
    let elsewhere = isso_tests::quick_folder();
    let elsewhere_text = elsewhere.path().to_str().expect("the path is text").to_owned();
    let generation = up.status()["supervisor"]["generation"].clone();
    for name in [
        "mine",
        "mine/file",
        ".",
        "..",
        "",
        "/",
        &elsewhere_text,
        ".issoctl-none",
    ] {
        let answer = post(&site, "restore?language=en_US", &json!({ "staging": name }).to_string());
        assert!(answer.contains("422 Unprocessable"), "{name}: {answer}");
        assert!(answer.contains("no files that were prepared"), "{name}: {answer}");
    }
    for body in [
        "[".repeat(10_000),
        "x".repeat(3_000_000),
        r#"{"from":"/tmp"}"#.to_owned(),
    ] {
        let answer = post(&site, "restore?language=en_US", &body);
        assert!(answer.contains("invalid-input"), "{answer}");
    }
    assert!(mine.exists() && elsewhere.path().exists());
    let status = up.status();
    assert_eq!(status["serving"], true, "{status}");
    assert_eq!(status["supervisor"]["generation"], generation, "Isso was not stopped");
}

/// Asks the API of `up` with a body of our own, and returns the whole answer.
fn post(site: &Site, route: &str, body: &str) -> String {
    let socket = UnixStream::connect(site.data().join("api.sock")).expect("`up` is there");
    let head = format!(
        "POST /v1/{route} HTTP/1.1\r\nHost: issoctl\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    // What is too large is answered before all of it is read.
    let _ = (&socket).write_all(&[head.as_bytes(), body.as_bytes()].concat());
    let mut answer = Vec::new();
    let _ = (&socket).read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A user who owns a data folder on which root works.
const HER: u32 = 1234;

#[test]
fn root_works_on_the_folder_of_another_user_as_that_user() {
    if !geteuid().is_root() {
        return not_tested("only root can become another user");
    }
    let site = Site::new();
    chown(site.data(), Some(HER), Some(HER)).expect("root may");
    site.set_password();
    let private = isso_tests::quick_folder();
    let backup = site.ok(&["backup", "create"]);
    // That user may read neither the archive nor its folder.
    let archive = private.path().join("mine.isso-backup.tar.zst");
    fs::copy(backup.trim(), &archive).expect("root may");
    let archive = archive.to_str().expect("the path is text");
    site.ok(&["backup", "restore", archive, "--yes"]);
    for entry in files_below(site.data()) {
        let there = entry.symlink_metadata().expect("it was there just now");
        let owner = (there.uid(), there.gid());
        assert_eq!(owner, (HER, HER), "{}", entry.display());
    }
    let into = private.path().to_str().expect("the path is text");
    let said = site.refused(&["backup", "create", "--to", into], 1);
    assert!(said.contains("root works here as user 1234"), "{said}");
}

#[test]
fn links_of_another_user_lead_root_nowhere() {
    if !geteuid().is_root() {
        return not_tested("only root can become another user");
    }
    let site = Site::new();
    site.set_password();
    let backup = site.ok(&["backup", "create"]);
    let roots = isso_tests::quick_folder();
    for name in ["config", "start9", "backups"] {
        fs::rename(site.data().join(name), roots.path().join(name)).expect("root may");
        symlink(roots.path().join(name), site.data().join(name)).expect("root may");
    }
    let archive = roots
        .path()
        .join("backups")
        .join(Path::new(backup.trim()).file_name().expect("it has a name"));
    let archive = archive.to_str().expect("the path is text");
    let own = |path: &Path| lchown(path, Some(HER), Some(HER)).expect("root may");
    files_below(site.data()).iter().for_each(|path| own(path));
    own(site.data());
    let state = || {
        let state = |path: PathBuf| {
            let there = path.symlink_metadata().expect("it was there just now");
            (path, there.uid(), there.ino(), there.mtime())
        };
        files_below(roots.path()).into_iter().map(state).collect::<Vec<_>>()
    };
    let before = state();
    for words in [
        &["action", "run", "set-admin-password"][..],
        &["backup", "restore", archive, "--yes"],
        &["backup", "create"],
        &["config", "show", "--reveal"],
    ] {
        let output = site.run(words);
        assert!(!output.status.success(), "{words:?}: {output:#?}");
    }
    assert_eq!(state(), before);
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files_below(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}
