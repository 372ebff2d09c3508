//! Isso is kept up, and taken down, as a person expects.

use std::fs::{self, File};
use std::io::{Read, Write, pipe};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use isso_tests::{Site, Terminal, Up, Visitor, free_address, wait_for};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use serde_json::{Value, json};

#[tokio::test]
async fn a_killed_master_is_replaced_and_the_port_stays_open() {
    let site = Site::new();
    let up = site.serving();
    for _ in 0..3 {
        let master = up.master();
        kill(master, Signal::SIGKILL).expect("the master is there");
        up.wait_for_status(|status| {
            TcpStream::connect(up.address()).expect("no connection is refused");
            status["state"] == "serving" && status["supervisor"]["pid"] != master.as_raw()
        });
    }
    let answer = Visitor::new(up.url(), "http://localhost").info().await;
    assert_eq!(answer["version"], "0.14.0");
}

#[test]
fn an_action_in_the_moment_of_a_crash_tells_what_is_true() {
    let site = Site::new();
    let up = site.serving();
    for port in 1..=3 {
        let master = up.master();
        let website = format!("websites=http://127.0.0.1:{port}");
        let ran = std::thread::scope(|scope| {
            let run = scope.spawn(|| site.json(&["action", "run", "set-websites", &website]));
            up.wait_for_status(|status| status["supervisor"]["phase"] == "reloading");
            // It may have been replaced already.
            let _ = kill(master, Signal::SIGKILL);
            run.join().expect("the action does its work")
        });
        assert_eq!(ran["settings"], "in-force", "{ran}");
        let status = up.status();
        assert_eq!(status["settings"]["inForce"], true, "{status}");
    }
}

#[test]
fn sigterm_stops_everything() {
    let site = Site::new();
    let up = site.serving();
    let (master, address) = (up.master(), up.address());
    assert_eq!(up.terminate().code(), Some(0));
    assert!(kill(master, None).is_err(), "gunicorn is gone");
    assert!(TcpStream::connect(address).is_err(), "the port is free");
    assert!(!site.data().join("api.sock").exists());
}

#[test]
fn stop_ends_up() {
    let site = Site::new();
    let up = site.serving();
    let master = up.master();
    site.ok(&["stop"]);
    assert!(
        kill(master, None).is_err(),
        "gunicorn is gone when the command returns"
    );
    assert_eq!(up.wait().code(), Some(0));
    let said = site.refused(&["stop"], 3);
    assert!(said.contains("issoctl up"), "{said}");
}

#[test]
fn a_killed_up_takes_isso_along_and_the_next_one_starts() {
    let site = Site::new();
    let up = site.serving();
    let master = up.master();
    up.signal(Signal::SIGKILL);
    drop(up);
    wait_for(
        || kill(master, None).is_err().then_some(()),
        || "gunicorn outlives issoctl".into(),
    );
    let up = site.serving_again();
    assert_eq!(up.status()["serving"], true);
}

#[test]
fn one_up_a_folder_and_one_program_a_port() {
    let site = Site::new();
    let up = site.serving();
    let said = site.refused(&["up", "--listen", &free_address().to_string()], 1);
    assert!(said.contains("another `issoctl up`"), "{said}");
    let elsewhere = Site::new();
    let said = elsewhere.refused(&["up", "--listen", &up.address().to_string()], 1);
    assert!(
        said.contains("in use") && said.contains("--listen"),
        "{said}"
    );
}

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
fn a_database_that_vanished_is_not_replaced_by_an_empty_one() {
    let site = Site::new();
    drop(site.serving());
    fs::remove_file(site.data().join("db/comments.db")).expect("the database was there");
    let up = site.up(&[]);
    let status = up.wait_for_status(|status| status["supervisor"]["lastExit"].is_string());
    assert_eq!(status["serving"], false);
    let reason = status["supervisor"]["lastExit"]
        .as_str()
        .unwrap_or_default();
    assert!(reason.contains("comments.db"), "{reason}");
    assert!(!site.data().join("db/comments.db").exists());
}

#[test]
fn a_broken_file_is_repaired_and_kept() {
    let site = Site::new();
    let password = site.set_password();
    site.edit_cfg("max-age = 15m", "max-age = soon");
    let up = site.serving_again();
    assert_eq!(up.status()["serving"], true);
    let shown = site.json(&["config", "show", "--reveal"]);
    assert_eq!(shown["general"]["max-age"], "15m");
    assert_eq!(shown["admin"]["password"], password.as_str());
    let kept = fs::read_dir(site.data().join("config"))
        .expect("the folder is there")
        .filter_map(Result::ok)
        .filter(|entry| {
            entry
                .file_name()
                .to_string_lossy()
                .starts_with("isso.cfg.rejected")
        })
        .map(|entry| fs::read_to_string(entry.path()).expect("it is text"))
        .collect::<Vec<_>>();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].contains("max-age = soon"));
}

#[test]
fn logs_show_what_isso_said() {
    let site = Site::new();
    let up = site.serving();
    let log = site.ok(&["logs"]);
    assert!(log.contains("Using database at"), "{log}");
    assert_eq!(site.ok(&["logs", "-n", "1"]).lines().count(), 1);
    let line = site.ok(&["logs", "-n", "1", "--json"]);
    let line: Value = serde_json::from_str(&line).expect("an object a line");
    assert!(line["text"].is_string());
    drop(up);
    assert!(site.refused(&["logs"], 3).contains("issoctl up"));
}

/// Kills gunicorn, and waits until another one serves.
fn replaced(up: &Up<'_>) {
    let master = up.master();
    kill(master, Signal::SIGKILL).expect("the master is there");
    up.wait_for_status(|status| {
        status["serving"] == true && status["supervisor"]["pid"] != master.as_raw()
    });
}

#[test]
fn nothing_that_is_printed_or_signalled_ends_a_host() {
    let mut site = Site::new();
    site.set_password();
    // A host that inherits this would neither hear SIGTERM nor of the end of gunicorn.
    let python = isso_tests::runtime().join("bin/python");
    let python = python.to_str().expect("it is text");
    let deaf = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGCHLD]); \
                signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])";
    site.through = [python, "-c", deaf].map(str::to_owned).to_vec();
    let full = File::options().write(true).open("/dev/full");
    let up = site.serving_onto(full.expect("Linux has it"));
    replaced(&up);
    let dropped = up.status()["droppedLines"].as_u64();
    assert!(dropped > Some(0), "{dropped:?}");
    for signal in [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2] {
        up.signal(signal);
    }
    replaced(&up);
    assert_eq!(up.terminate().code(), Some(0));
}

#[test]
fn a_stderr_that_nobody_reads_holds_nothing_up() {
    let site = Site::new();
    site.set_password();
    let (reader, writer) = pipe().expect("there are pipes");
    let mut end = writer.try_clone().expect("it can be shared");
    // Full before `up` writes its first line.
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("a pipe can be so");
    while end.write(&[b'.'; 512]).is_ok() {}
    fcntl(&end, FcntlArg::F_SETFL(OFlag::empty())).expect("a pipe can be so");
    let up = site.serving_onto(writer);
    replaced(&up);
    assert_eq!(up.terminate().code(), Some(0));
    drop((reader, end));
}

#[test]
fn a_lost_terminal_stops_up_and_a_log_is_told_no_password() {
    let site = Site::new();
    let log = site.data().join("up.log");
    let listen = free_address().to_string();
    let up = site.command(&["up", "--create-password", "--listen", &listen]);
    let mut script = Command::new("sh");
    script
        .args(["-c", "log=$0; exec \"$@\" 2>\"$log\""])
        .arg(&log)
        .arg(up.get_program())
        .args(up.get_args())
        .env("ISSOCTL_RUNTIME", isso_tests::runtime());
    let terminal = Terminal::run(&script);
    wait_for(
        || log.exists().then_some(()),
        || "the script does not run".into(),
    );
    let told = || fs::read_to_string(&log).expect("it is text");
    wait_for(
        || told().contains("Isso serves").then_some(()),
        || format!("no Isso serves: {}", told()),
    );
    let shown = site.json(&["config", "show", "--reveal"]);
    let password = shown["admin"]["password"].as_str().expect("it is text");
    assert!(told().contains("An admin password was set"), "{}", told());
    assert!(!told().contains(password), "the log holds the password");

    terminal.hang_up();
    // It is held until the process has ended, which makes lost files anew up to then.
    let lock = File::open(site.data().join("up.lock")).expect("`up` made it");
    wait_for(
        || lock.try_lock().ok(),
        || format!("`up` goes on: {}", told()),
    );
    assert!(!site.data().join("api.sock").exists());
    assert!(told().contains("the terminal is gone"), "{}", told());
}

/// Runs `up` with 64 descriptors.
fn with_few_descriptors(site: &Site, listen: &str) -> Child {
    let up = site.command(&["up", "--listen", listen]);
    let mut script = Command::new("sh");
    script
        .args(["-c", "ulimit -n 64; exec \"$@\"", "sh"])
        .arg(up.get_program())
        .args(up.get_args())
        .env("ISSOCTL_RUNTIME", isso_tests::runtime())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    script.spawn().expect("sh runs")
}

#[test]
fn clients_of_the_api_leave_the_descriptors_that_a_start_takes() {
    let site = Site::new();
    site.set_password();
    let listen = free_address().to_string();
    let mut up = with_few_descriptors(&site, &listen);
    let master = |status: &Value| status["supervisor"]["pid"].as_i64().unwrap_or_default();
    let status = site.wait_for_status(|status| status["serving"] == true);
    let followers: Vec<_> = (0..80)
        .map_while(|_| {
            let mut client = UnixStream::connect(site.data().join("api.sock")).ok()?;
            let request = "GET /v1/logs?lines=1&follow=true&json=false HTTP/1.1\r\nHost: x\r\n\r\n";
            client.write_all(request.as_bytes()).ok()?;
            Some(client)
        })
        .collect();
    // When many are too many at the same moment, some are closed without a word.
    wait_for(
        || {
            let output = site.run(&["status"]);
            let told = String::from_utf8_lossy(&output.stderr);
            let is_told = told.contains("takes no more") && told.contains("logs -f");
            (is_told && output.status.code() == Some(1)).then_some(())
        },
        || "no client is told that it is one too many".into(),
    );

    let old = Pid::from_raw(master(&status).try_into().expect("it is small"));
    kill(old, Signal::SIGKILL).expect("the master is there");
    let answers = || {
        let mut visitor = TcpStream::connect(&listen).ok()?;
        visitor.write_all(b"GET /info HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).ok()?;
        answer.contains(" 200 OK").then_some(())
    };
    wait_for(answers, || "Isso is not started again".into());
    drop(followers);
    let status = site.wait_for_status(|status| status["serving"] == true);
    assert_ne!(master(&status), i64::from(old.as_raw()));
    up.kill().expect("it is ours");
    up.wait().expect("it is ours");
}

#[test]
fn visitors_who_are_answered_before_isso_runs_leave_the_descriptors_that_a_start_takes() {
    let site = Site::new();
    let listen = free_address().to_string();
    let mut up = with_few_descriptors(&site, &listen);
    let answers = || {
        let mut visitor = TcpStream::connect(&listen).ok()?;
        visitor.write_all(b"GET /info HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        visitor.read_to_string(&mut answer).ok()?;
        answer.contains(" 503 ").then_some(())
    };
    wait_for(answers, || "nothing is answered before Isso runs".into());
    let descriptors = format!("/proc/{}/fd", up.id());
    let count = || fs::read_dir(&descriptors).map_or(0, Iterator::count);
    let before = count();
    // None of them asks to the end, so that each is waited for.
    let slow: Vec<_> = (0..80)
        .map_while(|_| {
            let mut visitor = TcpStream::connect(&listen).ok()?;
            visitor.write_all(b"GET /info HTTP/1.1\r\n").ok()?;
            Some(visitor)
        })
        .collect();
    wait_for(
        || (count() >= before + 4).then_some(()),
        || "slow visitors are not let in".into(),
    );
    // Opens files, in the host.
    site.ok(&["config", "show"]);
    drop(slow);
    site.ok(&["action", "run", "set-admin-password"]);
    site.wait_for_status(|status| status["serving"] == true);
    up.kill().expect("it is ours");
    up.wait().expect("it is ours");
}

#[test]
fn a_process_that_is_stopped_with_the_lock_keeps_no_dead_isso_down() {
    let site = Site::new();
    let up = site.serving();
    let lock = File::open(site.data().join(".lock")).expect("`up` made it");
    lock.lock().expect("it can be locked");
    let mut action = site
        .command(&["action", "run", "set-admin-password"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("issoctl runs");
    for _ in 0..2 {
        let master = up.master();
        kill(master, Signal::SIGKILL).expect("the master is there");
        up.wait_for_status(|status| {
            status["serving"] == true && status["supervisor"]["pid"] != master.as_raw()
        });
    }
    let done = action.wait().expect("it is our child");
    assert_eq!(done.code(), Some(1), "it does not wait for ever");
    drop(lock);
    site.set_password();
}

#[test]
fn without_a_socket_for_commands_up_does_not_begin() {
    let site = Site::new();
    site.set_password();
    let socket = site.data().join("api.sock");
    fs::create_dir(&socket).expect("the folder is ours");
    let said = site.refused(&["up", "--listen", "127.0.0.1:0"], 1);
    assert!(said.contains("commands could not reach"), "{said}");
    assert!(said.contains("a folder stands in its place"), "{said}");
    // A file is no hindrance, as a socket that a killed `up` left behind is none.
    fs::remove_dir(&socket).expect("it is empty");
    File::create(&socket).expect("the folder is ours");
    let up = site.serving_again();
    assert_eq!(up.status()["serving"], true);
}

#[test]
fn up_and_commands_that_change_files_wait_for_one_another() {
    let site = Site::new();
    site.set_password();
    let before = site.cfg();
    let lock = File::open(site.data().join("up.lock")).expect("the command made it");
    lock.lock().expect("it can be locked");
    let mut action = site
        .command(&["action", "run", "set-admin-password"])
        .stdout(Stdio::null())
        .spawn()
        .expect("issoctl runs");
    let said = site.run(&["status"]);
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(said.contains("not running yet"), "{said}");
    let told: Value =
        serde_json::from_slice(&site.run(&["status", "--json"]).stdout).expect("JSON");
    assert!(told["takenBy"].is_object(), "{told}");
    assert_eq!(site.cfg(), before);
    assert!(action.try_wait().expect("it is our child").is_none());
    drop(lock);
    assert!(action.wait().expect("it is our child").success());
    assert_ne!(site.cfg(), before);

    let lock = File::open(site.data().join("up.lock")).expect("the command made it");
    lock.lock().expect("it can be locked");
    let said = site.refused(&["up", "--listen", "127.0.0.1:0"], 3);
    assert!(said.contains("has taken"), "{said}");
}

#[test]
fn what_is_put_in_place_is_named_and_not_a_path() {
    let site = Site::new();
    let up = site.serving();
    fs::create_dir(site.data().join("mine")).expect("the folder is ours");
    let mine = site.data().join("mine/file");
    File::create(&mine).expect("the folder is ours");
    let elsewhere = isso_tests::quick_folder();
    let elsewhere_text = elsewhere
        .path()
        .to_str()
        .expect("the path is text")
        .to_owned();
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
        let answer = post(
            &site,
            "restore?language=en_US",
            &json!({ "staging": name }).to_string(),
        );
        assert!(answer.contains("500 Internal"), "{name}: {answer}");
        assert!(
            answer.contains("no files that were prepared"),
            "{name}: {answer}"
        );
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
    assert_eq!(
        status["supervisor"]["generation"], generation,
        "Isso was not stopped"
    );
}

#[test]
fn without_its_folder_up_ends_and_makes_no_other() {
    let site = Site::new();
    let mut up = site.serving();
    let master = up.master();
    let elsewhere = isso_tests::quick_folder();
    let moved = elsewhere.path().join("moved");
    fs::rename(site.data(), &moved).expect("root may");
    let said = up.wait_for_line("was moved to");
    assert!(
        said.contains(moved.to_str().expect("the path is text")),
        "{said}"
    );
    assert_eq!(up.wait().code(), Some(1));
    assert!(kill(master, None).is_err(), "gunicorn is gone");
    assert!(!site.data().exists(), "nothing was made under the old name");
    assert!(!moved.join("api.sock").exists());
}

/// A user to whom a data folder belongs on which root works.
const HER: u32 = 1234;

#[test]
fn root_works_on_the_folder_of_another_user_as_that_user() {
    if !geteuid().is_root() {
        return eprintln!("left out: only root can become another user");
    }
    let site = Site::new();
    chown(site.data(), Some(HER), Some(HER)).expect("root may");
    site.set_password();
    let private = isso_tests::quick_folder();
    let backup = site.ok(&["backup", "create"]);
    // Neither the archive nor the way to it is hers.
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
        return eprintln!("left out: only root can become another user");
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
        files_below(roots.path())
            .into_iter()
            .map(state)
            .collect::<Vec<_>>()
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
