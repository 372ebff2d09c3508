//! From an empty folder to a comment that every visitor sees.

use std::time::Duration;

use isso_tests::{Admin, PATIENCE, Site, Visitor, wait_for};
use reqwest::StatusCode;

#[tokio::test]
async fn the_gate_holds_until_a_password_is_set() {
    let site = Site::new();
    let mut up = site.up(&[]);
    up.wait_for_line("set-admin-password");
    let status = up.wait_for_status(|status| status["state"] == "awaiting-password");
    assert_eq!(status["serving"], false);
    assert_eq!(status["passwordNeeded"], true);
    assert!(
        status["supervisor"]["pid"].is_null(),
        "Isso runs before there is a password: {status}"
    );
    check_that_the_supervisor_answers(&up.url()).await;

    let password = site.set_password();
    assert_eq!(password.len(), 24);
    let status = up.wait_for_status(|status| status["state"] == "serving");
    assert_eq!(status["serving"], true);
    assert_eq!(status["passwordNeeded"], false);
    assert!(Admin::log_in(up.url(), &password).await.is_some());
    assert!(
        Admin::log_in(up.url(), "please_choose_a_strong_password")
            .await
            .is_none()
    );
    assert!(!up.printed().contains(&password), "the password is in the log");
}

/// The person who opens the admin panel reads what to do, and a script of the blog reads the status.
async fn check_that_the_supervisor_answers(url: &str) {
    let http = isso_daemon::plain_http().build().expect("the client needs nothing");
    let asked_until_answered = async |path: &str, accept: &str| loop {
        let request = http.get(format!("{url}{path}")).header("Accept", accept);
        match request.header("Origin", "https://blog.example").send().await {
            Ok(answer) => {
                assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
                let allowed = &answer.headers()["Access-Control-Allow-Origin"];
                assert_eq!(allowed, "https://blog.example");
                return answer.text().await.expect("the answer is text");
            }
            // The port opens with the first answer.
            Err(error) => assert!(error.is_connect(), "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    let ask = async |path, accept| {
        let answer = tokio::time::timeout(PATIENCE, asked_until_answered(path, accept));
        answer.await.expect("the port opens")
    };
    let script = ask("/js/embed.min.js", "*/*").await;
    assert!(!script.contains('<'), "{script}");
    let page = ask("/admin/", "text/html,*/*;q=0.8").await;
    assert!(page.contains("issoctl action run set-admin-password"), "{page}");
}

#[tokio::test]
async fn a_comment_waits_for_approval() {
    let site = Site::new();
    let password = site.set_password();
    site.set_website("https://blog.example");
    let up = site.serving_again();
    let visitor = Visitor::new(up.url(), "https://blog.example");

    let answer = visitor.post("Hello from a test").await;
    assert_eq!(answer.status(), 202, "moderation accepts and holds");
    assert!(visitor.comments().await.is_empty());

    let admin = Admin::log_in(up.url(), &password).await.expect("the password is right");
    assert_eq!(admin.approve_all().await, 1);
    assert_eq!(visitor.comments().await, ["Hello from a test"]);
}

#[tokio::test]
async fn create_password_opens_the_gate_and_keeps_the_secret() {
    let site = Site::new();
    let mut up = site.up(&["--create-password"]);
    up.wait_for_line("Isso serves");
    let shown = site.json(&["config", "show", "--reveal"]);
    let password = shown["admin"]["password"]
        .as_str()
        .expect("the password is text")
        .to_owned();
    assert!(Admin::log_in(up.url(), &password).await.is_some());
    assert!(!up.printed().contains(&password), "stdout is no terminal here");
    assert!(!site.ok(&["config", "show"]).contains(&password));
}

#[tokio::test]
async fn a_new_password_replaces_the_old_one() {
    let site = Site::new();
    let old = site.set_password();
    let up = site.serving_again();
    assert!(Admin::log_in(up.url(), &old).await.is_some());
    // The command returns once the new password is in force.
    let new = site.set_password();
    assert!(Admin::log_in(up.url(), &new).await.is_some());
    assert!(Admin::log_in(up.url(), &old).await.is_none());
}

#[test]
fn a_password_lost_by_hand_brings_the_gate_back() {
    let site = Site::new();
    let password = site.set_password();
    site.edit_cfg(&format!("password = {password}"), "password =");
    let mut up = site.up(&[]);
    up.wait_for_line("set-admin-password");
    let status = up.status();
    assert_eq!(status["state"], "awaiting-password");
    assert!(status["supervisor"]["pid"].is_null());
}

#[test]
fn up_installs_isso_by_itself() {
    let site = Site::new();
    site.set_password();
    let disk = tempfile::tempdir().expect("a temporary folder can be made");
    let own = disk.path().join("runtime");
    let mut up = site.up(&["--runtime", own.to_str().expect("the path is text")]);
    up.wait_for_line("Isso serves");
    let version = wait_for(
        || up.status()["probe"]["version"].as_str().map(str::to_owned),
        || "no answer".into(),
    );
    assert_eq!(version, "0.14.0");
}
