//! Pages as they are written, and as browsers read them.

use super::*;

fn read(html: &str) -> Html {
    Html::read(
        &Url::parse("https://blog.example.org/2026/post.html").unwrap(),
        html.as_bytes(),
    )
}

fn page(body: &str) -> Html {
    read(&format!("<!doctype html><title>Post</title>{body}"))
}

fn endpoint(body: &str) -> Endpoint {
    let html = page(body);
    html.endpoint(html.client().unwrap().0)
}

fn known(url: &str) -> Endpoint {
    Endpoint::Known(Url::parse(url).unwrap())
}

const SCRIPT: &str = r#"<script data-isso="//c.example.org/" src="//c.example.org/js/embed.min.js"></script>"#;

#[test]
fn only_elements_of_the_page_count() {
    for (body, threads, hidden) in [
        (r#"<section id="isso-thread"></section>"#, 1, None),
        ("<div ID=isso-thread>", 1, None),
        (r#"<p id="isso-thread"><div id='isso-thread'>"#, 2, None),
        (
            r#"<!-- <section id="isso-thread"></section> -->"#,
            0,
            Some(Hidden::Comment),
        ),
        (
            r#"<!-- opened <section id="isso-thread"></section>"#,
            0,
            Some(Hidden::Comment),
        ),
        (
            r#"<noscript><p id="isso-thread"></noscript>"#,
            0,
            Some(Hidden::Noscript),
        ),
        (r#"<textarea><p id="isso-thread"></textarea>"#, 0, Some(Hidden::Text)),
        (
            r#"<template><template></template><p id="isso-thread"></template>"#,
            0,
            Some(Hidden::Template),
        ),
        (r#"<template></template><p id="isso-thread">"#, 1, None),
        ("<template id=isso-thread></template>", 1, None),
        (r#"<script src="a.js" /><p id="isso-thread">"#, 0, Some(Hidden::Script)),
        (r#"<svg><title/></svg><p id="isso-thread">"#, 1, None),
        (r#"<script>"<p id='isso-thread'>"</script>"#, 0, None),
        (r#"<p id="isso-Thread">"#, 0, None),
    ] {
        let html = page(body);
        assert_eq!((html.threads.len(), html.hidden), (threads, hidden), "{body}");
    }
}

#[test]
fn what_was_meant_to_be_the_element_is_named() {
    for (body, near) in [
        (r#"<p id="Isso-Thread">"#, r#"<p id="Isso-Thread">"#),
        (r#"<p id="isso_thread">"#, r#"<p id="isso_thread">"#),
        (r#"<p class="a isso-thread">"#, r#"<p class="a isso-thread">"#),
    ] {
        assert_eq!(page(body).near_threads, [near]);
    }
    assert_eq!(
        read(r#"<p id="Isso-Thread">"#).threads.len(),
        1,
        "without a doctype, case does not count"
    );
}

#[test]
fn the_client_is_found_by_its_file_or_by_its_attribute() {
    for (body, clients, runs) in [
        (SCRIPT, 1, true),
        (r#"<script src="/js/embed.dev.js?v=2"></script>"#, 1, true),
        (r#"<script src="/assets/isso.js" data-isso="/isso"></script>"#, 1, true),
        (r#"<script type="MODULE" src="/js/embed.min.js"></script>"#, 1, true),
        (
            r#"<script type="text/plain" src="/js/embed.min.js"></script>"#,
            1,
            false,
        ),
        (r#"<script nomodule src="/js/embed.min.js"></script>"#, 1, false),
        (
            r#"<script src="/js/count.min.js" data-isso="/isso"></script>"#,
            0,
            false,
        ),
        (r#"<script data-isso="/isso">var a</script>"#, 0, false),
        (
            r#"<template><script src="/js/embed.min.js"></script></template>"#,
            0,
            false,
        ),
    ] {
        let html = page(body);
        assert_eq!(
            (html.clients().len(), html.client().is_some()),
            (clients, runs),
            "{body}"
        );
    }
}

#[test]
fn the_client_finds_its_server() {
    for (body, expected) in [
        (SCRIPT, known("https://c.example.org/")),
        (
            r#"<script async data-isso="/isso/" src="/isso/js/embed.min.js"></script>"#,
            known("https://blog.example.org/isso"),
        ),
        (
            r#"<script data-isso="" src="/isso/js/embed.min.js"></script>"#,
            known("https://blog.example.org/isso"),
        ),
        (
            r#"<base href="//cdn.example.org/"><script src="js/embed.min.js"></script>"#,
            known("https://cdn.example.org/"),
        ),
        (
            r#"<script src="/js/embed.min.js"></script><script src="x.js"></script>"#,
            known("https://blog.example.org/"),
        ),
        (
            r#"<script defer src="/js/embed.min.js"></script>"#,
            known("https://blog.example.org/"),
        ),
        (
            r#"<script defer src="/js/embed.min.js"></script><script src="/x.js"></script>"#,
            Endpoint::OtherScript(Some("https://blog.example.org/x.js".into())),
        ),
        (
            r#"<script type=module src="/js/embed.min.js"></script><script>1</script>"#,
            Endpoint::OtherScript(None),
        ),
        (
            r#"<script async src="/js/embed.min.js"></script><script src="/x.js"></script>"#,
            Endpoint::Chance,
        ),
        (
            r#"<script async="async" src="/js/embed.min.js"></script>"#,
            Endpoint::Stopped,
        ),
        (
            r#"<script async="1" src="x.js"></script><script src="/js/embed.min.js"></script>"#,
            Endpoint::Stopped,
        ),
        (
            r#"<script src="/js/embed.min.js?v=1"></script>"#,
            Endpoint::OtherScript(Some("https://blog.example.org/js/embed.min.js?v=1".into())),
        ),
        (
            r#"<script data-isso="c.example.org" src="/js/embed.min.js"></script>"#,
            Endpoint::NoScheme("c.example.org".into()),
        ),
        (
            r#"<script data-isso="localhost:8080" src="/js/embed.min.js"></script>"#,
            Endpoint::NoScheme("localhost:8080".into()),
        ),
        // A script that is run at once does not see those that follow.
        (
            r#"<script src="/js/embed.min.js"></script><script data-isso="//x.test"></script>"#,
            known("https://blog.example.org/"),
        ),
    ] {
        assert_eq!(endpoint(body), expected, "{body}");
    }
}

#[test]
fn policies_count_in_the_head_alone() {
    let meta = r#"<meta http-equiv="content-security-policy" content="script-src 'self'">"#;
    let html = read(&format!(
        "<!doctype html><html><head><script src=a.js></script>{meta}<script src=b.js></script>"
    ));
    assert_eq!(html.policies, ["script-src 'self'"]);
    let before: Vec<usize> = html.scripts.iter().map(|script| script.policies_before).collect();
    assert_eq!(before, [0, 1]);
    for (before, count) in [
        ("<head></head>", 1),
        ("<head><title>a</title><script>1</script>", 1),
        ("<p>", 0),
        ("text", 0),
        ("<body>", 0),
        ("</body>", 0),
    ] {
        assert_eq!(page(&format!("{before}{meta}")).policies.len(), count, "{before}");
    }
}

#[test]
fn attributes_at_other_elements_are_noticed() {
    let html =
        page(r#"<section id="isso-thread" data-isso-id="/a" data-isso-lang="de"></section><a data-isso-id="b">"#);
    assert_eq!(html.misplaced, [("section".to_owned(), "data-isso-lang".to_owned())]);
}

#[test]
fn a_page_that_scripts_may_change_is_known() {
    for (body, trace, may_change) in [
        ("<p>text", false, false),
        (SCRIPT, true, false),
        (r#"<script src="jquery.js"></script>"#, false, true),
        ("<script>var s = 'embed.min.js'</script>", true, true),
        (
            r#"<script type="application/ld+json">{"a": "isso-thread"}</script>"#,
            true,
            false,
        ),
        (r#"<script src="/js/count.min.js"></script>"#, true, false),
    ] {
        let html = page(body);
        assert_eq!((html.has_trace(), html.may_change()), (trace, may_change), "{body}");
    }
}

#[test]
fn bytes_of_any_kind_are_read() {
    let url = Url::parse("https://blog.example.org/").unwrap();
    for bytes in [
        &b""[..],
        b"\xff\xfe<\0s\0",
        b"<script",
        b"<!--",
        b"<p id=\"isso-thread",
        b"&#x110000;<a \xc3>",
    ] {
        assert!(Html::read(&url, bytes).threads.is_empty());
    }
}
