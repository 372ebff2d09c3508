//! `supervise` around the official image's command line.

use std::net::TcpStream;
use std::process::Command;

use isso_tests::torture::Save;
use isso_tests::{ANY_PORT, Admin, Site, Visitor, free_address, wait_for};
use nix::sys::signal::{Signal, kill};

/// What `isso_cfg` knows to be good and this Isso cannot start with: misaka is not installed.
const GOOD_HERE: &str = "renderer = mistune";
const REFUSED_BY_ISSO: &str = "renderer = misaka";

fn site() -> Site {
    let site = Site::new();
    site.set_password();
    let text = format!("{}\n[markup]\n{GOOD_HERE}\n", site.cfg());
    site.save_cfg(&text);
    site
}

#[tokio::test]
async fn supervise_reloads_and_stops_any_gunicorn_as_up_does() {
    let site = site();
    let up = site.supervised();
    site.edit_cfg("host = localhost", "host =\n    https://blog.example\n    localhost");
    up.wait_for_status(|status| status["supervisor"]["generation"] == 2);
    up.wait_for_status(|status| status["settings"]["inForce"] == true);
    let visitor = Visitor::new(up.url(), "https://blog.example");
    assert_eq!(visitor.allowed_origin().await, "https://blog.example");
    assert!(site.ok(&["logs"]).contains("Starting gunicorn"));
    let master = up.master();
    site.ok(&["stop"]);
    assert!(kill(master, None).is_err(), "gunicorn is gone");
    assert_eq!(up.wait().code(), Some(0));
}

#[test]
fn settings_that_isso_alone_refuses_are_tried_beside_the_gunicorn_that_serves() {
    let site = site();
    let up = site.supervised();
    let master = up.master();
    site.edit_cfg(GOOD_HERE, REFUSED_BY_ISSO);
    let status = up.wait_for_status(|status| status["settings"]["reason"].is_string());
    let reason = status["settings"]["reason"].as_str().unwrap_or_default();
    assert!(reason.contains("misaka"), "{status}");
    assert_eq!((&status["serving"], up.master()), (&true.into(), master));
    site.edit_cfg(REFUSED_BY_ISSO, GOOD_HERE);
    up.wait_for_status(|status| status["settings"]["inForce"] == true);
    assert_eq!(up.master(), master, "nothing changed in the end");
}

#[tokio::test]
async fn a_session_key_with_which_isso_cannot_be_started_is_told_and_taken_by_the_next_start() {
    let site = site();
    let password = site.set_password();
    let broken = site.data().join("broken");
    let script = format!("test ! -e '{}' && exec \"$0\" \"$@\"", broken.display());
    let bind = free_address().to_string();
    let start = || {
        let mut up = site.supervise(&bind, &["sh", "-c", &script]);
        up.wait_for_line("Isso serves");
        up
    };
    let up = start();
    let admin = Admin::log_in(up.url(), &password).await.expect("the password is right");
    Save::InPlace.save(&broken, "");
    let said = site.refused(&["action", "run", "sign-out-everywhere"], 1);
    assert!(said.contains("the new session key is not in force"), "{said}");
    assert!(site.ok(&["status"]).contains("the new session key is not in force"));
    assert!(admin.is_logged_in().await, "Isso goes on with the key before");
    std::fs::remove_file(&broken).expect("it is there");
    assert_eq!(up.terminate().code(), Some(0));
    let up = start();
    up.wait_for_status(|status| status["settings"]["inForce"] == true);
    assert!(!admin.is_logged_in().await);
}

#[test]
fn a_start_that_keeps_failing_tries_the_last_good_settings() {
    let site = site();
    let up = site.supervised();
    let last_good = site.cfg_path().with_file_name("isso.cfg.last-good");
    wait_for(
        || last_good.exists().then_some(()),
        || "the good settings are not kept".into(),
    );
    drop(up);
    site.edit_cfg(GOOD_HERE, REFUSED_BY_ISSO);
    let up = site.supervised();
    let status = up.status();
    assert_eq!(status["settings"]["inForce"], false, "{status}");
    let reason = status["settings"]["reason"].as_str().unwrap_or_default();
    assert!(
        reason.contains("misaka") && reason.contains("last good settings"),
        "{status}"
    );
    assert!(site.cfg().contains(REFUSED_BY_ISSO), "the file is left to its author");
    site.edit_cfg(REFUSED_BY_ISSO, "renderer = mistune\nplugins = strikethrough");
    up.wait_for_status(|status| status["settings"]["inForce"] == true);
}

/// Isso takes a path that is relative, or begins with `~`, and so do issoctl's checks of the database.
#[test]
fn a_database_is_found_where_isso_finds_it() {
    let depth = std::env::current_dir().unwrap().components().count() - 1;
    for start in ["~/".to_owned(), "../".repeat(depth)] {
        let mut site = site();
        site.variables.push(("HOME".into(), "/".into()));
        let database = site.data().join("db/comments.db");
        let dbpath = format!("dbpath = {}", database.display());
        let other = dbpath.replacen('/', &start, 1);
        site.edit_cfg(&dbpath, &other);
        assert!(!database.exists(), "{other}");
        drop(site.supervised());
        assert!(database.exists(), "{other}");
        assert!(site.cfg().contains(&other), "{}", site.cfg());
    }
}

#[test]
fn a_database_that_can_be_nowhere_is_refused_with_the_path_to_write() {
    let site = site();
    let config = site.cfg_path().display().to_string();
    let dbpath = format!("dbpath = {}", site.data().join("db/comments.db").display());
    for (other, fix) in [
        ("dbpath =", "/var/lib/isso/comments.db"),
        ("dbpath = :memory:", "/var/lib/isso/comments.db"),
        ("dbpath = sqlite:////srv/c.db", "Write /srv/c.db."),
        ("dbpath = /srv/isso/", "Write /srv/isso/comments.db."),
    ] {
        site.edit_cfg(&dbpath, other);
        let said = site.refused(
            &["supervise", "--config", &config, "--", "true", "-b", "127.0.0.1:1"],
            2,
        );
        assert!(said.contains("isso.cfg:") && said.contains(fix), "{said}");
        assert!(site.cfg().contains(other), "the file is left to its author");
        site.edit_cfg(other, &dbpath);
    }
}

#[test]
fn supervise_refuses_a_command_that_it_cannot_run() {
    let site = site();
    let config = site.cfg_path().display().to_string();
    let supervise = |rest: &[&str]| {
        let args = [&["supervise", "--config", &config], rest].concat();
        site.refused(&args, 2)
    };
    let said = supervise(&["--", "/no/such/gunicorn", "-b", "127.0.0.1:1"]);
    assert!(said.contains("/no/such/gunicorn"), "{said}");
    let said = supervise(&["--", "true", "-b", "127.0.0.1:1", "--bind=127.0.0.1:2"]);
    assert!(said.contains("2 addresses") && said.contains("--listen"), "{said}");
    let said = supervise(&["--", "true", "-b", "127.0.0.1:1", "--daem"]);
    assert!(said.contains("--daem "), "{said}");
    let said = supervise(&["--", "true", "-b", "127.0.0.1:1", "-w", "0"]);
    assert!(said.contains("no worker to answer"), "{said}");
    let mut inherited = site.command(&["supervise", "--config", &config]);
    inherited.args(["--", "true", "-b", "127.0.0.1:1"]);
    let done = inherited.env("GUNICORN_CMD_ARGS", "--daemon").output();
    let done = done.expect("issoctl runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert!(said.contains("--daemon in GUNICORN_CMD_ARGS"), "{said}");
    let said = supervise(&["--", "true", "-b", "unix:/run/isso.sock"]);
    assert!(said.contains("unix:/run/isso.sock"), "{said}");
    let said = supervise(&[]);
    assert!(said.contains("ENTRYPOINT"), "{said}");
}

/// The kernel ends the script with its supervisor, but not what the script has started.
#[test]
fn an_isso_that_outlived_its_supervisor_is_ended_by_the_next_one() {
    let site = site();
    let address = free_address();
    let bind = address.to_string();
    let script = ["sh", "-c", "\"$0\" \"$@\"; exit $?"];
    let mut up = site.supervise(&bind, &script);
    up.wait_for_line("Isso serves");
    let master = up.master();
    up.signal(Signal::SIGKILL);
    assert_eq!(up.wait().code(), None);
    assert!(TcpStream::connect(address).is_ok(), "Isso goes on alone");

    let mut other = Command::new("sleep");
    // A process with this variable need not be an Isso of this folder.
    other.arg("60").env("ISSO_SETTINGS", "/proc/self/fd/0");
    let mut other = other.spawn().expect("sleep runs");
    let mut up = site.supervise(&bind, &[]);
    up.wait_for_line("Isso serves");
    assert!(up.printed().contains("whose supervisor was killed"));
    let state = std::fs::read_to_string(format!("/proc/{master}/stat")).unwrap_or_default();
    assert!(
        state.is_empty() || state.contains(") Z "),
        "the old gunicorn goes on: {state}"
    );
    assert!(other.try_wait().expect("it is ours").is_none());
    other.kill().expect("it is ours");
    other.wait().expect("it is ours");
    assert_eq!(up.terminate().code(), Some(0));
}

#[test]
fn a_configuration_file_is_kept_unless_it_makes_a_daemon_or_names_other_settings() {
    let site = site();
    let file = site.data().join("own.py");
    let save = |text: &str| {
        #[expect(clippy::disallowed_methods, reason = "no process reads it meanwhile")]
        std::fs::write(&file, text).expect("it can be written");
    };
    save("daemon = True\n");
    let own = format!("--config=file:{}", file.display());
    let config = site.cfg_path().display().to_string();
    let gunicorn = isso_tests::runtime().join("bin/gunicorn");
    let gunicorn = gunicorn.to_str().expect("it is text");
    let words = [
        "supervise",
        "--config",
        &config,
        "--",
        gunicorn,
        "-b",
        ANY_PORT,
        "-w",
        "1",
        &own,
        "isso.run",
    ];
    let mut up = site.spawn(&words);
    let status = up.wait_for_status(|status| status["supervisor"]["lastExit"].is_string());
    let reason = status["supervisor"]["lastExit"].as_str().unwrap_or_default();
    assert!(reason.contains("daemon") && reason.contains("own.py"), "{reason}");

    save("certfile = '/elsewhere'\n");
    up.wait_for_status(|status| {
        let reason = status["supervisor"]["lastExit"].as_str();
        reason.is_some_and(|reason| reason.contains("certfile") && reason.contains("TLS"))
    });

    save("raw_env = ['ISSO_SETTINGS=/elsewhere']\n");
    up.wait_for_status(|status| {
        let reason = status["supervisor"]["lastExit"].as_str();
        reason.is_some_and(|reason| reason.contains("raw_env"))
    });

    save("def on_starting(server):\n    print('their own hook', flush=True)\n");
    up.wait_for_line("their own hook");
    up.wait_for_status(|status| status["serving"] == true);
    assert_eq!(up.terminate().code(), Some(0));
}
