//! *Public address*: the address at which browsers reach this server, `[server] public-endpoint` in `isso.cfg`.
//!
//! Isso makes the links in its mails from it. Without it, Isso takes the `Host` header of the request, which the
//! commenter chooses: a signed link that approves or deletes a comment may then lead to a foreign server.
//!
//! On a host that gives out the addresses itself, one of them is chosen. `store.json` remembers that it was one of
//! them, so that the host can tell when it is gone ([`public_address_is_gone`]), and does not complain of an address of
//! another proxy, which it never had.

use isso_cfg::{Contents, PublicAddress, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::done::Done;
use crate::error::{ActionError, InputError};
use crate::form::{Field, Form, InputMode, Select, Text};
use crate::host_info::{Encryption, HostAddress, HostInfo};
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::metadata::Metadata;
use crate::result::ActionResult;

/// The choice of no address, where one is chosen.
const NONE: &str = "none";
/// The member of `store.json` that holds a public address which was chosen among those of the host.
const ASSIGNED: &str = "publicAddress";

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "set-public-address.name"),
            tr!(language, "set-public-address.description"),
        )
    }
}

pub(crate) fn form(language: Language, host_info: &HostInfo) -> Form {
    let name = tr!(language, "set-public-address.address.name");
    let address = match host_info.assigns_addresses {
        true => {
            let values = choices(language, host_info);
            Field::Select(Select {
                name,
                description: Some(tr!(language, "set-public-address.address.choose")),
                default: values.first().map(|(address, _)| address.clone()),
                values,
                ..Select::default()
            })
        }
        false => Field::Text(Text {
            name,
            description: Some(tr!(language, "set-public-address.address.type")),
            placeholder: Some("https://comments.example.org".into()),
            inputmode: InputMode::Url,
            ..Text::default()
        }),
    };
    Form::new([("address", address)])
}

/// The host's addresses, the present one if it is none of them, and none, each with the text shown for it.
fn choices(language: Language, host_info: &HostInfo) -> Vec<(String, String)> {
    let mut choices: Vec<(String, String)> = Vec::new();
    let mut add = |address: &str, shown: String| {
        if !choices.iter().any(|(known, _)| known == address) {
            choices.push((address.to_owned(), shown));
        }
    };
    for HostAddress { url, encryption } in &host_info.addresses {
        let Ok(address) = PublicAddress::parse(url) else {
            continue;
        };
        let shown = match encryption {
            Encryption::Trusted | Encryption::Unknown => address.to_string(),
            Encryption::OwnCertificate => tr!(language, "set-public-address.own-certificate", address = address),
            Encryption::Plain => tr!(language, "set-public-address.plain", address = address),
        };
        add(address.as_str(), shown);
    }
    let present = spelled(&host_info.public_address);
    if !present.is_empty() {
        add(
            &present,
            tr!(language, "set-public-address.elsewhere", address = present),
        );
    }
    add(NONE, tr!(language, "set-public-address.no-address"));
    choices
}

/// An unset address is left out, so that a select shows its default.
pub(crate) fn prefill(contents: &Contents) -> Value {
    match spelled(&contents.cfg.read_text(&keys::PUBLIC_ENDPOINT)) {
        address if address.is_empty() => json!({}),
        address => json!({ "address": address }),
    }
}

/// The address in its usual spelling, or as it stands there if it is none.
fn spelled(address: &str) -> String {
    PublicAddress::parse(address).map_or_else(|_| address.to_owned(), |address| address.to_string())
}

pub(crate) fn check(
    contents: &Contents,
    host_info: &HostInfo,
    language: Language,
    input: &Value,
) -> Result<(), ActionError> {
    let input: Input = form(language, host_info).read(input)?;
    input.address(contents, host_info, language).map(drop)
}

pub(crate) fn run(
    volume: &Volume,
    host_info: &HostInfo,
    language: Language,
    input: &Value,
) -> Result<Done, ActionError> {
    let input: Input = form(language, host_info).read(input)?;
    let updated = volume.update(|contents| {
        let address = input.address(contents, host_info, language)?;
        // An address that means the same stays as it is written.
        if address != spelled(&contents.cfg.read_text(&keys::PUBLIC_ENDPOINT)) {
            contents.cfg.write_text(&keys::PUBLIC_ENDPOINT, &address)?;
        }
        let assigned = host_info.assigns_addresses && is_of_host(&address, host_info);
        remember(contents, assigned.then_some(address.as_str()));
        Ok::<_, ActionError>(address)
    })?;
    let message = match updated.value.as_str() {
        "" => tr!(language, "set-public-address.none"),
        address => tr!(language, "set-public-address.set", address = address),
    };
    Ok(Done {
        result: ActionResult::new(tr!(language, "set-public-address.saved"), message, None),
        settings_changed: updated.cfg_changed,
    })
}

#[derive(Deserialize)]
struct Input {
    address: Option<String>,
}

impl Input {
    /// The address to write; empty for none. What stands in the file already may stay.
    fn address(&self, contents: &Contents, host_info: &HostInfo, language: Language) -> Result<String, ActionError> {
        let typed = self.address.as_deref().unwrap_or_default().trim();
        let present = contents.cfg.read_text(&keys::PUBLIC_ENDPOINT);
        if typed.is_empty() || host_info.assigns_addresses && typed == NONE {
            return Ok(String::new());
        }
        let problem = match PublicAddress::parse(typed) {
            Ok(address) if address.is_https() || address.is_local() || host_info.assigns_addresses => {
                return Ok(address.to_string());
            }
            Ok(address) => InputProblem::PublicHttpAddress(address),
            Err(error) => InputProblem::PublicAddress(error),
        };
        let spelled = spelled(typed);
        if spelled == self::spelled(&present) {
            return Ok(spelled);
        }
        Err(vec![InputError {
            path: "address".to_owned(),
            label: tr!(language, "set-public-address.address.name"),
            problem,
        }]
        .into())
    }
}

/// Whether the public address was chosen among the addresses of the host, and the host has it no longer.
pub fn public_address_is_gone(contents: &Contents, host_info: &HostInfo) -> bool {
    let address = spelled(&contents.cfg.read_text(&keys::PUBLIC_ENDPOINT));
    assigned(contents) == Some(address.as_str()) && !is_of_host(&address, host_info)
}

/// The public address that was chosen among those of the host, if one was.
fn assigned(contents: &Contents) -> Option<&str> {
    contents.store.field(ASSIGNED)?.as_str()
}

fn remember(contents: &mut Contents, address: Option<&str>) {
    if assigned(contents) != address {
        contents.store.set_field(ASSIGNED, json!(address));
    }
}

fn is_of_host(address: &str, host_info: &HostInfo) -> bool {
    let mut known = host_info.addresses.iter().map(|known| spelled(&known.url));
    known.any(|known| known == address)
}
