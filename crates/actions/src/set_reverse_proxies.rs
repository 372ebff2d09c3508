//! *Reverse proxies*: the proxies whose addresses Isso passes over when it looks for the address of a visitor,
//! `[server] trusted-proxies` in `isso.cfg`.
//!
//! Isso takes the last address in `X-Forwarded-For` for the visitor's. With a single reverse proxy it is. With a second
//! one before it, the last address is that of the second proxy, unless this list has it: Isso goes on to the address
//! before, as long as it finds the last one in the list.
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/views/comments.py> (`_remote_addr`)
//!
//! Isso compares texts. So an address is written as proxies write it, and what cannot match is refused. An entry of
//! that kind that the file has already is shown, and may stay.

use std::net::{IpAddr, SocketAddr};

use isso_cfg::{Contents, Document, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::done::Done;
use crate::error::{ActionError, InputError};
use crate::form::{Field, Form, Item, List};
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::metadata::Metadata;
use crate::result::ActionResult;

/// The most entries of the list.
const MOST_PROXIES: usize = 100;

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "set-reverse-proxies.name"),
            tr!(language, "set-reverse-proxies.description"),
        )
    }
}

pub(crate) fn form(language: Language) -> Form {
    let proxies = List {
        name: tr!(language, "set-reverse-proxies.proxies.name"),
        description: Some(tr!(language, "set-reverse-proxies.proxies.description")),
        max_length: Some(MOST_PROXIES),
        spec: Item {
            placeholder: Some("192.0.2.1".into()),
            ..Item::default()
        },
        ..List::default()
    };
    Form::new([("proxies", Field::List(proxies))])
}

pub(crate) fn prefill(contents: &Contents) -> Value {
    json!({ "proxies": contents.cfg.read_lines(&keys::TRUSTED_PROXIES) })
}

pub(crate) fn check(contents: &Contents, language: Language, input: &Value) -> Result<(), ActionError> {
    let input: Input = form(language).read(input)?;
    input.entries(&contents.cfg, language).map(drop)
}

pub(crate) fn run(volume: &Volume, language: Language, input: &Value) -> Result<Done, ActionError> {
    let input: Input = form(language).read(input)?;
    let updated = volume.update(|contents| {
        let entries = input.entries(&contents.cfg, language)?;
        contents.cfg.write_lines(&keys::TRUSTED_PROXIES, &entries)?;
        Ok::<_, ActionError>(entries)
    })?;
    let (addresses, others): (Vec<_>, Vec<_>) = updated.value.into_iter().partition(|entry| is_address(entry));
    let message = match &addresses[..] {
        [] => tr!(language, "set-reverse-proxies.none"),
        proxies => tr!(language, "set-reverse-proxies.trusted", proxies = proxies.join(", ")),
    };
    let mut result = ActionResult::new(tr!(language, "set-reverse-proxies.saved"), message, None);
    if !others.is_empty() {
        let entries = others.join(", ");
        result.add(&tr!(language, "set-reverse-proxies.never", entries = entries));
    }
    Ok(Done {
        result,
        settings_changed: updated.cfg_changed,
    })
}

#[derive(Deserialize)]
struct Input {
    proxies: Vec<String>,
}

impl Input {
    /// The entries to write: each once, in the order typed.
    fn entries(&self, cfg: &Document, language: Language) -> Result<Vec<String>, ActionError> {
        let present = cfg.read_lines(&keys::TRUSTED_PROXIES);
        let mut entries = Vec::new();
        let mut errors = Vec::new();
        let typed = self.proxies.iter().map(|text| text.trim()).enumerate();
        for (index, text) in typed.filter(|(_, text)| !text.is_empty()) {
            let entry = match parse(text) {
                Ok(address) => address.to_string(),
                Err(_) if present.iter().any(|known| known == text) => text.to_owned(),
                Err(problem) => {
                    errors.push(InputError {
                        path: format!("proxies[{index}]"),
                        label: tr!(language, "set-reverse-proxies.proxies.name"),
                        problem,
                    });
                    continue;
                }
            };
            if !entries.contains(&entry) {
                entries.push(entry);
            }
        }
        match errors.is_empty() {
            true => Ok(entries),
            false => Err(errors.into()),
        }
    }
}

/// Reads the address of a proxy. Proxies write IPv6 addresses as [RFC 5952](https://www.rfc-editor.org/rfc/rfc5952)
/// says, and so does [`IpAddr`].
fn parse(text: &str) -> Result<IpAddr, InputProblem> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    if let Ok(address) = bare.unwrap_or(text).parse() {
        return Ok(address);
    }
    if let Ok(with_port) = text.parse::<SocketAddr>() {
        return Err(InputProblem::ProxyPort(with_port.ip()));
    }
    match text.split_once('/') {
        Some((address, _)) if address.parse::<IpAddr>().is_ok() => Err(InputProblem::ProxyNetwork(text.to_owned())),
        _ => Err(InputProblem::ProxyAddress(text.to_owned())),
    }
}

fn is_address(entry: &str) -> bool {
    entry.parse::<IpAddr>().is_ok()
}
