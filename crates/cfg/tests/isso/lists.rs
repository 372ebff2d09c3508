//! Items of a list that stand at the left: the advice brings them back into the list, and Isso reads them there.

use isso_cfg::{Code, Document, keys};

use super::ask;
use super::diagnose_text;
use super::follow::follow;

/// The key, lines as people wrote them, and the list that was meant.
#[rustfmt::skip]
const UNINDENTED: &[(&str, &str, &[&str])] = &[
    ("host", "[general]\nhost =\nhttps://a.example\nhttps://b.example\n", &["https://a.example", "https://b.example"]),
    ("host", "[general]\nhost =\nhttp://a.example\nhttps://a.example\n# mine\n\nhttps://b.example\nmax-age = 15m\n", &["http://a.example", "https://a.example", "https://b.example"]),
    ("host", "[general]\nhost =\nhttps://a.example\n", &["https://a.example"]),
    ("host", "[general]\nhost = https://a.example\nhttps://b.example\n", &["https://a.example", "https://b.example"]),
    ("host", "[general]\nhost =\n    https://a.example\nhttps://b.example\nhttps://c.example\n", &["https://a.example", "https://b.example", "https://c.example"]),
    ("host", "[general]\nhost:\n- https://a.example\n- https://b.example\n", &["https://a.example", "https://b.example"]),
    ("host", "[general]\nhost = [\n\"https://a.example\",\n\"https://b.example\",\n]\n", &["https://a.example", "https://b.example"]),
    ("host", "[general]\nhost =\nhttps://a.example, https://b.example\nhttps://c.example\n", &["https://a.example", "https://b.example", "https://c.example"]),
    ("host", "  [general]\n  host =\n  https://a.example:8443/\n  https://b.example\n", &["https://a.example:8443/", "https://b.example"]),
    ("host", "[general]\nhost =\nblog.example.org\nlocalhost:1313\n127.0.0.1:4000\n", &["blog.example.org", "localhost:1313", "127.0.0.1:4000"]),
    ("host", "[general]\nhost = https://a.example\nhost = https://b.example\nmax-age = 15m\nhost = https://c.example\n", &["https://a.example", "https://b.example", "https://c.example"]),
    ("host", "[general]\nhost =\n1. https://a.example\n2) https://b.example\n", &["https://a.example", "https://b.example"]),
    ("host", "[general]\nhost = \\\nhttps://a.example \\\nhttps://b.example\n", &["https://a.example", "https://b.example"]),
    ("notify", "[general]\nnotify = stdout\nnotify = smtp\n", &["stdout", "smtp"]),
    ("trusted-proxies", "[server]\ntrusted-proxies =\n127.0.0.1\n::1\n", &["127.0.0.1", "::1"]),
    ("trusted-proxies", "[server]\ntrusted-proxies = 127.0.0.1\n10.0.0.2\n", &["127.0.0.1", "10.0.0.2"]),
    ("notify", "[general]\nnotify = stdout,\nsmtp\n", &["stdout", "smtp"]),
    ("notify", "[general]\nnotify =\n- stdout\n- smtp\n", &["stdout", "smtp"]),
    ("plugins", "[markup.mistune]\nplugins = url\nstrikethrough,\nfootnotes\n", &["url", "strikethrough", "footnotes"]),
];

#[test]
fn items_at_the_left_are_led_back_into_their_list() {
    let mut files = Vec::new();
    for (name, file, expected) in UNINDENTED {
        let mut text = complete(name, file);
        let found = diagnose_text(&text);
        let shown = format!("{text}\n{found:#?}");
        assert!(
            found.iter().any(|found| found.message.contains("at the left")
                || ["Indent line", "Delete this line, and put", "In ["]
                    .iter()
                    .any(|start| found.fix.starts_with(start))),
            "{shown}"
        );
        assert!(
            !found
                .iter()
                .any(|found| found.fix.contains("Delete the key") || found.fix.contains("Keep one")),
            "{shown}"
        );
        let key = keys::ALL
            .iter()
            .find(|key| key.name == *name && key.section != "smtp")
            .expect("the key exists");
        let items = |text: &str| {
            let doc = Document::parse(text).ok()?;
            Some(if key.kind == keys::Kind::Lines {
                doc.read_lines(key)
            } else {
                doc.read_list(key)
            })
        };
        let meant = |text: &str| items(text).is_some_and(|items| items == *expected);
        for _ in 0..4 {
            if meant(&text) {
                break;
            }
            let found = diagnose_text(&text)
                .into_iter()
                .next()
                .unwrap_or_else(|| panic!("nothing is found in\n{text}"));
            text = follow(&text, &found).unwrap_or_else(|| panic!("{found:#?} of\n{text}"));
        }
        assert!(meant(&text), "{:#?} of\n{text}", items(&text));
        files.push(text);
    }
    let texts: Vec<&str> = files.iter().map(String::as_str).collect();
    for (text, outcome) in texts.iter().zip(&ask(&texts).files) {
        let reads = outcome.statuses.get("post").is_some_and(|status| *status < 500);
        assert!(reads, "{outcome:?} of\n{text}");
    }
}

#[test]
fn keys_are_no_items() {
    for rest in [
        "max-age = 15m\n",
        "log-file: a.b\n",
        "notify\n",
        "max-age:15m\n",
        "foo.bar = x\n",
        "colour\n",
    ] {
        let found = diagnose_text(&format!("[general]\nhost = https://a.example\n{rest}"));
        assert!(
            !found.iter().any(|found| found.code == Code::NotIndented),
            "{rest}: {found:#?}"
        );
    }
}

/// A file that also names a website.
fn complete(name: &str, file: &str) -> String {
    match name {
        "host" => file.to_owned(),
        "notify" => file.replacen("[general]\n", "[general]\nhost = localhost\n", 1),
        _ => format!("[general]\nhost = localhost\n{file}"),
    }
}

/// As PHP and many web forms write lists.
#[test]
fn brackets_behind_a_key_make_it_no_other_list() {
    let text = "[general]\nhost[] = https://a.example\nhost[] = https://b.example\n";
    let found = diagnose_text(text);
    assert_eq!(
        found[0].fix,
        "Delete this line, and put https://b.example on an indented line of its own below line 2."
    );
    let mended = follow(text, &found[0]).unwrap();
    let fixes: Vec<String> = diagnose_text(&mended).into_iter().map(|found| found.fix).collect();
    assert!(fixes.contains(&"Write host.".to_owned()), "{fixes:?}");
}
