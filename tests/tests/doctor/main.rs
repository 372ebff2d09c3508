//! `issoctl doctor`: what a person sees of it, and what a program reads, and what it says of Isso behind a proxy.

mod proxies;
mod proxy;

use std::net::TcpListener;

use isso_tests::torture::http::block_on;
use isso_tests::{Site, Terminal};
use serde_json::Value;

/// The findings of the check with this id.
fn findings(report: &Value, id: &str) -> Vec<Value> {
    let all = report["checks"].as_array().expect("a report has checks");
    all.iter().filter(|finding| finding["id"] == id).cloned().collect()
}

#[test]
fn a_finding_says_how_it_is_and_what_to_do() {
    let site = Site::new();
    site.refused(&["doctor"], 2);
    site.set_website("https://blog.example");
    let only = ["doctor", "--only", "admin-password"];
    let failed = site.run(&only);
    let said = String::from_utf8_lossy(&failed.stdout).into_owned();
    assert_eq!(failed.status.code(), Some(1), "{failed:#?}");
    assert!(
        said.contains("✗ admin-password  The admin panel has no password"),
        "{said}"
    );
    assert!(said.contains("→ Run the action Set Admin Password.\n"), "{said}");
    assert!(said.contains("Failed: 1 (admin-password)"), "{said}");
    // Neither progress nor colours go into a pipe.
    assert!(failed.stderr.is_empty() && !said.contains('\u{1b}'), "{failed:#?}");

    site.set_password();
    let mut german = site.command(&only);
    let said = german.env("LC_ALL", "de_DE.UTF-8").output().expect("issoctl runs");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(
        said.contains("✓ admin-password  Die Verwaltungsseiten haben ein Passwort."),
        "{said}"
    );
    assert!(said.contains("In Ordnung: 1"), "{said}");
}

#[test]
fn a_program_reads_the_same() {
    let site = Site::new();
    site.set_website("https://blog.example");
    let failed = site.run(&["doctor", "--only", "admin-password", "--json"]);
    assert_eq!(failed.status.code(), Some(1), "{failed:#?}");
    let report: Value = serde_json::from_slice(&failed.stdout).expect("it is JSON");
    assert_eq!(report["version"], 1);
    let found = findings(&report, "admin-password");
    assert_eq!((found.len(), &found[0]["status"]), (1, &"fail".into()), "{report}");
    assert!(found[0]["cause"].is_string() && found[0]["fix"].is_string(), "{report}");

    site.set_password();
    let list = site.json(&["doctor", "--list"]);
    let ids: Vec<_> = list
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|it| &it["id"])
        .collect();
    assert!(ids.contains(&&"admin-password".into()), "{list}");
    let report = site.run(&["doctor", "--json"]);
    let report: Value = serde_json::from_slice(&report.stdout).expect("it is JSON");
    // Every check says something of itself, in the order of the list.
    let mut found: Vec<_> = report["checks"].as_array().expect("it is a list").iter().collect();
    found.dedup_by_key(|finding| &finding["id"]);
    let found: Vec<_> = found.into_iter().map(|finding| &finding["id"]).collect();
    assert_eq!(found, ids);
}

#[test]
fn a_mistake_on_the_command_line_is_answered_with_the_right_form() {
    let site = Site::new();
    site.set_password();
    let said = site.refused(&["doctor", "--only", "admin-pasword"], 2);
    assert!(said.contains("did you mean `admin-password`?"), "{said}");
    let output = site.run(&["doctor", "--only", "nothing-like-it", "--json"]);
    assert_eq!(output.status.code(), Some(2), "{output:#?}");
    let error: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let message = error["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("doctor --list"), "{error}");
    for (option, value, said) in [
        ("--site", "blog.example", "no address of a website"),
        ("--page", "/post/", "no address of a page"),
        ("--address", "ftp://blog.example", "no address of a comment server"),
        (
            "--resolve",
            "blog.example:127.0.0.1",
            "comments.example.org:443:192.0.2.7",
        ),
        ("--ca", "/dev/null", "BEGIN CERTIFICATE"),
    ] {
        let error = site.refused(&["doctor", option, value], 2);
        assert!(error.contains(said), "{option} {value}: {error}");
    }
}

#[test]
fn where_nothing_can_be_mended_nothing_is_changed() {
    let site = Site::new();
    site.set_website("https://blog.example");
    let before = site.cfg();
    let fix = ["doctor", "--fix", "admin-password"];
    let said = site.refused(&fix, 2);
    assert!(said.contains("--yes"), "{said}");
    let failed = site.run(&[&fix[..], &["--yes"]].concat());
    assert_eq!(failed.status.code(), Some(1), "{failed:#?}");
    assert!(
        String::from_utf8_lossy(&failed.stderr).contains("by hand"),
        "{failed:#?}"
    );
    assert_eq!(site.cfg(), before);
    site.set_password();
    let done = site.run(&[&fix[..], &["--yes"]].concat());
    assert!(done.status.success(), "{done:#?}");
    assert!(
        String::from_utf8_lossy(&done.stderr).contains("nothing to mend"),
        "{done:#?}"
    );
}

/// A proxy that Isso never recognises, in a file that a person has written.
fn site_with_a_network() -> Site {
    let site = Site::new();
    site.set_password();
    site.edit_cfg("trusted-proxies =", "trusted-proxies = 192.0.2.7/32");
    site
}

#[test]
fn a_mend_is_run_and_says_how_to_undo_it() {
    let site = site_with_a_network();
    let done = site.run(&["doctor", "--fix", "trusted-proxies", "--yes", "--json"]);
    assert!(done.status.success(), "{done:#?}");
    let said: Value = serde_json::from_slice(&done.stdout).expect("it is JSON");
    assert_eq!(said["mended"][0]["action"], "set-reverse-proxies", "{said}");
    assert_eq!(findings(&said, "trusted-proxies")[0]["status"], "pass", "{said}");
    assert!(!site.cfg().contains("/32"), "{}", site.cfg());
    let undo = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(
        undo.contains("action run set-reverse-proxies proxies=192.0.2.7/32"),
        "{undo}"
    );
}

#[test]
fn a_mend_is_asked_for_on_a_terminal() {
    let site = site_with_a_network();
    let before = site.cfg();
    let fix = || Terminal::run(&site.command(&["doctor", "--fix", "trusted-proxies"]));
    let mut terminal = fix();
    terminal.answer("Change it?", "n");
    let (code, said) = terminal.end();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(site.cfg(), before);
    let mut terminal = fix();
    terminal.wait_for("192.0.2.7/32");
    terminal.answer("Change it?", "y");
    let (code, said) = terminal.end();
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("To undo it:"), "{said}");
    assert!(!site.cfg().contains("/32"), "{}", site.cfg());
}

#[test]
fn ctrl_c_ends_the_checks_while_one_still_waits() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = silent.local_addr().expect("a bound socket has an address");
    let site = Site::new();
    site.set_password();
    let address = format!("http://{address}");
    let mut terminal = Terminal::run(&site.command(&["doctor", "--only", "reachable", "--address", &address]));
    // The checks that still run are named.
    terminal.answer("reachable", "\u{3}");
    let (code, said) = terminal.end();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("ended by a signal"), "{said}");
}

/// Asks the API of a running host for lines.
fn lines(site: &Site, path: &str) -> Vec<Value> {
    let client = isso_daemon::plain_http()
        .unix_socket(site.data().join("api.sock"))
        .build();
    let client = client.expect("a client can be made");
    let text = block_on(async {
        let answer = client.get(format!("http://issoctl/v1/{path}")).send().await;
        answer
            .expect("the API answers")
            .text()
            .await
            .expect("it answers to the end")
    });
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

#[test]
fn a_running_host_has_its_isso_examined_by_a_process_of_its_own() {
    let mut site = Site::new();
    site.variables
        .push(("PROXY_OF_TEST".to_owned(), "192.0.2.7/32".to_owned()));
    let up = site.serving();
    let found = lines(&site, "doctor?language=de_DE&only=admin-password,direct");
    let statuses: Vec<_> = found
        .iter()
        .map(|it| (it["id"].clone(), it["status"].clone()))
        .collect();
    assert_eq!(statuses.len(), 2, "{found:?}");
    assert!(
        found
            .iter()
            .any(|it| it["cause"] == "Die Verwaltungsseiten haben ein Passwort."),
        "{found:?}"
    );
    let of_command = site.json(&["doctor", "--only", "direct"]);
    assert!(
        of_command["checks"][0]["cause"]
            .as_str()
            .unwrap_or_default()
            .contains(&up.address().to_string()),
        "{of_command}"
    );
    let problem = lines(&site, "doctor?only=corz");
    assert!(
        problem[0]["message"].as_str().unwrap_or_default().contains("corz"),
        "{problem:?}"
    );
    assert!(
        problem[0]["hint"].as_str().unwrap_or_default().contains("cors"),
        "{problem:?}"
    );

    // The action says the same in words; the page is optional, and is checked.
    let checked = site.json(&["action", "run", "check-embedding"]);
    let (title, message) = (&checked["title"], checked["message"].as_str().unwrap_or_default());
    assert!(
        title.as_str().unwrap_or_default().starts_with("Problems found: "),
        "{checked}"
    );
    assert!(message.contains("! No public address is set"), "{checked}");
    let said = site.refused(&["action", "run", "check-embedding", "page=blog"], 2);
    assert!(said.contains("https://blog.example.com/post/"), "{said}");
    // What a variable of the host holds is seen, although the command has no such variable.
    site.edit_cfg("trusted-proxies =", "trusted-proxies = $PROXY_OF_TEST");
    let seen = site.json(&["doctor", "--only", "trusted-proxies"]);
    assert!(seen.to_string().contains("192.0.2.7/32"), "{seen}");
}

#[test]
fn a_supervisor_has_its_isso_examined_too() {
    let site = Site::new();
    site.set_password();
    let _up = site.supervised();
    let found = lines(&site, "doctor?only=admin-password");
    assert_eq!((found.len(), &found[0]["status"]), (1, &"pass".into()), "{found:?}");
}

#[test]
fn the_embedding_is_checked_while_no_isso_runs() {
    let site = Site::new();
    site.set_password();
    let output = site.run(&["action", "run", "check-embedding", "page="]);
    assert!(output.status.success(), "{output:#?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("Problems found: "), "{said}");
    assert!(said.contains("Checks that found nothing wrong: "), "{said}");
}
