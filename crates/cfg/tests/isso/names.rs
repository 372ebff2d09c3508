//! Names and headers that Isso does not know: the advice leads to the setting that was meant.

use isso_cfg::{Document, Severity};

use super::ask;
use super::diagnose_text;
use super::follow::follow;

/// A file, and the setting that its author meant.
#[rustfmt::skip]
const MEANT: &[(&str, &str, &str, &str)] = &[
    // Spelled as elsewhere.
    ("[general]\nhost = localhost\nmax_age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\nMaxAge = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\nmax age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\nmax–age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\nmax\u{200b}-age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\nexport max-age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n- max-age: 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n\"max-age\" = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\ngeneral.max_age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n[moderation]\napprove_if_email_previously_approved = true\n", "moderation", "approve-if-email-previously-approved", "true"),
    ("[general]\nhost = localhost\n[smtp]\nuser = me\npassword = x\n", "smtp", "username", "me"),
    // Without a delimiter.
    ("[general]\nhost = localhost\nmax-age 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n[admin]\nenabled = true\npassword hunter2\n", "admin", "password", "hunter2"),
    ("[general]\nhost https://a.example\n", "general", "host", "https://a.example"),
    // Swallowed by the value above.
    ("[general]\nhost = localhost\n[moderation]\nenabled = true\n  purge-after = 1d\n", "moderation", "purge-after", "1d"),
    ("[general]\nhost = localhost\nmax-age = 15m\n  # these too\n  latest-enabled = true\n", "general", "latest-enabled", "true"),
    ("[general]\nhost = localhost\n[guard]\nratelimit = 5\n\tenabled: false\n", "guard", "enabled", "false"),
    ("[general]\nhost = localhost\n[smtp]\nsecurity = ssl\n  port = 465\n", "smtp", "port", "465"),
    ("[general]\nhost = localhost\n[admin]\npassword = hunter2\n  enabled = true\n", "admin", "enabled", "true"),
    // In another place.
    ("[general]\nhost = localhost\npurge-after = 1d\n[moderation]\nenabled = true\n", "moderation", "purge-after", "1d"),
    ("[general]\nhost = localhost\npurge-after = 1d\n", "moderation", "purge-after", "1d"),
    ("[DEFAULT]\nmax-age = 1h\n[general]\nhost = localhost\n", "general", "max-age", "1h"),
    ("max-age = 1h\n[general]\nhost = localhost\n", "general", "max-age", "1h"),
    ("host = https://a.example\nmax-age = 1h\n", "general", "max-age", "1h"),
    // Headers.
    ("[General]\nhost = localhost\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n[General]\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("[[general]]\nhost = localhost\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("[general\nhost = localhost\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("general]\nhost = localhost\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("general:\n  host: localhost\n  max-age: 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n[guard\nratelimit = 5\n", "guard", "ratelimit", "5"),
    ("[general]\nhost = localhost\nguard:\n  ratelimit: 5\n", "guard", "ratelimit", "5"),
    ("[general]\nhost = localhost\n[admin]\nenabled = true\n[guard\nenabled = false\n", "guard", "enabled", "false"),
    ("[general]\nhost = localhost\n[SMTP]\nport = 25\n", "smtp", "port", "25"),
    ("[general]\nhost = localhost\n[markup/mistune]\nplugins = url\n", "markup.mistune", "plugins", "url"),
    ("[general]\nhost = localhost\nmax-age = 1h\nMax-Age: 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\nmax-age = 1h\n[general]\n", "general", "max-age", "1h"),
    // Comments that are none.
    ("[general]\nhost = localhost\n// how long\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("[general]\nhost = localhost\n========\nmax-age = 1h\n", "general", "max-age", "1h"),
    ("// mine\n[general]\nhost = localhost\nmax-age = 1h\n", "general", "max-age", "1h"),
];

#[test]
fn advice_on_names_leads_to_the_setting_that_was_meant() {
    let mut files = Vec::new();
    for (file, section, key, value) in MEANT {
        let mut text = (*file).to_owned();
        for _ in 0..6 {
            let Some(found) = diagnose_text(&text).into_iter().find(|found| !is_taste(found)) else {
                break;
            };
            assert!(!format!("{found:?}").contains("hunter2"), "{found:#?}");
            text = follow(&text, &found).unwrap_or_else(|| panic!("{found:#?} of\n{text}"));
        }
        let doc = Document::parse(text.as_str()).unwrap_or_else(|problems| panic!("{problems:#?} of\n{text}"));
        assert_eq!(doc.get(section, key), Some(*value), "{file:?} became\n{text}");
        assert_eq!(
            diagnose_text(&text).into_iter().find(|found| !is_taste(found)),
            None,
            "{file:?} became\n{text}"
        );
        files.push(text);
    }
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    for (text, outcome) in texts.iter().zip(&ask(&texts).files) {
        assert!(
            outcome.statuses.get("post").is_some_and(|status| *status < 500),
            "{outcome:?} of\n{text}"
        );
    }
}

/// What asks for a choice that no advice can make.
fn is_taste(found: &isso_cfg::Diagnostic) -> bool {
    use isso_cfg::Code::{EmptyPassword, PublicPassword};
    found.severity == Severity::Warning && matches!(found.code, EmptyPassword | PublicPassword)
}

#[test]
fn a_merge_that_was_left_undone_is_named() {
    let found = diagnose_text(
        "[general]\nhost = localhost\n<<<<<<< HEAD\nmax-age = 1h\n=======\nmax-age = 2h\n>>>>>>> other\n",
    );
    assert!(
        found.iter().any(|found| found.line == 5 && found.fix.contains("merge")),
        "{found:#?}"
    );
}

#[test]
fn settings_of_the_page_are_sent_there() {
    for name in ["avatar", "vote", "lang", "max_comments_top", "data-isso-css"] {
        let found = diagnose_text(&format!("[general]\nhost = localhost\n{name} = x\n"));
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(
            found[0].fix.contains("data-isso-") && found[0].fix.contains("script tag"),
            "{found:#?}"
        );
    }
}

#[test]
fn several_sections_may_be_meant() {
    let found = diagnose_text("[general]\nhost = localhost\nenabled = true\n");
    assert_eq!(
        found[0].fix,
        "Move it to the section that is meant: [admin] or [moderation] or [guard]."
    );
}
