//! Pages and answers for the tests of checks.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::looks::exchange::Answer;
use crate::page::Seen;

pub fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status,
        headers: HeaderMap::new(),
        body: body.as_bytes().to_vec(),
    }
}

/// A page at `https://blog.example.org/2026/post.html`, as it was read.
pub fn seen(html: &str) -> Seen {
    seen_at("https://blog.example.org/2026/post.html", html, &[])
}

/// A page with headers.
pub fn seen_at(url: &str, html: &str, headers: &[(&str, &str)]) -> Seen {
    let mut answer = answer(200, html);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        answer.headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    Seen::new(&Url::parse(url).unwrap(), &answer, false)
}
