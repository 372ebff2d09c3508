//! Isso is kept up, and taken down, as a person expects.

use std::fs::{self, File};
use std::io::{Read, Write, pipe};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use isso_tests::{Site, Terminal, Up, Visitor, free_address, wait_for};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

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
    let site = Site::new();
    site.set_password();
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
    wait_for(
        || (!site.data().join("api.sock").exists()).then_some(()),
        || format!("`up` goes on: {}", told()),
    );
    assert!(told().contains("the terminal is gone"), "{}", told());
}

#[test]
fn clients_of_the_api_leave_the_descriptors_that_a_start_takes() {
    let site = Site::new();
    site.set_password();
    let listen = free_address().to_string();
    let up = site.command(&["up", "--listen", &listen]);
    let mut script = Command::new("sh");
    script
        .args(["-c", "ulimit -n 64; exec \"$@\"", "sh"])
        .arg(up.get_program())
        .args(up.get_args())
        .env("ISSOCTL_RUNTIME", isso_tests::runtime())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut up = script.spawn().expect("sh runs");
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
    let told = wait_for(
        || Some(site.run(&["status"])).filter(|output| output.status.code() == Some(1)),
        || "every client is let in".into(),
    );
    let told = String::from_utf8_lossy(&told.stderr).into_owned();
    assert!(
        told.contains("takes no more") && told.contains("logs -f"),
        "{told}"
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
