//! Values that Isso takes for something else than was meant, each key by turns: what is found, and what Isso reads once
//! the advice is followed to the letter.

use isso_cfg::Code::{self, *};
use isso_cfg::Document;
use isso_cfg::Severity::{self, Misread as M, Refused as R, Warning as W};

use super::ask;
use super::diagnose_text;
use super::follow::follow;

/// Section, key, the value as it was written, what is found, and the value that was meant.
type Case = (&'static str, &'static str, &'static str, (Severity, Code), &'static str);

#[rustfmt::skip]
const MEANT: &[Case] = &[
    // Quotation marks, which Python keeps.
    // A scheme that is not written out, or twice.
    ("general", "host", "https:/a.isso.test", (M, WebsiteNeverMatches), "https://a.isso.test"),
    ("general", "host", "http:a.isso.test:8080", (R, WebsiteNeverMatches), "http://a.isso.test:8080"),
    ("general", "host", "https//a.isso.test/blog", (M, WebsiteNeverMatches), "https://a.isso.test"),
    ("general", "host", "https://http://a.isso.test", (M, WebsiteNeverMatches), "http://a.isso.test"),
    // Quotation marks and the like.
    ("general", "max-age", "\"1h\"", (R, NotATimedelta), "1h"),
    ("general", "gravatar", "'true'", (R, NotABoolean), "true"),
    ("general", "notify", "\"stdout\"", (M, UnknownBackend), "stdout"),
    ("general", "latest-enabled", "“yes”", (M, NotABoolean), "yes"),
    ("moderation", "enabled", "\"true\"", (R, NotABoolean), "true"),
    ("moderation", "purge-after", "„30d“", (W, NotATimedelta), "30d"),
    ("server", "public-endpoint", "\"https://c.isso.test\"", (M, PublicEndpoint), "https://c.isso.test"),
    ("server", "samesite", "\"Lax\"", (R, UnknownSamesite), "Lax"),
    ("server", "trusted-proxies", "\"127.0.0.1\"", (M, ProxyNotAnAddress), "127.0.0.1"),
    ("smtp", "port", "\"587\"", (W, NotANumber), "587"),
    ("smtp", "security", "\"ssl\"", (M, UnknownSecurity), "ssl"),
    ("smtp", "host", "\"smtp.isso.test\"", (M, ExtraCharacters), "smtp.isso.test"),
    ("smtp", "username", "'me'", (M, ExtraCharacters), "me"),
    ("smtp", "to", "\"a@isso.test\"", (M, ExtraCharacters), "a@isso.test"),
    ("smtp", "timeout", "'10'", (W, NotATimedelta), "10"),
    ("guard", "ratelimit", "\"2\"", (R, NotANumber), "2"),
    ("markup", "renderer", "\"mistune\"", (R, UnknownRenderer), "mistune"),
    ("markup", "allowed-elements", "\"img\"", (M, NoEffect), "img"),
    ("hash", "algorithm", "\"sha256\"", (R, UnknownAlgorithm), "sha256"),
    ("rss", "base", "\"https://b.isso.test\"", (M, PublicEndpoint), "https://b.isso.test"),
    ("rss", "limit", "'5'", (W, NotANumber), "5"),
    // Comments behind a value.
    ("general", "max-age", "1h  # one hour", (W, InlineComment), "1h"),
    ("general", "max-age", "0 # none", (R, NotATimedelta), "0"),
    ("guard", "enabled", "yes ; of course", (R, NotABoolean), "yes"),
    ("smtp", "security", "starttls # or ssl", (M, UnknownSecurity), "starttls"),
    ("hash", "algorithm", "sha256 # not pbkdf2", (R, UnknownAlgorithm), "sha256"),
    ("markup", "renderer", "mistune ; not misaka", (R, UnknownRenderer), "mistune"),
    ("server", "samesite", "Lax # as browsers do", (R, UnknownSamesite), "Lax"),
    ("server", "public-endpoint", "https://c.isso.test # here", (M, InlineComment), "https://c.isso.test"),
    ("general", "gravatar", "\"true\", // JSON", (R, NotABoolean), "true"),
    // What is not to be seen.
    ("general", "max-age", "1h\u{200b}", (M, TimedeltaMisread), "1h"),
    ("moderation", "enabled", "\u{feff}true", (R, NotABoolean), "true"),
    ("smtp", "host", "smtp.isso.test\u{200b}", (M, ExtraCharacters), "smtp.isso.test"),
    // Other programs and other languages.
    ("moderation", "enabled", "enabled", (R, NotABoolean), "true"),
    ("moderation", "enabled", "disabled", (R, NotABoolean), "false"),
    ("moderation", "enabled", "ture", (R, NotABoolean), "true"),
    ("moderation", "enabled", "True;", (R, NotABoolean), "True"),
    ("general", "max-age", "= 1h", (R, NotATimedelta), "1h"),
    ("guard", "ratelimit", "2 per minute", (R, NotANumber), "2"),
    ("smtp", "security", "STARTTLS", (M, UnknownSecurity), "starttls"),
    ("smtp", "security", "tls", (M, UnknownSecurity), "starttls"),
    ("smtp", "security", "off", (M, UnknownSecurity), "none"),
    ("general", "max-age", "1month", (M, TimedeltaMisread), "4w2d"),
    ("general", "max-age", "1y", (R, NotATimedelta), "52w1d"),
    ("general", "max-age", "1h30", (M, TimedeltaMisread), "1h30m"),
    ("general", "max-age", "30m1h", (M, TimedeltaMisread), "1h30m"),
    ("general", "max-age", "unlimited", (R, NotATimedelta), "520w"),
    ("general", "max-age", "15 m", (R, NotATimedelta), "15m"),
    ("general", "host", "ftp://a.isso.test", (M, WebsiteNeverMatches), "https://a.isso.test"),
    ("general", "host", "https://A.isso.test/blog/", (M, WebsiteNeverMatches), "https://a.isso.test"),
    ("general", "notify", "Smtp", (M, UnknownBackend), "smtp"),
    ("general", "notify", "stdout smtp", (M, UnknownBackend), "stdout, smtp"),
    ("general", "notify", "stdout; smtp", (M, UnknownBackend), "stdout, smtp"),
    ("markup", "renderer", "Mistune", (R, UnknownRenderer), "mistune"),
    ("markup.mistune", "plugins", "url strikethrough", (R, UnknownPlugin), "url, strikethrough"),
    ("markup.mistune", "plugins", "autolink", (R, UnknownPlugin), "url"),
    ("markup.mistune", "parameters", "escape, hard-wrap", (M, NoEffect), "escape, hard_wrap"),
    ("hash", "algorithm", "SHA256", (W, UnknownAlgorithm), "sha256"),
    ("server", "public-endpoint", "c.isso.test/isso/", (M, PublicEndpoint), "https://c.isso.test/isso"),
    ("server", "public-endpoint", "HTTPS://c.isso.test", (M, PublicEndpoint), "https://c.isso.test"),
    ("server", "public-endpoint", "https:/c.isso.test", (M, PublicEndpoint), "https://c.isso.test"),
    ("server", "trusted-proxies", "localhost", (M, ProxyNotAnAddress), "127.0.0.1"),
    ("server", "trusted-proxies", "- 10.0.0.2", (M, ProxyNotAnAddress), "10.0.0.2"),
    ("rss", "base", "b.isso.test", (M, PublicEndpoint), "https://b.isso.test"),
    ("general", "gravatar-url", "https://p.isso.test/{hash}", (W, GravatarUrl), "https://p.isso.test/{}"),
    ("general", "host", "\"https://a.isso.test\"", (M, WebsiteNeverMatches), "https://a.isso.test"),
    ("general", "host", "https://a.isso.test;", (M, WebsiteNeverMatches), "https://a.isso.test"),
    ("general", "host", "[https://a.isso.test]", (R, WebsiteRefused), "https://a.isso.test"),
    ("general", "host", "- https://a.isso.test", (R, WebsiteRefused), "https://a.isso.test"),
];

#[test]
fn advice_on_values_leads_to_the_value_that_was_meant() {
    let mut files = Vec::new();
    for (section, key, written, expected, meant) in MEANT {
        let mut text = file(section, key, written);
        let found = of(&text, section, key);
        let first = found
            .first()
            .unwrap_or_else(|| panic!("nothing is found in {key} = {written}"));
        assert_eq!((first.severity, first.code), *expected, "{key} = {written}: {first:#?}");
        for _ in 0..3 {
            let Some(found) = of(&text, section, key)
                .into_iter()
                .find(|_| value(&text, section, key) != *meant)
            else {
                break;
            };
            text = follow(&text, &found).unwrap_or_else(|| panic!("{found:#?} of\n{text}"));
        }
        assert_eq!(value(&text, section, key), *meant, "{key} = {written} became\n{text}");
        files.push(text);
    }
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    for ((text, outcome), (section, key, ..)) in texts.iter().zip(&ask(&texts).files).zip(MEANT) {
        assert!(
            outcome.statuses.get("post").is_some_and(|status| *status < 500),
            "{outcome:?} of\n{text}"
        );
        let left = of(text, section, key);
        assert!(!left.iter().any(|found| found.severity != W), "{left:#?} of\n{text}");
    }
}

/// Settings that are fine alone, and what samples say.
#[rustfmt::skip]
const TOGETHER: &[(&str, &[(Severity, Code)])] = &[
    // Isso logs in with both alone.
    ("[general]\nnotify = smtp\n[smtp]\nusername = me\n", &[(M, Contradiction)]),
    ("[general]\nnotify = smtp\n[smtp]\nusername = me\npassword = x\n", &[]),
    ("[smtp]\nusername = me\n", &[]),
    // Ports and what is spoken on them.
    ("[general]\nnotify = smtp\n[smtp]\nsecurity = ssl\n", &[(W, Contradiction)]),
    ("[general]\nnotify = smtp\n[smtp]\nsecurity = ssl\nport = 465\n", &[]),
    ("[general]\nnotify = smtp\n[smtp]\nport = 465\n", &[(W, Contradiction)]),
    ("[general]\nnotify = smtp\n[smtp]\nport = 25\nsecurity = none\n", &[]),
    ("[smtp]\nport = 465\n", &[]),
    // Mail that is set up and turned off, but not for all.
    ("[general]\nnotify = stdout\n[smtp]\nto = a@isso.test\n", &[]),
    ("[general]\nreply-notifications = true\n[server]\npublic-endpoint = https://c.isso.test\n[smtp]\nto = a@isso.test\n", &[]),
    // The guard demands.
    ("[guard]\nenabled = off\nrequire-email = true\n", &[(W, Contradiction)]),
    ("[guard]\nenabled = off\nrequire-email = false\n", &[]),
    ("[moderation]\napprove-if-email-previously-approved = true\n", &[(W, Contradiction)]),
    ("[moderation]\nenabled = true\napprove-if-email-previously-approved = true\n", &[]),
    // Hashes.
    ("[hash]\nalgorithm = sha1\nsalt = pepper\n", &[(W, Contradiction)]),
    ("[hash]\nalgorithm = none\n", &[(W, AddressShown)]),
    ("[hash]\nalgorithm = pbkdf2:1000001\n", &[(W, OutOfRange)]),
    ("[hash]\nsalt = \"pepper\"\n", &[]),
    // Spans.
    ("[moderation]\nenabled = true\npurge-after = 6m\n", &[(W, OutOfRange)]),
    ("[moderation]\nenabled = true\npurge-after = 365\n", &[(W, BareNumber)]),
    ("[moderation]\nenabled = true\npurge-after = 12h\n", &[]),
    ("[general]\nmax-age = -1\n", &[(M, OutOfRange)]),
    // Addresses.
    ("[server]\npublic-endpoint = https://c.isso.test/?x\n", &[(M, PublicEndpoint)]),
    ("[general]\nnotify = smtp\n[server]\npublic-endpoint = http://localhost:8080\n", &[(W, PublicEndpoint)]),
    ("[server]\npublic-endpoint = http://localhost:8080\n", &[]),
    ("[server]\npublic-endpoint = https://c.isso.test\n[rss]\nbase = https://c.isso.test\n", &[(M, Contradiction)]),
    ("[server]\npublic-endpoint = https://a.isso.test/isso\n[rss]\nbase = https://a.isso.test\n", &[]),
    // Samples.
    ("[server]\npublic-endpoint = https://comments.example.tld\n", &[(W, Placeholder)]),
    ("[rss]\nbase = https://yourdomain.com\n", &[(W, Placeholder)]),
    ("[general]\nnotify = smtp\n[smtp]\nto = me@blog.example\n", &[(W, Placeholder)]),
    ("[general]\nnotify = smtp\n[smtp]\nfrom = \"Foo Bar\" <isso@example.tld>\n", &[(W, Placeholder)]),
    ("[general]\nnotify = smtp\n[smtp]\nhost = smtp.example.com\n", &[(W, Placeholder)]),
    ("[general]\nnotify = smtp\n[smtp]\nusername = <USER>\npassword = *****\n", &[(W, Placeholder), (W, Placeholder)]),
    ("[smtp]\nto = me@blog.example\nhost = smtp.example.com\n", &[]),
    ("[admin]\nenabled = true\npassword = {password-here}\n", &[(W, PublicPassword)]),
    ("[admin]\nenabled = true\npassword = strong-password\n", &[(W, PublicPassword)]),
    // Comments and marks in passwords.
    ("[admin]\nenabled = true\npassword = # a strong one\n", &[(W, InlineComment)]),
    ("[admin]\nenabled = true\npassword = hunter2 # mine\n", &[(W, InlineComment)]),
    ("[admin]\nenabled = true\npassword = \"hunter2\"\n", &[(W, ExtraCharacters)]),
    ("[admin]\nenabled = true\npassword = a#b;c\"d\n", &[]),
    ("[smtp]\nhost = # your server\n", &[(M, MailHost)]),
    ("[general]\nnotify = none\n", &[(W, UnknownBackend)]),
];

#[test]
fn settings_that_do_not_go_together_are_found_and_others_are_not() {
    let texts: Vec<String> = TOGETHER.iter().map(|(lines, _)| merged(lines)).collect();
    for (text, (lines, expected)) in texts.iter().zip(TOGETHER) {
        let found = diagnose_text(text);
        let kinds: Vec<_> = found.iter().map(|found| (found.severity, found.code)).collect();
        assert_eq!(kinds, *expected, "{lines}: {found:#?}");
        assert!(!format!("{found:?}").contains("hunter2"), "{found:#?}");
    }
    // None of this keeps Isso from serving.
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    for (text, outcome) in texts.iter().zip(&ask(&texts).files) {
        assert!(
            outcome.statuses.get("post").is_some_and(|status| *status < 500),
            "{outcome:?} of\n{text}"
        );
    }
}

/// `none` hands out the address of the commenter, who is somebody@example.org in these tests.
#[test]
fn isso_tells_the_address_without_a_hash() {
    let text = merged("[hash]\nalgorithm = none\n");
    let answer = ask(&[&text]);
    let hash = answer.files[0]
        .shown
        .as_ref()
        .map(|shown| shown["hash"].to_string())
        .expect("Isso runs");
    let hexadecimal: String = "somebody@example.org"
        .bytes()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(hash, format!("\"{hexadecimal}\""));
}

/// A file in which a key has a value, and everything it needs.
fn file(section: &str, key: &str, value: &str) -> String {
    let mut doc = Document::parse("[general]\nhost = localhost\n").expect("the text is fine");
    doc.set(section, key, value).expect("the value can be written");
    doc.as_str().to_owned()
}

/// Lines over those of a file in which nothing is found.
fn merged(lines: &str) -> String {
    let base = "[general]\nhost = https://a.isso.test\nnotify = stdout\n[server]\npublic-endpoint = https://c.isso.test\n[smtp]\nto = a@isso.test\nfrom = C <c@isso.test>\n";
    let mut doc = Document::parse(base).expect("the text is fine");
    let more = Document::parse(lines).expect("the lines are fine");
    for (section, keys) in more.ini().get_map_ref() {
        for (key, value) in keys {
            doc.set(section, key, value.as_deref().unwrap_or_default())
                .expect("the value can be written");
        }
    }
    doc.as_str().to_owned()
}

fn value(text: &str, section: &str, key: &str) -> String {
    let doc = Document::parse(text).unwrap_or_else(|problems| panic!("{problems:#?} of\n{text}"));
    doc.get(section, key).unwrap_or_default().trim().to_owned()
}

/// What is found on the lines of a key.
fn of(text: &str, section: &str, key: &str) -> Vec<isso_cfg::Diagnostic> {
    let doc = Document::parse(text).unwrap_or_else(|problems| panic!("{problems:#?} of\n{text}"));
    let line = doc.key_span(section, key).expect("the key is there").line;
    diagnose_text(text)
        .into_iter()
        .filter(|found| found.line == line)
        .collect()
}
