//! Pages as websites serve them, looked at over the network. Each shows comments, or does not, in Chromium 156 and with
//! Isso 0.14, as the table says.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use isso_actions::Language;
use isso_cfg::{Contents, Document};
use isso_doctor::{Looks, Options, Patient, Report, Status, examine};

use Status::{Fail, Pass, Skip, Unknown, Warn};

/// The checks of a page.
const CHECKS: &[&str] = &[
    "page-embed",
    "page-script",
    "mixed-content",
    "dead-attributes",
    "csp",
    "coep",
    "trusted-types",
];

/// Answers each path with headers and a body, on a thread that lives as long as the test.
fn serve(answer: impl Fn(&str) -> (String, String) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let (headers, body) = answer(first.split(' ').nth(1).unwrap_or_default());
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
            // The test sees the error, for it gets no answer.
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    address
}

/// Stands in for Isso: what the checks of a page ask it for.
fn isso() -> SocketAddr {
    serve(|path| {
        let body = match path {
            "/info" => r#"{"version": "0.14.0", "host": "http://127.0.0.1", "origin": "http://localhost"}"#,
            _ => r#"document.getElementById("isso-thread")"#,
        };
        (String::new(), body.to_owned())
    })
}

/// Runs the checks on one page, whose text has `{isso}` where Isso's address is to be.
fn look(header: &str, page: &str, is_named: bool) -> Report {
    let isso = format!("http://{}", isso());
    let fill = |text: &str| text.replace("{isso}", &isso);
    let headers = match header {
        "" => String::new(),
        header => format!("{}\r\n", fill(header)),
    };
    let page = fill(page);
    let website = serve(move |_| (headers.clone(), page.clone()));
    let named = is_named.then(|| format!("http://{website}/post.html"));
    examine_page(&isso, &format!("http://{website}"), named)
}

fn examine_page(isso: &str, website: &str, named: Option<String>) -> Report {
    let cfg = format!("[general]\nhost = {website}\n[server]\npublic-endpoint = {isso}\n");
    let patient = Patient {
        contents: Contents {
            cfg: Document::parse(cfg).unwrap(),
            ..Contents::fresh()
        },
        database: PathBuf::from("/nonexistent/comments.db"),
        backups: None,
        listen: None,
        isso_version: "0.14.0".into(),
    };
    let options = Options {
        language: Language::English,
        address: None,
        sites: Vec::new(),
        pages: named.into_iter().collect(),
        only: CHECKS.iter().map(|id| (*id).to_owned()).collect(),
        resolve: Vec::new(),
        authorities: Vec::new(),
        limit: Duration::from_secs(60),
    };
    let looks = Looks::new(patient, options).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(examine(&looks, |_| {}))
}

/// What is neither a pass nor skipped.
fn noticed(report: &Report) -> Vec<(&str, Status)> {
    let noticed = report.checks.iter().filter(|it| !matches!(it.status, Pass | Skip));
    noticed.map(|it| (it.id.as_str(), it.status)).collect()
}

const S: &str = r#"<script data-isso="{isso}/" src="{isso}/js/embed.min.js"></script>"#;
const T: &str = r#"<section id="isso-thread"></section>"#;

#[test]
fn a_page_is_found_as_chromium_shows_it() {
    let with = |attributes: &str| S.replace("<script", &format!("<script {attributes}"));
    let plain = |attributes: &str| format!(r#"<script {attributes} src="{{isso}}/js/embed.min.js"></script>"#);
    let meta = |policy: &str| format!(r#"<meta http-equiv=content-security-policy content="{policy}">"#);
    let csp = |policy: &str| format!("Content-Security-Policy: {policy}");
    let coep = |value: &str| format!("Cross-Origin-Embedder-Policy: {value}");
    let other = "<script>1</script>";
    let no_thread = [("page-embed", Fail)];
    let script = [("page-script", Fail)];
    let attribute = [("dead-attributes", Fail)];
    let policy = [("csp", Fail)];
    for (header, page, expected) in [
        // Comments appear.
        (String::new(), format!("{S}{T}"), &[][..]),
        (String::new(), format!("{T}{S}"), &[]),
        (String::new(), format!("{}{T}", plain("")), &[]),
        (String::new(), format!("{}{T}{other}", plain("")), &[]),
        (String::new(), format!("{}{T}", plain("async")), &[]),
        (String::new(), format!("{}{T}", plain("defer")), &[]),
        (String::new(), format!("{}{T}", plain("type=module")), &[]),
        (String::new(), format!("{}{T}", plain("data-isso=''")), &[]),
        (String::new(), format!("{}{T}", with("type=module")), &[]),
        (String::new(), format!("<svg><title/></svg>{S}{T}"), &[]),
        (String::new(), format!("{}{T}", S.replace("min.js", "min.js?v=1")), &[]),
        (
            String::new(),
            format!(r#"<base href="{{isso}}/"><script src="js/embed.min.js"></script>{T}"#),
            &[],
        ),
        (coep("credentialless"), format!("{S}{T}"), &[]),
        (csp("default-src 'self' {isso}"), format!("{S}{T}"), &[]),
        (
            csp("script-src 'strict-dynamic' 'nonce-abc'"),
            format!("{}{T}", with("nonce=abc")),
            &[],
        ),
        (
            "Content-Security-Policy-Report-Only: script-src 'self'".into(),
            format!("{S}{T}"),
            &[],
        ),
        (String::new(), format!("{S}{}{T}", meta("script-src 'self'")), &[]),
        (String::new(), format!("<p>{}{S}{T}", meta("script-src 'self'")), &[]),
        (
            String::new(),
            format!("{}{T}", with("data-isso-max-comments-top=null data-isso-vote-levels=x")),
            &[],
        ),
        // They appear, with something missing.
        (csp("style-src 'self'"), format!("{S}{T}"), &[("csp", Warn)]),
        (
            coep("require-corp"),
            format!("{}{T}", with("crossorigin")),
            &[("coep", Warn)],
        ),
        (
            String::new(),
            format!("{}{T}", with("data-isso-css=False")),
            &[("dead-attributes", Warn)],
        ),
        // They do not appear, or not as they should.
        (String::new(), format!("{S}{T}{T}"), &no_thread),
        (String::new(), format!("{S}{S}{T}"), &no_thread),
        (String::new(), format!("{S}<noscript>{T}</noscript>"), &no_thread),
        (String::new(), format!("{S}<template>{T}</template>"), &no_thread),
        (String::new(), format!("{S}<!--{T}-->"), &no_thread),
        (
            String::new(),
            format!("{}{T}", S.replace("></script>", "/>")),
            &no_thread,
        ),
        (String::new(), format!("{S}<section id=Isso-Thread>"), &no_thread),
        (String::new(), format!("{}{T}", with("nomodule")), &no_thread),
        (String::new(), format!("{}{T}", plain("async=async")), &script),
        (String::new(), format!("{}{T}{other}", plain("defer")), &script),
        (
            String::new(),
            format!("{}{T}", plain("").replace("min.js", "min.js?v=1")),
            &script,
        ),
        (
            String::new(),
            format!("{}{T}", plain("data-isso=c.example.org")),
            &script,
        ),
        (String::new(), format!("{}{T}", with("integrity=sha384-AAAA")), &script),
        (
            String::new(),
            format!("{}{T}", with("crossorigin integrity=sha384-AAAA")),
            &script,
        ),
        (
            String::new(),
            format!("{}{T}{other}", plain("async")),
            &[("page-script", Warn)],
        ),
        (
            String::new(),
            format!("{}{T}", with("type=text/plain")),
            &[("page-embed", Warn)],
        ),
        (
            String::new(),
            format!("{}{T}", with("data-isso-page-author-hashes=12345")),
            &attribute,
        ),
        (
            String::new(),
            format!("{}{T}", with(r#"data-isso-avatar-fg='["a"]'"#)),
            &attribute,
        ),
        (
            String::new(),
            format!("{}{T}", with("data-isso-sorting=date")),
            &attribute,
        ),
        (
            String::new(),
            format!("{}{T}", with("data-isso-max_comments_top=all")),
            &attribute,
        ),
        (csp("script-src 'self'"), format!("{S}{T}"), &policy),
        (csp("connect-src 'self'"), format!("{S}{T}"), &policy),
        (csp("sandbox allow-scripts"), format!("{S}{T}"), &policy),
        (
            csp("script-src 'strict-dynamic' 'nonce-abc' {isso}"),
            format!("{S}{T}"),
            &policy,
        ),
        (String::new(), format!("{}{S}{T}", meta("script-src 'self'")), &policy),
        (String::new(), format!("{S}{}{T}", meta("connect-src 'self'")), &policy),
        (coep("require-corp"), format!("{S}{T}"), &[("coep", Fail)]),
        (
            csp("require-trusted-types-for 'script'"),
            format!("{S}{T}"),
            &[("trusted-types", Fail)],
        ),
    ] {
        let report = look(&header, &format!("<!doctype html><title>Post</title>{page}"), true);
        assert_eq!(noticed(&report), expected, "{header} {page}: {report:#?}");
        for finding in &report.checks {
            assert!(!finding.evidence.is_empty(), "{finding:?}");
            assert_eq!(
                finding.fix.is_some(),
                !matches!(finding.status, Pass | Skip),
                "{finding:?}"
            );
        }
    }
}

#[test]
fn a_page_without_comments_counts_if_it_was_named() {
    let about = "<!doctype html><title>About</title><p>Nothing here";
    let report = look("", about, true);
    assert_eq!(noticed(&report), [("page-embed", Fail)]);
    let report = look("", about, false);
    assert_eq!(noticed(&report), [], "{report:#?}");
    assert!(report.checks[0].fix.as_ref().is_some_and(|fix| fix.contains("--page")));
}

#[test]
fn a_page_that_cannot_be_read_fails_nothing() {
    let report = look("Content-Encoding: gzip", "\u{1f}", true);
    assert!(report.checks.iter().all(|it| it.status == Unknown), "{report:#?}");
    let long = format!("<!doctype html>{}{S}{T}", " ".repeat(4 << 20));
    assert!(look("", &long, true).checks.iter().all(|it| it.status == Unknown));
}

#[test]
fn a_page_that_does_not_answer_fails_nothing() {
    // Nothing listens on a port that was given back.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let website = format!("http://{closed}");
    let report = examine_page("http://127.0.0.1:1", &website, Some(format!("{website}/post.html")));
    assert_eq!(noticed(&report), []);
    assert_eq!(report.checks.len(), CHECKS.len());
    assert!(report.checks[0].cause.contains("refused"), "{report:#?}");
}
