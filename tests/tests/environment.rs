//! Environment variables: those that the settings name reach Isso, and those of a shell do it no harm.

use isso_tests::{Admin, Site, SmtpServer, Up, Visitor, wait_for};
use serde_json::{Value, json};

const PASSWORD: &str = "from-the-environment";

/// A folder whose settings name variables, which `up` and `supervise` have.
fn site(server: &SmtpServer) -> Site {
    let mut site = Site::new();
    let password = site.set_password();
    let edits = [
        (format!("password = {password}"), "password = $ADMIN_PASSWORD"),
        ("notify = stdout".into(), "notify = $BACKENDS"),
        ("username =".into(), "username = $SMTP_USERNAME"),
        ("\npassword =\n".into(), "\npassword = ${SMTP_PASSWORD}\n"),
        (
            "host = localhost\nport = 587".into(),
            "host = 127.0.0.1\nport = $SMTP_PORT",
        ),
        ("security = starttls".into(), "security = none"),
        ("\nto =".into(), "\nto = owner@example.org"),
        ("\nfrom =".into(), "\nfrom = Comments <isso@example.org>"),
    ];
    for (from, to) in edits {
        site.edit_cfg(&from, to);
    }
    let port = server.port.to_string();
    let variables = [
        ("ADMIN_PASSWORD", PASSWORD),
        ("OTHER_PASSWORD", "another-one"),
        ("BACKENDS", "stdout,smtp"),
        ("SMTP_USERNAME", "isso"),
        ("SMTP_PASSWORD", MAIL_PASSWORD),
        ("SMTP_PORT", &port),
    ];
    site.variables = variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    site
}

/// What a variable holds is not looked through again.
const MAIL_PASSWORD: &str = "x$HOME ${PATH}";

async fn variables_are_in_force(up: &Up<'_>, server: &mut SmtpServer) {
    assert!(logs_in(up, PASSWORD).await, "the variable's value logs in");
    assert!(!logs_in(up, "$ADMIN_PASSWORD").await, "the text does not");
    let visitor = Visitor::new(up.url(), "http://localhost");
    assert_eq!(visitor.post("please tell the owner").await.status(), 202);
    let mail = server.next_mail();
    assert_eq!(mail["to"], json!(["owner@example.org"]));
}

async fn logs_in(up: &Up<'_>, password: &str) -> bool {
    Admin::log_in(up.url(), password).await.is_some()
}

#[tokio::test]
async fn variables_that_the_settings_name_reach_isso_through_up() {
    let mut server = SmtpServer::start(MAIL_PASSWORD);
    let site = site(&server);
    let before = site.cfg();
    let up = site.serving_again();
    variables_are_in_force(&up, &mut server).await;

    // The host answers for its environment, which this command does not have.
    let checked = site.ok(&["config", "check"]);
    for name in ["$ADMIN_PASSWORD", "${SMTP_PASSWORD}", "$SMTP_PORT", "$BACKENDS"] {
        let told = format!("{name} is expanded from the environment of `issoctl up`");
        assert!(checked.contains(&told), "{checked}");
    }
    let shown = site.json(&["config", "show"]);
    assert_eq!(shown["smtp"]["port"], json!(server.port.to_string()));
    assert_eq!(shown["smtp"]["username"], "isso");
    let form = site.ok(&["action", "show", "configure-smtp", "--reveal"]);
    for told in [&checked, &shown.to_string(), &form] {
        for secret in [PASSWORD, MAIL_PASSWORD] {
            assert!(!told.contains(secret), "{told}");
        }
    }
    assert_eq!(
        site.json(&["config", "show", "--reveal"])["admin"]["password"],
        PASSWORD
    );

    // An action leaves alone what it was not asked to change.
    site.ok(&["action", "run", "configure-server", "maxAge=20m"]);
    site.ok(&["action", "run", "configure-smtp", "to=else@example.org"]);
    let expected = before
        .replace("max-age = 15m", "max-age = 20m")
        .replace("owner@example.org", "else@example.org");
    assert_eq!(site.cfg(), expected);

    // A reference that is added by hand is in force at once, and after a crash.
    site.edit_cfg("$ADMIN_PASSWORD", "${OTHER_PASSWORD}");
    up.wait_for_status(|status| status["settings"]["inForce"] == true);
    assert!(logs_in(&up, "another-one").await);
    let restarts = up.status()["supervisor"]["restarts"].clone();
    let status = up.kill_master();
    assert_ne!(status["supervisor"]["restarts"], restarts);
    assert!(logs_in(&up, "another-one").await);

    // What Isso would refuse is refused, and the value is not shown.
    site.edit_cfg("ratelimit = 2", "ratelimit = $OTHER_PASSWORD");
    let status = up.wait_for_status(|status| status["settings"]["reason"].is_string());
    assert!(
        status["settings"]["problems"][0]["text"] == "$OTHER_PASSWORD",
        "{status}"
    );
    assert!(!status.to_string().contains("another-one"), "{status}");
}

#[tokio::test]
async fn variables_that_the_settings_name_reach_isso_through_supervise() {
    let mut server = SmtpServer::start(MAIL_PASSWORD);
    let mut site = site(&server);
    let data = site.data().to_str().expect("the path is text").to_owned();
    site.edit_cfg(&format!("dbpath = {data}/"), "dbpath = ${DATA}/");
    site.variables.push(("DATA".to_owned(), data));
    let before = site.cfg();
    let up = site.supervised();
    variables_are_in_force(&up, &mut server).await;
    assert_eq!(site.cfg(), before);
    let environment = environment_of(&up);
    assert!(!environment.iter().any(|it| it.starts_with("OTHER_PASSWORD=")));
}

fn environment_of(up: &Up<'_>) -> Vec<String> {
    let path = format!("/proc/{}/environ", up.master());
    let text = std::fs::read_to_string(path).expect("gunicorn runs");
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[test]
fn an_admin_password_that_names_a_variable_which_is_not_set_is_none() {
    for (password, value) in [
        ("$ADMIN_PASSWORD", None),
        ("$ADMIN_PASSWORD", Some("")),
        ("${ADMIN_PASSWORD}", Some("please_choose_a_strong_password")),
        ("$PYTHONPATH", Some("/nonexistent")),
    ] {
        let mut site = Site::new();
        let generated = site.set_password();
        site.edit_cfg(&generated, password);
        let name = password.trim_matches(['$', '{', '}']);
        site.variables = value
            .map(|value| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        let mut up = site.up(&[]);
        up.wait_for_line("admin password");
        let status = up.status();
        assert_eq!(status["passwordNeeded"], true, "{password} {value:?}: {status}");
        assert!(site.cfg().contains(password), "the file is left to its author");
    }
}

/// Variables that a shell has for other work.
#[test]
fn variables_that_steer_python_do_not_keep_up_from_serving() {
    let modules = isso_tests::quick_folder();
    let module = modules.path().join("sitecustomize.py");
    #[expect(clippy::disallowed_methods, reason = "no other process reads it")]
    std::fs::write(module, "raise SystemExit('a foreign module')").expect("a file can be written");
    let modules = modules.path().to_str().expect("the path is text");
    let mut site = Site::new();
    site.set_password();
    site.variables = [
        ("PYTHONHOME", "/nonexistent"),
        ("PYTHONPATH", modules),
        ("PYTHONSTARTUP", "/nonexistent"),
        ("GUNICORN_CMD_ARGS", "--no-such-option"),
        ("WEB_CONCURRENCY", "many"),
        ("LD_PRELOAD", ""),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    let up = site.serving_again();
    let names: Vec<_> = environment_of(&up)
        .iter()
        .filter_map(|it| Some(it.split_once('=')?.0.to_owned()))
        .collect();
    assert_eq!(names, ["ISSO_SETTINGS", "NOTIFY_SOCKET"]);
}

#[test]
fn supervise_passes_on_what_steers_python_and_gunicorn() {
    let mut site = Site::new();
    site.set_password();
    site.variables = [("PYTHONUTF8", "1"), ("WEB_CONCURRENCY", "3"), ("PATH_INFO", "x")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let up = site.supervised();
    let environment = environment_of(&up);
    for passed in ["PYTHONUTF8=1", "WEB_CONCURRENCY=3"] {
        assert!(environment.iter().any(|it| it == passed), "{environment:?}");
    }
    assert!(!environment.iter().any(|it| it.starts_with("PATH_INFO=")));
}

#[test]
fn a_check_without_a_host_tells_whose_environment_it_looked_at() {
    let site = Site::new();
    let password = site.set_password();
    site.edit_cfg(&password, "$ADMIN_PASSWORD");
    site.edit_cfg("ratelimit = 2", "ratelimit = ${RATE}");
    let check = |rate: Option<&str>| -> Value {
        let mut command = site.command(&["config", "check", "--json"]);
        command.env("ADMIN_PASSWORD", PASSWORD);
        if let Some(rate) = rate {
            command.env("RATE", rate);
        }
        let output = command.output().expect("issoctl runs");
        let text = String::from_utf8(output.stdout).expect("issoctl prints UTF-8");
        assert!(!text.contains(PASSWORD) && !text.contains("often"), "{text}");
        serde_json::from_str(&text).expect("issoctl prints JSON")
    };
    let good = check(Some("5"));
    assert_eq!(good["accepted"], true, "{good}");
    let told = good["diagnostics"][0]["message"].to_string();
    assert!(told.contains("from the environment of this command"), "{good}");
    assert_eq!(check(Some("often"))["accepted"], false);
    let unset = check(None);
    assert_eq!(unset["accepted"], false, "{unset}");
    assert!(
        unset
            .to_string()
            .contains("is not set in the environment of this command"),
        "{unset}"
    );

    // A command does not repair what only the host can judge.
    let before = site.cfg();
    site.set_website("https://a.example");
    let host = ("host = localhost", "host = \n    https://a.example\n    localhost");
    assert_eq!(site.cfg(), before.replacen(host.0, host.1, 1));
}

#[test]
fn the_password_of_a_panel_that_was_off_opens_nothing() {
    let source = isso_tests::quick_folder();
    let cfg = "[general]\nhost = localhost\n[admin]\nenabled = false\npassword = long-known\n";
    #[expect(clippy::disallowed_methods, reason = "a person made it")]
    std::fs::write(source.path().join("isso.cfg"), cfg).expect("a file can be written");
    let site = Site::new();
    let source = source.path().to_str().expect("the path is text");
    let plan = site.run(&["backup", "restore", source, "--yes"]);
    let told = String::from_utf8_lossy(&[plan.stdout.clone(), plan.stderr.clone()].concat()).into_owned();
    assert!(plan.status.success(), "{told}");
    assert!(told.contains("its password is not taken over"), "{told}");
    assert!(told.contains("There is no admin password"), "{told}");
    assert!(!told.contains("long-known"), "{told}");

    let up = site.up(&[]);
    let status = wait_for(
        || Some(up.status()).filter(|status| status["passwordNeeded"] == true),
        || "no password is asked for".into(),
    );
    assert_eq!(status["serving"], false, "{status}");
    let kept = std::fs::read_dir(site.data().join("config"))
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be listed").path())
        .find(|path| path.to_string_lossy().contains("rejected"))
        .expect("the file before is kept");
    let kept = std::fs::read_to_string(kept).expect("it is text");
    assert!(kept.contains("long-known") && !site.cfg().contains("long-known"));
    site.set_password();
    up.wait_for_status(|status| status["serving"] == true);
}
