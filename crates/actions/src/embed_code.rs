//! *Embed Code*: the HTML that puts comments on a page.
//!
//! Upstream describes it at <https://isso-comments.de/docs/guides/quickstart/>.

use serde::Deserialize;
use serde_json::Value;

use crate::done::Done;
use crate::error::ActionError;
use crate::form::{Disabled, Field, Form, Select};
use crate::host_info::HostInfo;
use crate::i18n::{Language, tr};
use crate::metadata::Metadata;
use crate::result::{ActionResult, ResultValue};

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata::new(
        tr!(language, "embed-code.name"),
        tr!(language, "embed-code.description"),
    )
}

pub(crate) fn form(language: Language, host_info: &HostInfo) -> Form {
    let addresses = addresses(host_info);
    let disabled = match addresses.is_empty() {
        true => Disabled::Because(tr!(language, "error.no-address")),
        false => Disabled::No,
    };
    let address = Select {
        name: tr!(language, "embed-code.address.name"),
        description: Some(tr!(language, "embed-code.address.description")),
        disabled,
        default: addresses.first().map(|address| (*address).to_owned()),
        values: addresses
            .into_iter()
            .map(|address| (address.to_owned(), address.to_owned()))
            .collect(),
        ..Select::default()
    };
    Form::new([("address", Field::Select(address))])
}

pub(crate) fn check(host_info: &HostInfo, language: Language, input: &Value) -> Result<(), ActionError> {
    read(host_info, language, input).map(drop)
}

/// Reads the chosen address. If the host has only one address, it need not be chosen.
fn read(host_info: &HostInfo, language: Language, input: &Value) -> Result<Input, ActionError> {
    let is_open = match &input["address"] {
        Value::Null => true,
        address => address == "",
    };
    match addresses(host_info)[..] {
        [] => Err(ActionError::NoAddress),
        [only] if is_open => Ok(Input {
            address: only.to_owned(),
        }),
        _ => Ok(form(language, host_info).read(input)?),
    }
}

pub(crate) fn run(host_info: &HostInfo, language: Language, input: &Value) -> Result<Done, ActionError> {
    let input = read(host_info, language, input)?;
    Ok(Done {
        result: ActionResult::new(
            tr!(language, "embed-code.done"),
            tr!(language, "embed-code.message"),
            Some(ResultValue::Multiline {
                value: snippet(&input.address),
                copyable: true,
            }),
        ),
        settings_changed: false,
    })
}

#[derive(Deserialize)]
struct Input {
    address: String,
}

/// The host's addresses, each once and without a slash at the end.
fn addresses(host_info: &HostInfo) -> Vec<&str> {
    let mut addresses = Vec::new();
    for address in host_info.addresses.iter().map(|address| address.trim_end_matches('/')) {
        if !address.is_empty() && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

fn snippet(address: &str) -> String {
    let address = escape(address);
    format!(
        "<script data-isso=\"{address}/\"\n        \
         src=\"{address}/js/embed.min.js\"></script>\n\
         <section id=\"isso-thread\"></section>"
    )
}

/// Escapes a text for an HTML attribute in double quotes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_escaped() {
        assert_eq!(
            snippet("https://a.example/?x=1&y=\"<b>\""),
            "<script data-isso=\"https://a.example/?x=1&amp;y=&quot;&lt;b&gt;&quot;/\"\n        \
             src=\"https://a.example/?x=1&amp;y=&quot;&lt;b&gt;&quot;/js/embed.min.js\"></script>\n\
             <section id=\"isso-thread\"></section>"
        );
    }
}
