//! Where Isso's client sends its requests, found as the client finds it
//! (<https://github.com/isso-comments/isso/blob/0.14.0/isso/js/app/api.js>).

use url::Url;

use super::Html;
use super::script::{Script, Timing};

/// What the client cuts off the end of its own address.
const FILE: &str = "/js/embed.min.js";

/// Where the client sends its requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// Here. The address ends without a slash.
    Known(Url),
    /// Nowhere: `data-isso` is an address without `https://`.
    NoScheme(String),
    /// Nowhere: there is no `data-isso`, and a script whose attribute `async` or `defer` has a value stops the client.
    Stopped,
    /// There is no `data-isso`, and this is the script that the client takes for its own.
    OtherScript(Option<String>),
    /// There is no `data-isso`, and which script the client takes for its own depends on which comes first.
    Chance,
}

impl Html {
    /// Where the client that this script loads sends its requests.
    pub fn endpoint(&self, place: usize) -> Endpoint {
        let timing = self.scripts[place].timing();
        let present = match timing {
            Timing::AtOnce => &self.scripts[..=place],
            Timing::Any | Timing::AtEnd => &self.scripts[..],
        };
        // The first one counts, even if it is empty.
        let named = present.iter().find_map(|script| script.attribute("data-isso"));
        if let Some(named) = named.filter(|named| !named.is_empty()) {
            return self.named(named);
        }
        let has_value = |script: &Script, name| script.attribute(name).is_some_and(|value| !value.is_empty());
        if present
            .iter()
            .any(|script| has_value(script, "async") || has_value(script, "defer"))
        {
            return Endpoint::Stopped;
        }
        let is_last = place + 1 == self.scripts.len();
        match timing {
            Timing::Any if !is_last => Endpoint::Chance,
            _ => match present.last().and_then(|last| self.src(last)) {
                Some(src) => {
                    strip_client(&src).map_or_else(|| Endpoint::OtherScript(Some(src.to_string())), Endpoint::Known)
                }
                None => Endpoint::OtherScript(None),
            },
        }
    }

    fn named(&self, named: &str) -> Endpoint {
        let named = named.trim();
        let is_relative = named.starts_with('/') || named.starts_with('.');
        let has_scheme = Url::parse(named).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        // For browsers, `comments.example.org` is a file beside the page, and `localhost:8080` has the scheme
        // `localhost`.
        if !is_relative && !has_scheme && named.contains(['.', ':']) {
            return Endpoint::NoScheme(named.to_owned());
        }
        let cut = named.strip_suffix('/').unwrap_or(named);
        match self
            .base
            .join(&format!("{cut}/info"))
            .ok()
            .and_then(|url| without(&url, "/info"))
        {
            Some(url) => Endpoint::Known(url),
            None => Endpoint::NoScheme(named.to_owned()),
        }
    }
}

/// The address of the Isso that a client was loaded from, if it has its usual place there.
pub fn strip_client(src: &Url) -> Option<Url> {
    let is_bare = src.query().is_none() && src.fragment().is_none();
    without(src, FILE).filter(|_| is_bare)
}

fn without(url: &Url, end: &str) -> Option<Url> {
    let mut url = url.clone();
    let path = url.path().strip_suffix(end)?.to_owned();
    url.set_path(&path);
    Some(url)
}
