//! What the checks of websites share.

use isso_actions::Action;
use isso_cfg::{Contents, Origin};
use serde_json::{Map, Value};

use crate::report::Finding;

/// The origin that an entry of the list is meant to be, if it can be told.
pub fn suggested(entry: &str) -> Option<Origin> {
    let (scheme, rest) = entry.split_once("://").unwrap_or(("https", entry));
    let host = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    Origin::parse(&format!("{}://{host}", scheme.to_lowercase())).ok()
}

/// Names the action that puts an origin into the list of websites, in the place of an entry or at the end.
pub fn mend(finding: Finding, contents: &Contents, instead: Option<&str>, origin: &str) -> Finding {
    let mut prefill = Action::SetWebsites.prefill(contents);
    let Some(Value::Array(websites)) = prefill.get_mut("websites") else {
        return finding;
    };
    // The form shows an entry as the origin that Isso makes of it.
    let shown = instead.and_then(suggested).map(|origin| origin.to_string());
    let is_it =
        |website: &Value| Some(website.as_str().unwrap_or_default()) == instead || website.as_str() == shown.as_deref();
    match websites.iter_mut().find(|website| instead.is_some() && is_it(website)) {
        Some(website) => *website = origin.into(),
        None => websites.push(origin.into()),
    }
    let fields = Map::from_iter([("websites".to_owned(), Value::Array(std::mem::take(websites)))]);
    finding.mend("set-websites", fields)
}
