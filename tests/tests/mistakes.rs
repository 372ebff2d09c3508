//! Commands that are given wrongly, and whether the answer leads to what was meant.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use isso_tests::Site;

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

fn write(path: &Path, content: &[u8]) {
    #[expect(clippy::disallowed_methods, reason = "a test file need not be written atomically")]
    std::fs::write(path, content).expect("the folder is writable");
}

#[test]
fn a_data_folder_that_is_a_file_is_told_as_that() {
    let site = Site::new();
    let file = site.data().join("file");
    write(&file, b"");
    let within = file.join("within");
    for data in [text(&file), text(&within)] {
        for command in [
            &["status"][..],
            &["up"],
            &["stop"],
            &["action", "list"],
            &["backup", "create"],
            &["config", "show"],
        ] {
            let said = site.refused(&[&["--data", data], command].concat(), 2);
            assert!(said.contains("no folder"), "{command:?}: {said}");
            assert!(said.contains("--data DIR"), "{command:?}: {said}");
        }
    }
}

#[test]
fn a_data_folder_without_isso_is_not_filled_by_looking_at_it() {
    let site = Site::new();
    for command in [&["backup", "create"][..], &["config", "show"], &["config", "check"]] {
        let said = site.refused(command, 2);
        assert!(said.contains("no Isso is set up"), "{command:?}: {said}");
        assert!(said.contains("--data DIR"), "{command:?}: {said}");
    }
    let made = std::fs::read_dir(site.data()).expect("the folder is there");
    assert_eq!(made.count(), 0);
}

#[test]
fn a_path_that_is_no_file_to_check_is_answered_with_one_that_is() {
    let site = Site::new();
    site.set_password();
    let check = |path: &Path, words: &str| {
        for command in ["check", "parse"] {
            let said = site.refused(&["config", command, text(path)], 2);
            assert!(said.contains(words), "{command}: {said}");
        }
    };
    check(&site.data().join("missing.cfg"), "look at the name");
    check(site.data(), "did you mean");
    check(&site.data().join("config"), "config/isso.cfg?");
    check(&site.data().join("db"), "name a file in that folder");
    check(Path::new("/dev/zero"), "larger than 16 MiB");
    let pipe = site.data().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    check(&pipe, "no program writes into it");
}

#[test]
fn a_file_may_come_through_a_pipe() {
    let site = Site::new();
    site.set_password();
    let issoctl = isso_tests::issoctl().display();
    let slowly = "(sleep 0.2; printf '[general]\\nhost = https://a.example\\n')";
    let checked = Command::new("bash")
        .arg("-c")
        .arg(format!("{issoctl} config parse --json <({slowly})"))
        .output()
        .expect("bash runs");
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(said.contains("https://a.example"), "{checked:#?}");
}

/// Runs a command as another user than root; a test that is run by an ordinary user is that user already.
fn as_an_ordinary_user(command: &Command) -> (Option<i32>, String) {
    let mut other = Command::new("setpriv");
    if nix::unistd::geteuid().is_root() {
        other.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    }
    other.arg(command.get_program()).args(command.get_args());
    let output = other.output().expect("setpriv runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[test]
fn a_folder_without_permission_is_told_with_the_user_who_may_open_it() {
    let site = Site::new();
    site.set_password();
    let mode = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(site.data(), permissions).expect("it is ours");
    };
    // The program itself must be within reach of that user.
    let program = tempfile::tempdir_in("/tmp").expect("there is room");
    let permissions = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(program.path(), permissions).expect("it is ours");
    let copy = program.path().join("issoctl");
    std::fs::copy(isso_tests::issoctl(), &copy).expect("there is room");
    mode(0o000);
    for command in [
        &["up"][..],
        &["config", "show"],
        &["action", "list"],
        &["backup", "create"],
    ] {
        let mut wrong = Command::new(&copy);
        wrong.arg("--data").arg(site.data()).args(command);
        let (code, said) = as_an_ordinary_user(&wrong);
        assert_ne!(code, Some(0), "{command:?}: {said}");
        assert!(said.contains("as the user who"), "{command:?}: {said}");
    }
    mode(0o700);
}

#[test]
fn a_misspelt_backup_is_answered_with_the_backup_that_was_meant() {
    let site = Site::new();
    site.set_password();
    let made = site.ok(&["backup", "create"]);
    let name = Path::new(made.trim()).file_name().and_then(|name| name.to_str());
    let name = name.expect("it was made");
    let cut = name.strip_suffix(".tar.zst").expect("it has its end");
    for command in ["verify", "show", "delete", "restore"] {
        let said = site.refused(&["backup", command, cut], 2);
        assert!(said.contains(&format!("did you mean {name}?")), "{command}: {said}");
    }
    let said = site.refused(&["backup", "delete", name], 2);
    assert!(said.contains("--yes"), "{said}");
    let said = site.refused(&["backup", "list", "--in", "/nonexistent"], 2);
    assert!(said.contains("/nonexistent"), "{said}");
}

#[test]
fn a_backup_is_not_given_the_name_of_a_file() {
    let site = Site::new();
    site.set_password();
    let file = site.data().join("mine.tar.zst");
    let said = site.refused(&["backup", "create", "--to", text(&file)], 2);
    assert!(said.contains("takes a folder"), "{said}");
    assert!(!file.exists());
    write(&file, b"");
    let said = site.refused(&["backup", "create", "--to", text(&file)], 2);
    assert!(said.contains("takes a folder"), "{said}");
}

#[test]
fn rules_and_spans_that_are_not_understood_are_answered_with_examples() {
    let site = Site::new();
    let check = |words: &[&str], expected: &str| {
        let said = site.refused(words, 2);
        assert!(said.contains(expected), "{words:?}: {said}");
    };
    for span in ["daily", "24", "1h30", "0", "-1h"] {
        let every = format!("--backup-every={span}");
        check(&["up", &every], "every day 24h");
    }
    for rules in ["7", "daily", "day=7", "daily=7 weekly=4", "daily=-1", "last=3"] {
        check(&["backup", "create", "--keep", rules], "daily=7,weekly=4,monthly=6");
        let keep = ["up", "--backup-every", "24h", "--backup-keep", rules];
        check(&keep, "daily=7,weekly=4,monthly=6");
    }
    check(&["backup", "create", "--keep", "daily=7,daily=3"], "twice");
    check(&["backup", "create", "--keep", "daily=0"], "such as daily=7");
    check(&["logs", "-n", "many"], "such as 100");
}

#[test]
fn a_file_that_isso_would_refuse_is_repaired_before_an_action_and_that_is_told() {
    let site = Site::new();
    site.set_password();
    let run = |text: &str| {
        site.save_cfg(text);
        let ran = site.run(&["action", "run", "configure-server", "gravatar=true"]);
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success(), "{said}");
        assert!(site.cfg().contains("gravatar = true"), "{}", site.cfg());
        said
    };
    let good = site.cfg();
    let said = run(&good.replace("max-age = 15m", "max-age = soon"));
    assert!(said.contains("max-age"), "the repair is told: {said}");
    let said = run(&format!("garbage\n{good}"));
    assert!(
        said.contains("garbage") || said.contains("rejected"),
        "the repair is told: {said}"
    );
}

#[test]
fn a_field_that_is_wrong_without_having_been_given_is_told_with_the_way_to_mend_it() {
    let site = Site::new();
    let up = site.serving();
    site.edit_cfg("max-age = 15m", "max-age = soon");
    up.wait_for_status(|status| status["settings"]["reason"].is_string());
    let said = site.refused(&["action", "run", "configure-server", "gravatar=true"], 2);
    assert!(said.contains("give maxAge=… as well"), "{said}");
    site.ok(&["action", "run", "configure-server", "gravatar=true", "maxAge=15m"]);
}

#[test]
fn a_folder_in_place_of_the_settings_is_left_alone() {
    let site = Site::new();
    site.set_password();
    let other = Site::new();
    let supervise = |config: &Path| {
        let words = ["supervise", "--config", text(config), "--", "true", "-b", ":0"];
        other.refused(&words, 2)
    };
    let said = supervise(site.data());
    let meant = format!("did you mean --config {}?", site.cfg_path().display());
    assert!(said.contains(&meant), "{said}");
    let said = supervise(&site.data().join("db"));
    assert!(said.contains("is no file"), "{said}");
    assert!(site.cfg_path().is_file() && site.data().join("db").is_dir());
}

#[test]
fn a_link_or_pipe_in_the_place_of_a_lock_is_told_and_not_followed() {
    let site = Site::new();
    site.set_password();
    let lock = site.data().join("up.lock");
    std::fs::remove_file(&lock).unwrap();
    let other = site.data().join("other");
    symlink(&other, &lock).unwrap();
    let action = ["action", "run", "set-admin-password"];
    assert!(site.refused(&action, 1).contains("it is no file; remove it"));
    assert!(!other.exists());
    std::fs::remove_file(&lock).unwrap();
    let made = Command::new("mkfifo").arg(&lock).status();
    assert!(made.expect("mkfifo runs").success());
    assert!(site.refused(&action, 1).contains("up.lock"));
}

/// The first `up` of a folder holds its lock while it installs Isso, before it answers any command.
#[test]
fn a_host_that_does_not_answer_yet_is_told_apart_from_none() {
    let site = Site::new();
    let lock = std::fs::File::create(site.data().join("up.lock")).unwrap();
    let told = |args: &[&str]| {
        let output = site.run(args);
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    };
    assert!(told(&["status"]).contains("start it with"));
    lock.lock().unwrap();
    // The kernel does not always tell which process holds the lock, while many locks come and go.
    let own = [
        format!("process {} ", std::process::id()),
        "another process ".to_owned(),
    ];
    for args in [&["status"][..], &["stop"], &["logs"]] {
        let said = told(args);
        let names = own.iter().any(|it| said.contains(it));
        assert!(names && !said.contains("start it"), "{said}");
    }
}
