//! What is answered while no gunicorn takes requests.
//!
//! | header | why |
//! |---|---|
//! | `503`, `Retry-After: 10` | it is temporary, also for search engines and health checks |
//! | `Cache-Control: no-store` | no cache may keep it past the moment at which Isso runs |
//! | `Access-Control-Allow-Origin`, `-Credentials`, `-Expose-Headers` | scripts of any website may read it: it says nothing that depends on who asks |
//! | `Server: issoctl` | it is not Isso that answers |
//! | `Vary` | the answer depends on `Origin`, `Accept` and `Accept-Language` |
//!
//! There is no `X-Content-Type-Options: nosniff`: with it, Chromium's developer tools show a script that is answered
//! with text as `ERR_BLOCKED_BY_ORB`, and not as 503.
//!
//! A browser that opens an address (`Accept` names `text/html`) gets a page in words, anything else one line of
//! text. A preflight (`OPTIONS`) gets 503 as well, which no browser takes for a permission: only Isso knows which
//! websites may write, and relies on the browser to ask.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ACCEPT, ACCEPT_LANGUAGE, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap,
    HeaderName, HeaderValue, ORIGIN, RETRY_AFTER, SERVER, VARY,
};
use hyper::{Request, Response, StatusCode};

use super::language::{Words, words_for};

const TEXT: &str = "Comments are not available right now: Isso is not running. Try again later.\n";

/// The answer to any request, whatever its method and path. hyper leaves the body away after `HEAD`.
pub(super) fn unavailable<B>(request: &Request<B>) -> Response<Full<Bytes>> {
    let asked = request.headers();
    let mut response = match value(asked, ACCEPT).contains("text/html") {
        true => page(words_for(value(asked, ACCEPT_LANGUAGE))),
        false => text(),
    };
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    set(headers, RETRY_AFTER, "10");
    set(headers, CACHE_CONTROL, "no-store");
    set(headers, SERVER, "issoctl");
    set(headers, VARY, "Origin, Accept, Accept-Language");
    if let Some(origin) = asked.get(ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        // Isso's client sends its cookies along; then a browser does not take `*`.
        set(headers, ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, "Retry-After");
    }
    response
}

fn text() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(TEXT));
    let headers = response.headers_mut();
    set(headers, CONTENT_TYPE, "text/plain; charset=utf-8");
    response
}

fn page(words: &Words) -> Response<Full<Bytes>> {
    let Words {
        tag,
        title,
        visitor,
        owner,
        on_startos,
        elsewhere,
        password,
        refresh,
    } = words;
    let html = format!(
        include_str!("page.html"),
        tag = tag,
        title = title,
        visitor = visitor,
        owner = owner,
        on_startos = on_startos,
        elsewhere = elsewhere,
        password = password,
        refresh = refresh
    );
    let mut response = Response::new(Full::from(html));
    let headers = response.headers_mut();
    set(headers, CONTENT_TYPE, "text/html; charset=utf-8");
    set(headers, CONTENT_LANGUAGE, tag);
    set(
        headers,
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// The value of a header. One that is no text counts as empty.
fn value(headers: &HeaderMap, name: HeaderName) -> &str {
    let text = headers.get(name).and_then(|value| value.to_str().ok());
    text.unwrap_or_default()
}
