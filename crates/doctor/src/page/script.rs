//! A script element.

use std::collections::BTreeMap;

use url::Url;

/// A script element.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The attributes.
    pub attributes: BTreeMap<String, String>,
    /// The text between its tags.
    pub text: String,
    /// How many of the page's policies stand before it, and so apply to it.
    pub policies_before: usize,
}

/// When a script is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// When the parser reaches it: no later script is there yet.
    AtOnce,
    /// When it has come, before or after others.
    Any,
    /// When the page is read: all its scripts are there.
    AtEnd,
}

/// The types that browsers take for JavaScript: <https://mimesniff.spec.whatwg.org/#javascript-mime-type>.
const JAVASCRIPT: &[&str] = &[
    "application/ecmascript",
    "application/javascript",
    "application/x-ecmascript",
    "application/x-javascript",
    "text/ecmascript",
    "text/javascript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
    "text/jscript",
    "text/livescript",
    "text/x-ecmascript",
    "text/x-javascript",
];

impl Script {
    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The address of its text, as it is written.
    pub fn src(&self) -> Option<&str> {
        self.attribute("src").map(str::trim).filter(|src| !src.is_empty())
    }

    /// Whether it loads Isso's client: by the name of the file, or, if that was renamed, by `data-isso`.
    pub fn is_client(&self) -> bool {
        let is_renamed = || self.attribute("data-isso").is_some() && !self.is_counter();
        self.src().is_some() && (matches!(self.file(), Some("embed.min.js" | "embed.dev.js")) || is_renamed())
    }

    /// Whether it loads the script that counts comments.
    pub fn is_counter(&self) -> bool {
        matches!(self.file(), Some("count.min.js" | "count.dev.js"))
    }

    /// Whether its text speaks of Isso, as one that adds the client to the page does.
    pub fn mentions_isso(&self) -> bool {
        let words = ["isso-thread", "embed.min.js", "data-isso", "Isso."];
        self.src().is_none() && words.iter().any(|word| self.text.contains(word))
    }

    /// Whether browsers run it. Those that know modules run none with `nomodule`.
    pub fn is_run(&self) -> bool {
        let kind = self.kind();
        self.is_module() || (JAVASCRIPT.contains(&kind.as_str()) && self.attribute("nomodule").is_none())
    }

    /// When it is run.
    pub fn timing(&self) -> Timing {
        if self.attribute("async").is_some() {
            Timing::Any
        } else if self.is_module() || self.attribute("defer").is_some() {
            Timing::AtEnd
        } else {
            Timing::AtOnce
        }
    }

    /// Whether it is a module, which is loaded with the rules of CORS.
    pub fn is_module(&self) -> bool {
        self.kind() == "module"
    }

    /// Its type as browsers read it:
    /// <https://html.spec.whatwg.org/multipage/scripting.html#prepare-the-script-element>.
    pub fn kind(&self) -> String {
        match (self.attribute("type"), self.attribute("language")) {
            (Some(""), _) | (None, None | Some("")) => "text/javascript".to_owned(),
            (Some(kind), _) => kind.trim_matches([' ', '\t', '\n', '\r', '\x0c']).to_ascii_lowercase(),
            (None, Some(language)) => format!("text/{}", language.to_ascii_lowercase()),
        }
    }

    /// The last part of the path that it loads.
    fn file(&self) -> Option<&str> {
        let path = self.src()?.split(['?', '#']).next()?;
        path.rsplit('/').next()
    }
}

/// Whether a page that came from a host counts as secure although it came without TLS.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
