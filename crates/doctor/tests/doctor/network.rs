//! What each mistake of a proxy looks like: one check names it, and no other is led astray.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isso_cfg::{Contents, Document, Store};
use isso_doctor::Status::{Fail, Warn};
use isso_doctor::{Finding, Looks, Options, Patient, Report, Status, examine};

use crate::certificates::{Authority, Flaw};
use crate::stand_in::{Answer, Asked, COMMENTS, Proxy, SITES, StandIn, add, answer, isso, set};

/// The checks of a visitor's way.
const CHECKS: &[&str] = &[
    "public-endpoint",
    "dns",
    "local-network",
    "tls",
    "reachable",
    "redirect-post",
    "ipv6",
    "scheme-seen",
    "prefix",
    "host-form",
    "site-reachable",
    "cors",
    "cors-foreign",
    "preflight",
    "methods",
    "script",
    "style",
    "cache",
];

fn patient(endpoint: &str, hosts: &str, listen: Option<SocketAddr>) -> Patient {
    let cfg = format!("[general]\nhost =\n{hosts}\n[server]\npublic-endpoint = {endpoint}\n");
    Patient {
        contents: Contents {
            cfg: Document::parse(cfg).unwrap(),
            store: Store::default(),
        },
        database: PathBuf::from("/nowhere/comments.db"),
        backups: None,
        listen,
        isso_version: "0.14.0".into(),
    }
}

fn options(proxy: SocketAddr, authority: &Authority) -> Options {
    let names = [COMMENTS, "blog.example.org", "shop.example.org"];
    Options {
        language: isso_actions::Language::English,
        address: None,
        sites: Vec::new(),
        pages: Vec::new(),
        only: CHECKS.iter().map(|&id| id.to_owned()).collect(),
        resolve: names.map(|name| (name.to_owned(), proxy)).to_vec(),
        authorities: vec![authority.pem()],
        limit: Duration::from_secs(20),
    }
}

fn hosts() -> String {
    format!("  {}\n  {}\n  localhost", SITES[0], SITES[1])
}

/// Examines a stand-in whose proxy and certificate are given.
async fn look(endpoint: &str, flaw: Flaw, proxy: impl Fn(Asked) -> Answer + Send + Sync + 'static) -> Report {
    let authority = Authority::new();
    let identity = authority.issue(&[COMMENTS, "blog.example.org", "shop.example.org"], flaw);
    let proxy: Proxy = Box::new(proxy);
    let servers = StandIn::start(&identity, proxy).await;
    let patient = patient(endpoint, &hosts(), Some(servers.isso));
    let looks = Looks::new(patient, options(servers.proxy, &authority)).unwrap();
    examine(&looks, |_| {}).await
}

/// The checks that found something, each with the worst that it found.
fn found(report: &Report) -> BTreeMap<&str, Status> {
    let mut found = BTreeMap::new();
    for finding in report.checks.iter().filter(|finding| finding.status >= Warn) {
        let worst = found.entry(finding.id.as_str()).or_insert(finding.status);
        *worst = finding.status.max(*worst);
    }
    found
}

fn finding<'r>(report: &'r Report, id: &str) -> &'r Finding {
    let mut findings = report.checks.iter().filter(|finding| finding.id == id);
    findings.by_ref().max_by_key(|finding| finding.status).unwrap()
}

/// Examines a proxy with a mistake, and compares what was found with what is expected, which begins with the check
/// that names the mistake. Its cause has the words.
async fn check(expected: &[(&str, Status)], words: &str, proxy: impl Fn(Asked) -> Answer + Send + Sync + 'static) {
    let report = look(&format!("https://{COMMENTS}"), Flaw::None, proxy).await;
    assert_eq!(
        found(&report),
        expected.iter().copied().collect(),
        "{words}: {:#?}",
        report.checks
    );
    let finding = finding(&report, expected[0].0);
    assert!(finding.cause.contains(words), "{words}: {finding:?}");
    assert!(finding.fix.is_some(), "{finding:?}");
}

#[tokio::test]
async fn a_site_without_a_mistake_passes() {
    let report = look(&format!("https://{COMMENTS}"), Flaw::None, |asked| isso(&asked)).await;
    assert_eq!(found(&report), BTreeMap::new(), "{:#?}", report.checks);
    let skipped: Vec<&str> = report
        .checks
        .iter()
        .filter(|finding| finding.status != Status::Pass)
        .map(|finding| finding.id.as_str())
        .collect();
    // The addresses of the names were given.
    assert_eq!(skipped, ["dns", "local-network", "ipv6"]);
    let cors: Vec<_> = report.checks.iter().filter(|finding| finding.id == "cors").collect();
    assert_eq!(cors.len(), 2);
    assert_eq!(cors[0].subject.as_deref(), Some(SITES[0]));
    let asked = &cors[0].evidence[0];
    assert_eq!(
        asked.asked,
        format!("GET https://{COMMENTS}/info [origin: {}]", SITES[0])
    );
    assert!(
        asked
            .answered
            .contains(&format!("access-control-allow-origin: {}", SITES[0]))
    );
}

#[tokio::test]
async fn what_many_checks_need_is_asked_once() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let heard = Arc::clone(&asked);
    let report = look(&format!("https://{COMMENTS}"), Flaw::None, move |asked| {
        let Asked {
            method, path, origin, ..
        } = &asked;
        heard.lock().unwrap().push(format!("{method} {path} {origin:?}"));
        isso(&asked)
    })
    .await;
    assert_eq!(found(&report), BTreeMap::new());
    let asked = asked.lock().unwrap();
    let infos = asked.iter().filter(|line| *line == "GET /info None").count();
    assert_eq!(infos, 1, "{asked:#?}");
}

#[tokio::test]
async fn what_the_proxy_answers_itself_is_named() {
    for (status, words) in [
        (404, "404"),
        (502, "does not get through"),
        (401, "turns visitors away"),
        (500, "500"),
    ] {
        check(&[("reachable", Fail)], words, move |_| {
            answer(status, "text/html", "<p>")
        })
        .await;
    }
    check(&[("reachable", Fail)], "web page", |_| {
        answer(200, "text/html", "<!doctype html>")
    })
    .await;
    check(&[("redirect-post", Fail)], "https://c.example.org/isso/info", |asked| {
        let mut answer = answer(301, "text/html", "");
        set(&mut answer, "location", &format!("/isso{}", asked.path));
        answer
    })
    .await;
}

#[tokio::test]
async fn another_isso_is_told_from_this_one() {
    check(&[("reachable", Fail)], "0.13.1", |asked| match asked.path.as_str() {
        "/info" => {
            let info =
                r#"{"version": "0.13.1", "host": "https://c.example.org", "origin": "https://blog.example.org"}"#;
            let mut older = isso(&asked);
            *older.body_mut() = info.to_owned().into();
            older
        }
        _ => isso(&asked),
    })
    .await;
}

#[tokio::test]
async fn headers_that_the_proxy_does_not_pass_on_are_named() {
    check(&[("public-endpoint", Warn)], "asks Isso for 127.0.0.1", |asked| {
        isso(&Asked {
            host: "127.0.0.1:8080".into(),
            ..asked
        })
    })
    .await;
    check(&[("scheme-seen", Warn)], "X-Forwarded-Proto", |asked| {
        isso(&Asked {
            scheme: "http",
            ..asked
        })
    })
    .await;
    check(&[("prefix", Warn)], "/isso", |asked| {
        isso(&Asked {
            prefix: "/isso",
            ..asked
        })
    })
    .await;
    check(&[("prefix", Warn)], "slash", |asked| {
        isso(&Asked { prefix: "/", ..asked })
    })
    .await;
}

#[tokio::test]
async fn headers_that_the_proxy_adds_or_takes_are_named() {
    let origin = "access-control-allow-origin";
    check(
        &[("cors", Fail), ("cors-foreign", Warn), ("preflight", Fail)],
        "more than one",
        move |asked| {
            let mut answer = isso(&asked);
            add(&mut answer, origin, "*");
            answer
        },
    )
    .await;
    check(
        &[("cors", Fail), ("cors-foreign", Warn), ("preflight", Fail)],
        "every website",
        move |asked| {
            let mut answer = isso(&asked);
            set(&mut answer, origin, "*");
            answer
        },
    )
    .await;
    check(&[("cors-foreign", Warn)], "not-listed.invalid", move |asked| {
        let mut answer = isso(&asked);
        set(&mut answer, origin, asked.origin.as_deref().unwrap_or("null"));
        answer
    })
    .await;
    check(
        &[("cors", Fail), ("preflight", Fail)],
        "no Access-Control-Allow-Origin",
        move |asked| {
            let mut answer = isso(&asked);
            answer.headers_mut().remove(origin);
            answer
        },
    )
    .await;
    check(&[("cors", Fail), ("preflight", Fail)], "Credentials", |asked| {
        let mut answer = isso(&asked);
        answer.headers_mut().remove("access-control-allow-credentials");
        answer
    })
    .await;
}

#[tokio::test]
async fn methods_that_the_proxy_blocks_are_named() {
    let expected = [("preflight", Fail), ("methods", Fail)];
    check(&expected, "405", |asked| match asked.method.as_str() {
        "OPTIONS" => answer(405, "text/html", "<p>"),
        _ => isso(&asked),
    })
    .await;
    check(&[("methods", Fail)], "DELETE (403)", |asked| {
        match asked.method.as_str() {
            "PUT" | "DELETE" => answer(403, "text/html", "<p>"),
            _ => isso(&asked),
        }
    })
    .await;
    check(&[("methods", Fail)], "PUT, DELETE", |asked| {
        let mut answer = isso(&asked);
        set(&mut answer, "access-control-allow-methods", "GET, POST");
        answer
    })
    .await;
}

#[tokio::test]
async fn files_that_the_proxy_serves_itself_are_named() {
    check(&[("script", Fail), ("style", Warn)], "404", |asked| {
        match &asked.path[..3] {
            "/js" | "/cs" => answer(404, "text/html", "<p>"),
            _ => isso(&asked),
        }
    })
    .await;
    check(&[("script", Warn), ("style", Warn)], "7 bytes", |asked| {
        match &asked.path[..3] {
            "/js" => answer(200, "text/javascript", "old_isso();"),
            "/cs" => answer(200, "text/css", ".old {}"),
            _ => isso(&asked),
        }
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_keeps_files_from_the_websites_is_named() {
    check(&[("script", Fail), ("style", Warn)], "same-origin", |asked| {
        let mut answer = isso(&asked);
        set(&mut answer, "cross-origin-resource-policy", "same-origin");
        answer
    })
    .await;
}

#[tokio::test]
async fn a_cache_is_named_though_it_says_nothing() {
    let kept: Mutex<HashMap<String, Answer>> = Mutex::default();
    check(&[("cache", Fail), ("cors", Fail)], "http", move |asked| {
        if asked.method != "GET" {
            return isso(&asked);
        }
        let mut kept = kept.lock().unwrap();
        kept.entry(asked.path.clone()).or_insert_with(|| isso(&asked)).clone()
    })
    .await;
    check(&[("cache", Warn)], "age: 60", |asked| {
        let mut answer = isso(&asked);
        if asked.path == "/config" {
            set(&mut answer, "age", "60");
        }
        answer
    })
    .await;
}

#[tokio::test]
async fn flaws_of_a_certificate_are_named() {
    for (flaw, status, words) in [
        (Flaw::Expired, Fail, "expired"),
        (Flaw::SoonExpired, Warn, "5 days"),
        (Flaw::OtherName, Fail, "www.example.net"),
        (Flaw::NoIntermediate, Fail, "intermediate"),
        (Flaw::SelfSigned, Fail, "signed itself"),
    ] {
        let report = look(&format!("https://{COMMENTS}"), flaw, |asked| isso(&asked)).await;
        let found = found(&report);
        assert_eq!(found["tls"], status, "{words}: {report:#?}");
        let finding = finding(&report, "tls");
        assert!(finding.cause.contains(words), "{words}: {finding:?}");
        // The websites have the same certificate. Nothing that Isso would have to answer fails for it.
        let others: Vec<_> = found.keys().filter(|id| **id != "tls").collect();
        assert!(others.iter().all(|id| **id == "site-reachable"), "{words}: {report:#?}");
        assert_eq!(others.is_empty(), flaw == Flaw::SoonExpired, "{words}: {report:#?}");
    }
}

#[tokio::test]
async fn a_website_that_is_not_listed_comes_with_its_mend() {
    let authority = Authority::new();
    let identity = authority.issue(&[COMMENTS, "blog.example.org", "www.example.org"], Flaw::None);
    let proxy: Proxy = Box::new(|asked| isso(&asked));
    let servers = StandIn::start(&identity, proxy).await;
    let mut options = options(servers.proxy, &authority);
    options.resolve.push(("www.example.org".into(), servers.proxy));
    options.sites = vec!["https://www.example.org/some/page".into()];
    let patient = patient(&format!("https://{COMMENTS}"), &hosts(), Some(servers.isso));
    let report = examine(&Looks::new(patient, options).unwrap(), |_| {}).await;
    assert_eq!(
        found(&report),
        BTreeMap::from([("cors", Fail), ("site-reachable", Fail)]),
        "{report:#?}"
    );
    let mend = finding(&report, "cors").mend.clone().unwrap();
    assert_eq!(mend.action, "set-websites");
    let websites = serde_json::json!([SITES[0], SITES[1], "https://www.example.org"]);
    assert_eq!(mend.fields["websites"], websites);
}

#[tokio::test]
async fn without_an_address_one_check_says_so() {
    let authority = Authority::new();
    let identity = authority.issue(&[COMMENTS, "blog.example.org", "shop.example.org"], Flaw::None);
    let proxy: Proxy = Box::new(|asked| isso(&asked));
    let servers = StandIn::start(&identity, proxy).await;
    let looks = |address: Option<String>| {
        let options = Options {
            address,
            ..options(servers.proxy, &authority)
        };
        Looks::new(patient("", &hosts(), Some(servers.isso)), options)
    };
    let report = examine(&looks(None).unwrap(), |_| {}).await;
    assert_eq!(
        found(&report),
        BTreeMap::from([("public-endpoint", Warn)]),
        "{report:#?}"
    );
    assert_eq!(finding(&report, "cors").status, Status::Skip);

    let report = examine(&looks(Some(format!("https://{COMMENTS}/"))).unwrap(), |_| {}).await;
    assert_eq!(
        found(&report),
        BTreeMap::from([("public-endpoint", Warn)]),
        "{report:#?}"
    );
    assert_eq!(finding(&report, "cors").status, Status::Pass);
    let mend = finding(&report, "public-endpoint").mend.clone().unwrap();
    assert_eq!(mend.action, "set-public-address");
    assert_eq!(mend.fields["address"], format!("https://{COMMENTS}"));

    let refused = looks(Some("c.example.org".into())).unwrap_err();
    assert!(refused.to_string().contains("c.example.org"), "{refused}");
}

#[tokio::test]
async fn a_dead_address_fails_once() {
    let authority = Authority::new();
    let identity = authority.issue(&[COMMENTS, "blog.example.org", "shop.example.org"], Flaw::None);
    let proxy: Proxy = Box::new(|asked| isso(&asked));
    let servers = StandIn::start(&identity, proxy).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut options = options(servers.proxy, &authority);
    options.resolve[0].1 = closed;
    let patient = patient(&format!("https://{COMMENTS}"), &hosts(), Some(servers.isso));
    let report = examine(&Looks::new(patient, options).unwrap(), |_| {}).await;
    assert_eq!(found(&report), BTreeMap::from([("reachable", Fail)]), "{report:#?}");
    assert!(finding(&report, "reachable").cause.contains("refused"), "{report:#?}");
}
