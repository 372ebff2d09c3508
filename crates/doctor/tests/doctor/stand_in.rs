//! A proxy over TLS with a stand-in for Isso behind it, which answers as Isso 0.14 does, and two websites beside it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::crypto::ring;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::certificates::Identity;

/// The name of the comment server.
pub const COMMENTS: &str = "c.example.org";
/// The websites of the settings, the first of which Isso falls back to.
pub const SITES: [&str; 2] = ["https://blog.example.org", "https://shop.example.org"];

pub type Answer = Response<Full<Bytes>>;

/// What Isso is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    /// With the query.
    pub path: String,
    pub origin: Option<String>,
    pub host: String,
    /// What `X-Forwarded-Proto` says.
    pub scheme: &'static str,
    /// What `X-Script-Name` says.
    pub prefix: &'static str,
    pub wants_json: bool,
}

/// What a proxy does with a request: by itself, or by handing it to Isso.
pub type Proxy = Box<dyn Fn(Asked) -> Answer + Send + Sync>;

/// Both servers; they end with the runtime.
pub struct StandIn {
    /// Where the proxy listens, over TLS.
    pub proxy: SocketAddr,
    /// Where Isso listens.
    pub isso: SocketAddr,
}

impl StandIn {
    pub async fn start(identity: &Identity, proxy: Proxy) -> Self {
        let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(identity.chain.clone(), identity.key.clone_key())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let front = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let back = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let started = Self {
            proxy: front.local_addr().unwrap(),
            isso: back.local_addr().unwrap(),
        };
        let proxy = Arc::new(proxy);
        tokio::spawn(async move {
            while let Ok((stream, _)) = front.accept().await {
                let (acceptor, proxy) = (acceptor.clone(), Arc::clone(&proxy));
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream, move |asked| match asked.host.as_str() {
                            COMMENTS => proxy(asked),
                            _ => answer(200, "text/html", "<!doctype html><title>A website</title>"),
                        })
                        .await;
                    }
                });
            }
        });
        tokio::spawn(async move {
            while let Ok((stream, _)) = back.accept().await {
                tokio::spawn(serve(stream, |asked| isso(&asked)));
            }
        });
        started
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, answer: impl Fn(Asked) -> Answer) {
    let service = service_fn(|request: Request<Incoming>| {
        let header = |name: &str| Some(request.headers().get(name)?.to_str().unwrap().to_owned());
        let asked = Asked {
            method: request.method().to_string(),
            path: request.uri().path_and_query().unwrap().to_string(),
            origin: header("origin"),
            host: header("host").unwrap_or_default(),
            scheme: "https",
            prefix: "",
            wants_json: header("accept").is_some_and(|accept| accept == "application/json"),
        };
        let answer = answer(asked);
        async { Ok::<_, Infallible>(answer) }
    });
    // A client that goes away is no concern of a server.
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// What Isso answers.
pub fn isso(asked: &Asked) -> Answer {
    let hosts = [SITES[0], SITES[1], "http://localhost"];
    let origin = asked
        .origin
        .as_deref()
        .filter(|origin| hosts.contains(origin))
        .unwrap_or(SITES[0]);
    let path = asked.path.split('?').next().unwrap_or_default();
    let mut answer = match (asked.method.as_str(), path) {
        ("OPTIONS", _) => answer(200, "text/plain", ""),
        ("GET", "/info") => {
            let host = format!("{}://{}{}", asked.scheme, asked.host, asked.prefix);
            let info = json!({"version": "0.14.0", "host": host, "origin": origin, "moderation": true});
            answer(200, "application/json", &info.to_string())
        }
        ("GET", "/config") => answer(200, "application/json", "{}"),
        ("GET", "/") if asked.path.contains("uri=") => answer(200, "application/json", "{}"),
        ("GET", "/js/embed.min.js") => answer(200, "text/javascript; charset=utf-8", "isso();"),
        ("GET", "/css/isso.css") => answer(200, "text/css; charset=utf-8", ".isso {}"),
        ("POST", "/preview") => answer(200, "application/json", r#"{"text": "<p>issoctl doctor</p>"}"#),
        ("PUT" | "DELETE", "/id/0") if asked.wants_json => answer(403, "application/json", r#"{"message": "403"}"#),
        ("PUT" | "DELETE", "/id/0") => answer(403, "text/html", "<!doctype html>"),
        _ => answer(404, "text/html", "<!doctype html>"),
    };
    for (name, value) in [
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "HEAD, GET, POST, PUT, DELETE"),
        ("access-control-allow-headers", "Origin, Referer, Content-Type"),
        ("access-control-expose-headers", "X-Set-Cookie, Date"),
    ] {
        add(&mut answer, name, value);
    }
    answer
}

pub fn answer(status: u16, media_type: &str, body: &str) -> Answer {
    let builder = Response::builder().status(status).header("content-type", media_type);
    builder.body(Full::from(body.to_owned())).unwrap()
}

pub fn add(answer: &mut Answer, name: &'static str, value: &str) {
    answer.headers_mut().append(name, value.parse().unwrap());
}

pub fn set(answer: &mut Answer, name: &'static str, value: &str) {
    answer.headers_mut().insert(name, value.parse().unwrap());
}
