//! *Embed Code*: the HTML that puts comments on a page.
//!
//! Upstream describes it at <https://isso-comments.de/docs/guides/quickstart/>, and the attributes of the section at
//! <https://isso-comments.de/docs/reference/client-config/>.

use std::iter;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::done::Done;
use crate::error::{ActionError, InputError};
use crate::form::{Disabled, Field, Form, Select, Text};
use crate::host_info::HostInfo;
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
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
    let page_id = Text {
        name: tr!(language, "embed-code.page-id.name"),
        description: Some(tr!(language, "embed-code.page-id.description")),
        placeholder: Some("/posts/hello/".into()),
        ..Text::default()
    };
    let page_title = Text {
        name: tr!(language, "embed-code.page-title.name"),
        description: Some(tr!(language, "embed-code.page-title.description")),
        ..Text::default()
    };
    Form::new([
        ("address", Field::Select(address)),
        ("pageId", Field::Text(page_id)),
        ("pageTitle", Field::Text(page_title)),
    ])
}

pub(crate) fn check(host_info: &HostInfo, language: Language, input: &Value) -> Result<(), ActionError> {
    read(host_info, language, input).map(drop)
}

/// Reads the input. If there is only one address, it need not be chosen.
fn read(host_info: &HostInfo, language: Language, input: &Value) -> Result<Input, ActionError> {
    let mut input = input.clone();
    let is_open = match &input["address"] {
        Value::Null => true,
        address => address == "",
    };
    match addresses(host_info)[..] {
        [] => return Err(ActionError::NoAddress),
        [only] if is_open => input = with_address(input, only),
        _ => {}
    }
    let input: Input = form(language, host_info).read(&input)?;
    // Isso takes the title of a page from the page, which it finds only if the id is its path.
    match &input {
        Input {
            page_id: Some(id),
            page_title: None,
            ..
        } if !id.starts_with('/') => Err(vec![InputError {
            path: "pageTitle".to_owned(),
            label: tr!(language, "embed-code.page-title.name"),
            problem: InputProblem::PageNeedsTitle,
        }]
        .into()),
        _ => Ok(input),
    }
}

fn with_address(input: Value, address: &str) -> Value {
    let mut fields = match input {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    fields.insert("address".to_owned(), address.into());
    fields.into()
}

pub(crate) fn run(host_info: &HostInfo, language: Language, input: &Value) -> Result<Done, ActionError> {
    let input = read(host_info, language, input)?;
    Ok(Done {
        result: ActionResult::new(
            tr!(language, "embed-code.done"),
            tr!(language, "embed-code.message"),
            Some(ResultValue::Multiline {
                value: snippet(&input),
                copyable: true,
            }),
        ),
        settings_changed: false,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    address: String,
    page_id: Option<String>,
    page_title: Option<String>,
}

/// The public address and then the host's addresses, each once and without a slash at the end.
fn addresses(host_info: &HostInfo) -> Vec<&str> {
    let mut addresses = Vec::new();
    let known = host_info.addresses.iter().map(|address| address.url.as_str());
    for address in iter::once(host_info.public_address.as_str()).chain(known) {
        let address = address.trim_end_matches('/');
        if !address.is_empty() && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

fn snippet(input: &Input) -> String {
    let address = escape(&input.address);
    let attribute = |name: &str, value: &Option<String>| {
        let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
        value.map_or_else(String::new, |value| format!(" {name}=\"{}\"", escape(value)))
    };
    format!(
        "<script data-isso=\"{address}/\"\n        \
         src=\"{address}/js/embed.min.js\"></script>\n\
         <section id=\"isso-thread\"{}{}></section>",
        attribute("data-isso-id", &input.page_id),
        attribute("data-title", &input.page_title),
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

    fn check(address: &str, page_id: Option<&str>, page_title: Option<&str>, expected: &str) {
        let input = Input {
            address: address.to_owned(),
            page_id: page_id.map(str::to_owned),
            page_title: page_title.map(str::to_owned),
        };
        assert_eq!(snippet(&input), expected);
    }

    #[test]
    fn what_was_typed_is_escaped() {
        check(
            "https://a.example/?x=1&y=\"<b>\"",
            Some("\" onclick=\"x"),
            Some("<i>Tom & Jerry</i>"),
            "<script data-isso=\"https://a.example/?x=1&amp;y=&quot;&lt;b&gt;&quot;/\"\n        \
             src=\"https://a.example/?x=1&amp;y=&quot;&lt;b&gt;&quot;/js/embed.min.js\"></script>\n\
             <section id=\"isso-thread\" data-isso-id=\"&quot; onclick=&quot;x\" \
             data-title=\"&lt;i&gt;Tom &amp; Jerry&lt;/i&gt;\"></section>",
        );
    }

    #[test]
    fn what_was_not_typed_is_no_attribute() {
        let plain = "<script data-isso=\"https://a.example/\"\n        \
                     src=\"https://a.example/js/embed.min.js\"></script>\n\
                     <section id=\"isso-thread\"></section>";
        check("https://a.example", None, Some("  "), plain);
        let titled = plain.replace("thread\"", "thread\" data-title=\"Hello\"");
        check("https://a.example", None, Some(" Hello "), &titled);
    }
}
