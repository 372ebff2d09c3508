//! `supervise` around the official image's command line.

use isso_tests::{Site, Visitor, wait_for};
use nix::sys::signal::kill;

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
async fn it_does_for_any_gunicorn_what_up_does() {
    let site = site();
    let up = site.supervised();
    site.edit_cfg(
        "host = localhost",
        "host =\n    https://blog.example\n    localhost",
    );
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
fn what_only_isso_refuses_it_refuses_beside_the_one_that_serves() {
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
    assert!(
        site.cfg().contains(REFUSED_BY_ISSO),
        "the file is left to its author"
    );
    site.edit_cfg(
        REFUSED_BY_ISSO,
        "renderer = mistune\nplugins = strikethrough",
    );
    up.wait_for_status(|status| status["settings"]["inForce"] == true);
}

#[test]
fn what_it_cannot_run_it_says() {
    let site = site();
    let config = site.cfg_path().display().to_string();
    let supervise = |rest: &[&str]| {
        let args = [&["supervise", "--config", &config], rest].concat();
        site.refused(&args, 2)
    };
    let said = supervise(&["--", "/no/such/gunicorn", "-b", "127.0.0.1:1"]);
    assert!(said.contains("/no/such/gunicorn"), "{said}");
    let said = supervise(&["--", "true", "-b", "127.0.0.1:1", "--bind=127.0.0.1:2"]);
    assert!(
        said.contains("2 addresses") && said.contains("--listen"),
        "{said}"
    );
    let said = supervise(&["--", "true", "-b", "unix:/run/isso.sock"]);
    assert!(said.contains("unix:/run/isso.sock"), "{said}");
    let said = supervise(&[]);
    assert!(said.contains("ENTRYPOINT"), "{said}");
}
