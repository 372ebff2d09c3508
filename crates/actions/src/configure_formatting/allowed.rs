//! The HTML that Isso leaves in a comment.

use isso_cfg::{Contents, Key, html_of_plugin, keys};
use serde_json::{Value, json};

use crate::error::ActionError;

/// Where `store.json` remembers what this action has added to the two keys.
const STORED: &str = "formatting";

/// Isso drops the anchors of footnotes, so that their links lead nowhere. Other plugins do without, so `isso_cfg` does
/// not warn of it.
const FOOTNOTES: [&str; 1] = ["id"];

/// Allows what the plugins need, and takes away what this action allowed for plugins that are no longer there.
pub(super) fn allow(contents: &mut Contents, plugins: &[&str]) -> Result<(), ActionError> {
    let (mut elements, mut attributes) = (Vec::new(), Vec::new());
    for plugin in plugins {
        let needed = html_of_plugin(plugin);
        elements.extend(needed.elements);
        attributes.extend(needed.attributes);
        if *plugin == "footnotes" {
            attributes.extend(FOOTNOTES);
        }
    }
    let before = contents.store.field(STORED).cloned().unwrap_or_default();
    let added = json!({
        "elements": allow_in(contents, &keys::ALLOWED_ELEMENTS, &elements, &before["elements"])?,
        "attributes": allow_in(contents, &keys::ALLOWED_ATTRIBUTES, &attributes, &before["attributes"])?,
    });
    let is_news = match &before {
        Value::Null => added != json!({ "elements": [], "attributes": [] }),
        before => *before != added,
    };
    if is_news {
        contents.store.set_field(STORED, added);
    }
    Ok(())
}

/// Changes the list of a key, and returns which of its words this action has added, now or before.
fn allow_in(contents: &mut Contents, key: &Key, needed: &[&str], before: &Value) -> Result<Vec<String>, ActionError> {
    let added_before: Vec<&str> = before
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let present = contents.cfg.read_list(key);
    let mut allowed = present.clone();
    allowed.retain(|word| needed.contains(&word.as_str()) || !added_before.contains(&word.as_str()));
    let mut added: Vec<String> = allowed
        .iter()
        .filter(|word| added_before.contains(&word.as_str()))
        .cloned()
        .collect();
    for word in needed {
        if !allowed.iter().any(|known| known == word) {
            allowed.push((*word).to_owned());
            added.push((*word).to_owned());
        }
    }
    contents.cfg.write_list(key, &allowed)?;
    Ok(added)
}
