//! `issoctl doctor`: what a person sees of it, and what a program reads, and what it says of Isso behind a proxy.

mod proxies;
mod proxy;

use isso_tests::Site;
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
