//! A request and its answer.

use std::net::IpAddr;

use isso_actions::Language;
use reqwest::Method;
use reqwest::header::HeaderMap;
use url::Url;

use crate::report::Evidence;
use crate::tr;

/// A request as a visitor's browser sends it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address.
    pub url: Url,
    /// Headers besides those of every request, by their lower-case names.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<&'static str>,
    /// The address to connect to, if it is to be a certain one of those that the name has.
    pub to: Option<IpAddr>,
}

impl Request {
    /// A request of any method.
    pub fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            to: None,
        }
    }

    /// A GET.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// The request by which a browser asks whether it may send one with this method and a JSON body.
    pub fn preflight(url: Url, method: &Method) -> Self {
        Self::new(Method::OPTIONS, url)
            .header("access-control-request-method", method.as_str())
            .header("access-control-request-headers", "content-type")
    }

    /// Sent by a script on a page of this origin.
    pub fn origin(self, origin: &str) -> Self {
        self.header("origin", origin)
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// With a body of JSON.
    pub fn json(mut self, body: &'static str) -> Self {
        self.body = Some(body);
        self.header("content-type", "application/json")
    }

    /// Sent to this address.
    pub fn to(mut self, address: IpAddr) -> Self {
        self.to = Some(address);
        self
    }
}

/// A request and what came of it.
#[derive(Debug)]
pub struct Exchange {
    /// What was asked.
    pub request: Request,
    /// The answer, or why there is none.
    pub answer: Result<Answer, NoAnswer>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status, such as 200.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The first [`LONGEST_BODY`](super::client::LONGEST_BODY) bytes of the body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAnswer {
    /// The name has no address.
    NoSuchName,
    /// The name server does not answer.
    NoNameServer,
    /// The name is one that only Tor knows.
    Tor,
    /// Nothing listens there.
    Refused,
    /// Nothing came within the limit.
    Timeout,
    /// This machine has no way there.
    NoRoute,
    /// No secure connection could be made.
    Tls(String),
    /// The connection broke, or what came was not HTTP.
    Broken(String),
}

impl Answer {
    /// The values of a header, each as it was sent.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = self.headers.get_all(name).iter();
        values.filter_map(|value| value.to_str().ok()).map(str::trim).collect()
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.all(name).into_iter().next()
    }

    /// The media type of the body, without parameters, in lower case.
    pub fn media_type(&self) -> String {
        let value = self.header("content-type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Where it redirects to.
    pub fn redirect(&self, from: &Url) -> Option<Url> {
        let is_redirect = matches!(self.status, 301 | 302 | 303 | 307 | 308);
        let target = self.header("location").filter(|_| is_redirect)?;
        from.join(target).ok()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl NoAnswer {
    /// Why, as the end of a sentence.
    pub fn text(&self, language: Language) -> String {
        match self {
            Self::NoSuchName => tr!(language, "no-answer.no-such-name"),
            Self::NoNameServer => tr!(language, "no-answer.no-name-server"),
            Self::Tor => tr!(language, "no-answer.tor"),
            Self::Refused => tr!(language, "no-answer.refused"),
            Self::Timeout => tr!(language, "no-answer.timeout"),
            Self::NoRoute => tr!(language, "no-answer.no-route"),
            Self::Tls(reason) => tr!(language, "no-answer.tls", reason = reason),
            Self::Broken(reason) => tr!(language, "no-answer.broken", reason = reason),
        }
    }

    /// Whether it may be this machine's own network that keeps the answer away.
    pub fn may_be_ours(&self) -> bool {
        matches!(self, Self::NoNameServer | Self::Tor | Self::NoRoute)
    }
}

/// The headers of answers that say something. Cookies are none of them: their values are secrets.
const TELLING: &[&str] = &[
    "access-control-allow-credentials",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "age",
    "cache-control",
    "cf-cache-status",
    "cf-mitigated",
    "content-length",
    "content-security-policy",
    "content-security-policy-report-only",
    "content-type",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "location",
    "server",
    "vary",
    "via",
    "www-authenticate",
    "x-cache",
    "x-cache-status",
    "x-content-type-options",
    "x-proxy-cache",
];

impl Exchange {
    /// What was asked and answered, for a person.
    pub fn evidence(&self) -> Evidence {
        let Request {
            method,
            url,
            headers,
            to,
            ..
        } = &self.request;
        let headers = headers.iter().map(|(name, value)| format!(" [{name}: {value}]"));
        let to = to.map(|ip| format!(" at {ip}")).unwrap_or_default();
        Evidence {
            asked: format!("{method} {url}{to}{}", headers.collect::<String>()),
            answered: match &self.answer {
                Ok(answer) => answer.lines(),
                Err(reason) => vec![reason.text(Language::English)],
            },
        }
    }
}

impl Answer {
    fn lines(&self) -> Vec<String> {
        let status = reqwest::StatusCode::from_u16(self.status).ok();
        let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
        let mut lines = vec![format!("{} {reason}", self.status).trim_end().to_owned()];
        for name in TELLING {
            lines.extend(self.all(name).iter().map(|value| format!("{name}: {value}")));
        }
        lines
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// An answer, for judges.
    pub fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let mut answer = Answer {
            status,
            headers: HeaderMap::new(),
            body: body.into(),
        };
        for (name, value) in headers {
            answer.headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        answer
    }

    #[test]
    fn evidence_has_what_matters_and_no_cookie() {
        let headers = [
            ("location", "/isso/info"),
            ("set-cookie", "admin-session=secret"),
            ("access-control-allow-origin", "*"),
            ("access-control-allow-origin", "https://a.test"),
        ];
        let url = Url::parse("https://c.test/info").unwrap();
        let exchange = Exchange {
            request: Request::get(url.clone()).origin("https://a.test"),
            answer: Ok(answer(301, &headers, "")),
        };
        let evidence = exchange.evidence();
        assert_eq!(evidence.asked, "GET https://c.test/info [origin: https://a.test]");
        let expected = [
            "301 Moved Permanently",
            "access-control-allow-origin: *",
            "access-control-allow-origin: https://a.test",
            "location: /isso/info",
        ];
        assert_eq!(evidence.answered, expected);
        let target = exchange.answer.unwrap().redirect(&url).unwrap();
        assert_eq!(target.as_str(), "https://c.test/isso/info");
    }
}
