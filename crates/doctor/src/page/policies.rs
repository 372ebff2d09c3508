//! The Content Security Policies of a page.

use content_security_policy::{
    CspList, Destination, Initiator, ParserMetadata, Policy, PolicyDisposition, PolicySource, Request, Violates,
};
use url::Url;

use super::Script;

/// The policies that a browser enforces on a page. Those that only report are none of them.
#[derive(Debug, Clone)]
pub struct Policies(Vec<(Policy, Option<usize>)>);

/// What a page loads for Isso.
#[derive(Debug, Clone, Copy)]
pub enum Load<'s> {
    /// Isso's client, by this element.
    Script(&'s Script),
    /// The client's requests.
    Requests,
    /// The style sheet that the client adds.
    Style,
    /// Pictures in comments.
    Image,
}

impl Load<'_> {
    /// The directive that is about it alone.
    pub fn directive(self) -> &'static str {
        match self {
            Self::Script(_) => "script-src",
            Self::Requests => "connect-src",
            Self::Style => "style-src",
            Self::Image => "img-src",
        }
    }
}

/// A directive that keeps something from being loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The directive as it should be.
    pub directive: String,
    /// Whether addresses count for nothing in it, because it says `'strict-dynamic'`.
    pub is_strict: bool,
    /// Whether it stands in a `<meta>`.
    pub is_in_page: bool,
}

impl Policies {
    /// The policies in headers and in `<meta>` elements.
    pub fn new(headers: &[&str], metas: &[String]) -> Self {
        let parse = |text: &str, source| CspList::parse(text, source, PolicyDisposition::Enforce).0;
        let headers = headers.iter().flat_map(|text| parse(text, PolicySource::Header));
        let metas = metas.iter().enumerate();
        let metas = metas.flat_map(|(place, text)| {
            let policies = parse(text, PolicySource::Meta).into_iter();
            policies.map(move |policy| (policy, Some(place)))
        });
        Self(headers.map(|policy| (policy, None)).chain(metas).collect())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a browser asks https addresses instead of http ones.
    pub fn upgrade(&self) -> bool {
        self.directives("upgrade-insecure-requests").next().is_some()
    }

    /// The values of each directive of this name.
    pub fn directives(&self, name: &str) -> impl Iterator<Item = &[String]> {
        let directives = self.0.iter().flat_map(|(policy, _)| &policy.directive_set);
        directives
            .filter(move |it| it.name == name)
            .map(|it| it.value.as_slice())
    }

    /// The sandbox of the page's header; browsers heed none in a `<meta>`.
    pub fn sandbox(&self) -> Option<&[String]> {
        let headers = self.0.iter().filter(|(_, place)| place.is_none());
        let mut directives = headers.flat_map(|(policy, _)| &policy.directive_set);
        directives.find(|it| it.name == "sandbox").map(|it| it.value.as_slice())
    }

    /// What keeps this page from loading something from a URL.
    pub fn blocks(&self, page: &Url, url: &Url, load: Load<'_>) -> Vec<Block> {
        let request = request(page, url, load);
        let applying = self.0.iter().filter(|(_, place)| match (load, place) {
            // A policy in the page counts from where it stands.
            (Load::Script(script), Some(place)) => *place < script.policies_before,
            _ => true,
        });
        let violated = applying.filter_map(|(policy, place)| match policy.does_request_violate_policy(&request) {
            Violates::Directive(directive) => Some((directive, place.is_some())),
            Violates::DoesNotViolate => None,
        });
        violated
            .map(|(directive, is_in_page)| {
                // What `default-src` allows is repeated, for the new directive takes its place.
                let name = match directive.name.as_str() {
                    "default-src" => load.directive(),
                    name => name,
                };
                let is = |value: &str, word: &str| value.eq_ignore_ascii_case(word);
                let values = directive.value.iter().filter(|value| !is(value, "'none'"));
                let words = std::iter::once(name.to_owned()).chain(values.cloned());
                let words: Vec<String> = words.chain([url.origin().ascii_serialization()]).collect();
                Block {
                    directive: words.join(" "),
                    is_strict: directive.value.iter().any(|value| is(value, "'strict-dynamic'")),
                    is_in_page,
                }
            })
            .collect()
    }
}

fn request(page: &Url, url: &Url, load: Load<'_>) -> Request {
    let (destination, initiator, parser_metadata, script) = match load {
        Load::Script(script) => (
            Destination::Script,
            Initiator::None,
            ParserMetadata::ParserInserted,
            Some(script),
        ),
        Load::Requests => (Destination::None, Initiator::Fetch, ParserMetadata::None, None),
        Load::Style => (Destination::Style, Initiator::None, ParserMetadata::None, None),
        Load::Image => (Destination::Image, Initiator::None, ParserMetadata::None, None),
    };
    let attribute = |name| {
        script
            .and_then(|script| script.attribute(name))
            .unwrap_or_default()
            .to_owned()
    };
    Request {
        url: url.clone(),
        current_url: url.clone(),
        origin: page.origin(),
        redirect_count: 0,
        destination,
        initiator,
        nonce: attribute("nonce"),
        integrity_metadata: attribute("integrity"),
        parser_metadata,
    }
}
