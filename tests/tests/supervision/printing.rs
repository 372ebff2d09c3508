//! What a host prints, and the signals that it is sent: neither ends it, and what is printed has no password in it.

use std::fs::{self, File};
use std::io::{Write, pipe};
use std::process::Command;

use isso_tests::{ANY_PORT, Site, Terminal, Up, wait_for};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::signal::Signal;
use serde_json::Value;

#[test]
fn a_host_survives_a_full_stderr_and_signals() {
    let mut site = Site::new();
    site.set_password();
    // A host that inherits this would get neither SIGTERM nor SIGCHLD at the end of gunicorn.
    let python = isso_tests::runtime().join("bin/python");
    let python = python.to_str().expect("it is text");
    let deaf = "import os, signal, sys; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGCHLD]); \
                signal.signal(signal.SIGCHLD, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])";
    site.through = [python, "-c", deaf].map(str::to_owned).to_vec();
    let full = File::options().write(true).open("/dev/full");
    let up = site.serving_onto(full.expect("Linux has it"));
    up.kill_master();
    let dropped = up.status()["droppedLines"].as_u64();
    assert!(dropped > Some(0), "{dropped:?}");
    check_that_sighup_has_isso_cfg_looked_at(&site, &up);
    for signal in [Signal::SIGHUP, Signal::SIGUSR1, Signal::SIGUSR2] {
        up.signal(signal);
    }
    up.kill_master();
    assert_eq!(up.terminate().code(), Some(0));
}

/// Changes `isso.cfg` in a way that no watcher is told of, and that leaves its size and times as they were.
fn check_that_sighup_has_isso_cfg_looked_at(site: &Site, up: &Up<'_>) {
    let generation = |status: &Value| status["supervisor"]["generation"].as_u64();
    let reloads_after = |change: &dyn Fn()| {
        let before = generation(&up.status());
        change();
        up.wait_for_status(|status| status["supervisor"]["phase"] == "serving" && generation(status) > before);
    };
    // Once an edit was noticed, the look every 30 s finds nothing new.
    reloads_after(&|| site.edit_cfg("max-age = 15m", "max-age = 16m"));
    // The kernel tells a watcher of a folder only of what is opened by a name in that folder.
    let link = site.data().join("elsewhere.cfg");
    fs::hard_link(site.cfg_path(), &link).expect("it is the same disk");
    reloads_after(&|| {
        let text = site.cfg().replace("max-age = 16m", "max-age = 17m");
        let file = File::options().write(true).open(&link);
        let mut file = file.expect("it is ours");
        let modified = file.metadata().and_then(|file| file.modified());
        file.write_all(text.as_bytes()).expect("there is room");
        file.set_modified(modified.expect("Linux tells it"))
            .expect("it is ours");
        drop(file);
        up.signal(Signal::SIGHUP);
    });
}

#[test]
fn a_stderr_that_is_not_read_holds_nothing_up() {
    let site = Site::new();
    site.set_password();
    let (reader, writer) = pipe().expect("there are pipes");
    let mut end = writer.try_clone().expect("it can be shared");
    // Full before `up` writes its first line.
    fcntl(&end, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("a pipe can be so");
    while end.write(&[b'.'; 512]).is_ok() {}
    fcntl(&end, FcntlArg::F_SETFL(OFlag::empty())).expect("a pipe can be so");
    let up = site.serving_onto(writer);
    up.kill_master();
    assert_eq!(up.terminate().code(), Some(0));
    drop((reader, end));
}

#[test]
fn a_lost_terminal_stops_up_and_a_log_is_told_no_password() {
    let site = Site::new();
    let log = site.data().join("up.log");
    let up = site.command(&["up", "--create-password", "--listen", ANY_PORT]);
    let mut script = Command::new("sh");
    script
        .args(["-c", "log=$0; exec \"$@\" 2>\"$log\""])
        .arg(&log)
        .arg(up.get_program())
        .args(up.get_args())
        .env("ISSOCTL_RUNTIME", isso_tests::runtime());
    let terminal = Terminal::run(&script);
    wait_for(|| log.exists().then_some(()), || "the script does not run".into());
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
    // `up` holds its lock until it ends, and makes lost files anew until then.
    let lock = File::open(site.data().join("up.lock")).expect("`up` made it");
    wait_for(|| lock.try_lock().ok(), || format!("`up` goes on: {}", told()));
    assert!(!site.data().join("api.sock").exists());
    assert!(told().contains("the terminal is gone"), "{}", told());
}
