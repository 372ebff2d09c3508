//! What `issoctl proxy` prints, in front of a real Isso: doctor finds nothing to complain about, and each mistake that
//! is made in it.

use std::process::Output;

use isso_tests::{Site, free_address, not_tested};
use serde_json::Value;

use crate::proxy::{Certificates, Proxy, debian};

const COMMENTS: &str = "comments.example.test";
const BLOG: &str = "blog.example.test";

/// An Isso behind a proxy, and a website with comments.
struct Public<'s> {
    site: &'s Site,
    certificates: Certificates,
    /// Of the proxy, which serves Isso and the website.
    port: u16,
}

impl<'s> Public<'s> {
    fn new(site: &'s Site, prefix: &str) -> Self {
        let port = free_address().port();
        let public = Self {
            site,
            certificates: Certificates::make(),
            port,
        };
        site.set_website(&public.blog());
        let address = format!("[server]\npublic-endpoint = https://{COMMENTS}:{port}{prefix}\n");
        site.save_cfg(&format!("{}\n{address}", site.cfg()));
        public
    }

    fn blog(&self) -> String {
        format!("https://{BLOG}:{}", self.port)
    }

    /// What `issoctl proxy` prints.
    fn printed(&self, proxy: &str) -> String {
        self.site.ok(&["proxy", proxy])
    }

    /// The page with comments.
    fn page(&self, prefix: &str) -> String {
        let isso = format!("https://{COMMENTS}:{}{prefix}", self.port);
        format!(
            r#"<!doctype html><title>A post</title><script data-isso="{isso}/" src="{isso}/js/embed.min.js"></script><section id="isso-thread"></section>"#
        )
    }

    /// Starts nginx with a configuration that `issoctl proxy` printed, as changed, and a website beside it.
    fn nginx(&self, configuration: &str, certificate: &str, prefix: &str) -> Proxy {
        let page = self.page(prefix);
        let (port, certificates) = (self.port, &self.certificates);
        let (good, key) = (certificates.path("good.pem"), certificates.path("key.pem"));
        let website = format!(
            "server {{ listen 127.0.0.1:{port} ssl; server_name {BLOG}; ssl_certificate {good}; ssl_certificate_key {key};
             location / {{ default_type text/html; return 200 '{page}'; }} }}"
        );
        let plain = free_address().port();
        let lines = configuration.lines().filter(|line| !line.contains("listen [::]"));
        let ours: String = lines
            .map(|line| {
                let line = match line.trim() {
                    // Port 80 would need rights.
                    "listen 80;" => format!("listen 127.0.0.1:{plain};"),
                    line if line.starts_with("listen ") => format!("listen 127.0.0.1:{port} ssl;"),
                    line if line.starts_with("ssl_certificate ") => {
                        format!("ssl_certificate {};", certificates.path(certificate))
                    }
                    line if line.starts_with("ssl_certificate_key ") => format!("ssl_certificate_key {key};"),
                    line => line.to_owned(),
                };
                line + "\n"
            })
            .collect();
        Proxy::nginx(&format!("{ours}\n{website}"), port)
    }

    /// Starts Caddy in the same way.
    fn caddy(&self, configuration: &str, prefix: &str) -> Proxy {
        let page = self.page(prefix);
        let (good, key) = (self.certificates.path("good.pem"), self.certificates.path("key.pem"));
        let tls = format!("{{\n\ttls {good} {key}\n\tbind 127.0.0.1\n");
        let ours = configuration.replacen(&format!(":{} {{\n", self.port), &format!(":{} {tls}", self.port), 1);
        let website = format!(
            "{BLOG}:{} {tls}\theader Content-Type text/html\n\trespond `{page}`\n}}\n",
            self.port
        );
        Proxy::caddy(&format!("{ours}\n{website}"), self.port)
    }

    /// What doctor finds, as a program reads it.
    fn doctor(&self) -> Vec<Value> {
        let page = format!("{}/post/", self.blog());
        let authority = self.certificates.path("ca.pem");
        let resolve = [BLOG, COMMENTS].map(|name| format!("{name}:{}:127.0.0.1", self.port));
        let words = ["doctor", "--json", "--ca", &authority, "--page", &page];
        let resolve = resolve.each_ref().map(|it| ["--resolve", it]).concat();
        let Output { stdout, stderr, .. } = self.site.run(&[&words[..], &resolve].concat());
        let report: Value =
            serde_json::from_slice(&stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&stderr)));
        report["checks"].as_array().expect("it lists findings").clone()
    }
}

/// A mistake in a configuration of nginx: what it does, what it changes, and the check that names it.
type Mistake = (&'static str, fn(&str) -> String, &'static str);

/// Adds lines to what passes requests on to Isso.
fn within(text: &str, lines: &str) -> String {
    let (before, inside) = text.rsplit_once("/ {\n").expect("it passes requests on");
    format!("{before}/ {{\n{lines}\n{inside}")
}

fn swap(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "no {from:?} in\n{text}");
    text.replace(from, to)
}

const MISTAKES: [Mistake; 14] = [
    (
        "Host is not passed",
        |it| swap(it, "proxy_set_header Host ", "# "),
        "public-endpoint",
    ),
    (
        "scheme is not passed",
        |it| swap(it, "proxy_set_header X-Forwarded-Proto", "#"),
        "scheme-seen",
    ),
    (
        "a second CORS header",
        |it| within(it, "add_header Access-Control-Allow-Origin $http_origin always;"),
        "cors",
    ),
    (
        "CORS for all",
        |it| {
            let lines = "proxy_hide_header Access-Control-Allow-Origin; add_header Access-Control-Allow-Origin *;";
            within(it, lines)
        },
        "cors-foreign",
    ),
    (
        "OPTIONS is refused",
        |it| within(it, "if ($request_method = OPTIONS) { return 405; }"),
        "preflight",
    ),
    (
        "PUT and DELETE are refused",
        |it| within(it, "if ($request_method ~ ^(PUT|DELETE)$) { return 405; }"),
        "methods",
    ),
    (
        "prefix with a slash at its end",
        |it| swap(it, "X-Script-Name \"/isso\"", "X-Script-Name \"/isso/\""),
        "prefix",
    ),
    (
        "prefix is taken off and not passed",
        |it| {
            let text = swap(it, "proxy_set_header X-Script-Name", "#");
            within(&text, "rewrite ^/isso(/.*)$ $1 break;")
        },
        "prefix",
    ),
    (
        "prefix is not passed",
        |it| swap(it, "proxy_set_header X-Script-Name", "#"),
        "reachable",
    ),
    (
        "answers are cached, whatever the website",
        |it| {
            let text = swap(it, "proxy_cache off;", "");
            within(
                &text,
                "proxy_cache cache; proxy_cache_valid 200 1h; proxy_cache_key $request_uri;",
            )
        },
        "cache",
    ),
    (
        "an error page for the script",
        |it| {
            within(
                it,
                "location /isso/js/ { default_type text/html; return 200 '<h1>Not found</h1>'; }",
            )
        },
        "script",
    ),
    (
        "another virtual host",
        |it| within(it, "default_type text/html; return 200 '<h1>Welcome to nginx!</h1>';"),
        "reachable",
    ),
    (
        "the script is rewritten",
        |it| {
            within(
                it,
                "sub_filter_types text/javascript; sub_filter 'function' 'func tion';",
            )
        },
        "script",
    ),
    (
        "Isso does not run",
        |it| swap(it, "proxy_pass http://127.0.0.1:", "proxy_pass http://127.0.0.2:"),
        "reachable",
    ),
];

/// What a configuration of a proxy decides.
const DECIDED: [&str; 12] = [
    "tls",
    "reachable",
    "scheme-seen",
    "prefix",
    "public-endpoint",
    "cors",
    "cors-foreign",
    "preflight",
    "methods",
    "script",
    "style",
    "cache",
];

fn statuses<'f>(findings: &'f [Value], id: &str) -> Vec<&'f str> {
    let of = findings.iter().filter(|finding| finding["id"] == id);
    of.map(|finding| finding["status"].as_str().expect("a status is text"))
        .collect()
}

fn assert_healthy(findings: &[Value]) {
    for id in DECIDED {
        let statuses = statuses(findings, id);
        assert!(
            !statuses.is_empty() && statuses.iter().all(|it| *it == "pass"),
            "{id}: {findings:#?}"
        );
    }
}

fn assert_named(name: &str, findings: &[Value], id: &str) {
    let statuses = statuses(findings, id);
    assert!(
        statuses.iter().any(|it| ["fail", "warn"].contains(it)),
        "{name}: {id} is {statuses:?}: {findings:#?}"
    );
}

#[test]
fn each_mistake_before_isso_in_nginx_is_named() {
    if debian("sbin/nginx").is_none() {
        return not_tested("nginx of Debian is missing; `make test-tools` unpacks it");
    }
    let site = Site::new();
    site.set_password();
    let public = Public::new(&site, "/isso");
    let _up = site.serving_again();
    let printed = public.printed("nginx");
    let examine = |text: &str, certificate: &str| {
        let _nginx = public.nginx(text, certificate, "/isso");
        public.doctor()
    };
    assert_healthy(&examine(&printed, "good.pem"));
    for certificate in ["expired.pem", "wrong.pem", "incomplete.pem", "unknown.pem"] {
        assert_named(certificate, &examine(&printed, certificate), "tls");
    }
    for (name, mistake, id) in MISTAKES {
        assert_named(name, &examine(&mistake(&printed), "good.pem"), id);
    }
}

#[test]
fn each_mistake_before_isso_in_caddy_is_named() {
    if debian("bin/caddy").is_none() {
        return not_tested("Caddy of Debian is missing; `make test-tools` unpacks it");
    }
    let site = Site::new();
    site.set_password();
    let public = Public::new(&site, "");
    let _up = site.serving_again();
    let printed = public.printed("caddy");
    let examine = |text: &str| {
        let _caddy = public.caddy(text, "");
        public.doctor()
    };
    assert_healthy(&examine(&printed));
    let before = |line: &str| swap(&printed, "\treverse_proxy ", &format!("\t{line}\n\treverse_proxy "));
    let cors = before("header +Access-Control-Allow-Origin *");
    assert_named("a second CORS header", &examine(&cors), "cors");
    let options = before("@options method OPTIONS\n\trespond @options 405");
    assert_named("OPTIONS is refused", &examine(&options), "preflight");
    let scheme = swap(
        &printed,
        "header_up X-Script-Name",
        "header_up X-Forwarded-Proto http\n\t\theader_up X-Script-Name",
    );
    assert_named("scheme is not passed", &examine(&scheme), "scheme-seen");
    let page = before("respond /js/* `<h1>Not found</h1>` 200");
    assert_named("an error page for the script", &examine(&page), "script");
}
