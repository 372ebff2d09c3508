//! *Feed*: an Atom feed of the comments of each page, `[rss]` in `isso.cfg`.
//!
//! Isso has feeds while `base` is not empty. It puts the path of a page behind `base` to make the links in the feed,
//! and shows a link to the feed above the comments:
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/views/comments.py> (`feed`).

mod base;

use isso_cfg::{Contents, Document, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use self::base::Base;
use crate::done::Done;
use crate::error::{ActionError, InputError};
use crate::form::{Field, Form, InputMode, Number, Pattern, Text, Toggle};
use crate::host_info::HostInfo;
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::metadata::Metadata;
use crate::result::{ActionResult, ResultValue};
use crate::set_websites;

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "configure-feed.name"),
            tr!(language, "configure-feed.description"),
        )
    }
}

pub(crate) fn form(language: Language) -> Form {
    let enabled = Toggle {
        name: tr!(language, "configure-feed.enabled.name"),
        description: Some(tr!(language, "configure-feed.enabled.description")),
        ..Toggle::default()
    };
    let base = Text {
        name: tr!(language, "configure-feed.base.name"),
        description: Some(tr!(language, "configure-feed.base.description")),
        placeholder: Some("https://blog.example.com".into()),
        inputmode: InputMode::Url,
        patterns: vec![Pattern {
            regex: r"^\s*[Hh][Tt][Tt][Pp][Ss]?://\S+\s*$".into(),
            description: tr!(language, "configure-feed.base.pattern"),
        }],
        ..Text::default()
    };
    let limit = Number {
        name: tr!(language, "configure-feed.limit.name"),
        description: Some(tr!(language, "configure-feed.limit.description")),
        required: true,
        default: Some(100),
        min: Some(0),
        max: Some(1_000_000),
        integer: true,
        ..Number::default()
    };
    Form::new([
        ("enabled", Field::Toggle(enabled)),
        ("base", Field::Text(base)),
        ("limit", Field::Number(limit)),
    ])
}

/// While feeds are off, the first of the websites is offered.
pub(crate) fn prefill(contents: &Contents) -> Value {
    let cfg = &contents.cfg;
    let base = cfg.read_text(&keys::RSS_BASE);
    json!({
        "enabled": !base.is_empty(),
        "base": if base.is_empty() { set_websites::first(cfg) } else { Some(base) },
        "limit": cfg.read_int(&keys::RSS_LIMIT),
    })
}

pub(crate) fn check(contents: &Contents, language: Language, input: &Value) -> Result<(), ActionError> {
    let input: Input = form(language).read(input)?;
    input.base(&contents.cfg, language).map(drop)
}

pub(crate) fn run(
    volume: &Volume,
    host_info: &HostInfo,
    language: Language,
    input: &Value,
) -> Result<Done, ActionError> {
    let input: Input = form(language).read(input)?;
    let updated = volume.update(|contents| {
        let cfg = &mut contents.cfg;
        let base = input.base(cfg, language)?;
        cfg.write_text(&keys::RSS_BASE, &base)?;
        cfg.write_int(&keys::RSS_LIMIT, input.limit)?;
        let address = Some(cfg.read_text(&keys::PUBLIC_ENDPOINT)).filter(|address| !address.is_empty());
        Ok::<_, ActionError>((!base.is_empty()).then_some(address))
    })?;
    let (message, feed) = match updated.value {
        None => (tr!(language, "configure-feed.off"), None),
        Some(address) => {
            let address = address.or_else(|| host_info.addresses.first().map(|address| address.url.clone()));
            let feed = address.map(|address| format!("{}/feed?uri=/path/", address.trim_end_matches('/')));
            match feed {
                Some(feed) => (tr!(language, "configure-feed.on"), Some(feed)),
                None => (tr!(language, "configure-feed.on-without-address"), None),
            }
        }
    };
    let shown = feed.map(|value| ResultValue::Single {
        value,
        copyable: true,
        qr: false,
        masked: false,
    });
    Ok(Done {
        result: ActionResult::new(tr!(language, "configure-feed.saved"), message, shown),
        settings_changed: updated.cfg_changed,
    })
}

#[derive(Deserialize)]
struct Input {
    enabled: bool,
    base: Option<String>,
    limit: i64,
}

impl Input {
    /// The base to write; empty while feeds are off. What `isso.cfg` has already may stay there.
    fn base(&self, cfg: &Document, language: Language) -> Result<String, ActionError> {
        let typed = self.base.as_deref().unwrap_or_default().trim();
        if !self.enabled {
            return Ok(String::new());
        }
        if typed == cfg.read_text(&keys::RSS_BASE) && !typed.is_empty() {
            return Ok(typed.to_owned());
        }
        let wrong = |problem| InputError {
            path: "base".into(),
            label: tr!(language, "configure-feed.base.name"),
            problem,
        };
        match Base::parse(typed) {
            _ if typed.is_empty() => Err(vec![wrong(InputProblem::Missing)].into()),
            Ok(base) => Ok(base.to_string()),
            Err(error) => Err(vec![wrong(InputProblem::Origin(error))].into()),
        }
    }
}
