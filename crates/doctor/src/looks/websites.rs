//! The websites that show comments.

use isso_cfg::{Document, Origin, isso_origin, keys};

use super::error::web_url;
use crate::patient::Options;

/// A website.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Website {
    /// As it stands in the settings or the options.
    pub entry: String,
    /// Its origin as browsers send it; `None` if no browser can send what the entry means to Isso.
    pub origin: Option<Origin>,
}

/// The entries of the settings, without the placeholder `localhost`.
pub(super) fn listed(cfg: &Document) -> Vec<Website> {
    let entries = cfg.read_lines(&keys::HOST).into_iter();
    entries
        .map(of_entry)
        .filter(|website| !is_placeholder(website))
        .collect()
}

/// The websites of the options; if there are none, those of the settings.
pub(super) fn to_look_at(options: &Options, cfg: &Document) -> Vec<Website> {
    match options.sites.is_empty() {
        true => listed(cfg),
        false => options.sites.iter().map(|site| of_option(site)).collect(),
    }
}

fn of_entry(entry: String) -> Website {
    let seen = isso_origin(&entry);
    // Isso compares character by character, so a spelling that no browser uses matches nothing.
    let origin = seen.and_then(|seen| Origin::parse(&seen).ok().filter(|origin| origin.as_str() == seen));
    Website { entry, origin }
}

fn of_option(site: &str) -> Website {
    let origin = web_url(site).and_then(|url| Origin::parse(&url.origin().ascii_serialization()).ok());
    Website {
        entry: site.to_owned(),
        origin,
    }
}

fn is_placeholder(website: &Website) -> bool {
    website
        .origin
        .as_ref()
        .is_some_and(|origin| origin.as_str() == "http://localhost")
}
