//! *Formatting*: what visitors may write in a comment beside the Markdown that Isso always takes.
//!
//! Each switch is a plugin of mistune, or its parameter `hard_wrap`. A plugin that the form does not know stays as it
//! is. Isso takes out what it does not allow of the HTML that a plugin makes, so the action allows what the plugins
//! need. It takes away again what it has added itself, which `store.json` remembers: an element that a person allowed
//! stays.
//!
//! HTML in a comment stays text. No setting of Isso changes that.
//! <https://github.com/isso-comments/isso/blob/0.14.0/isso/html/mistune.py>

mod allowed;
mod features;

use isso_cfg::{Contents, Document, EditError, Volume, keys};
use serde_json::{Map, Value, json};

use self::allowed::allow;
use self::features::{FEATURES, Feature};
use crate::done::Done;
use crate::error::ActionError;
use crate::form::{Field, Form, Toggle};
use crate::i18n::{Language, tr};
use crate::metadata::Metadata;
use crate::preview::Preview;
use crate::result::ActionResult;

const HARD_WRAP: &str = "hardWrap";

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "configure-formatting.name"),
            tr!(language, "configure-formatting.description"),
        )
    }
}

pub(crate) fn form(language: Language) -> Form {
    let toggle = |name: String, description: String, default: bool| {
        Field::Toggle(Toggle {
            name,
            description: Some(description),
            default,
            ..Toggle::default()
        })
    };
    let features = FEATURES.iter().map(|feature| {
        let toggle = toggle(feature.name(language), feature.syntax.to_owned(), feature.is_default());
        (feature.field, toggle)
    });
    let hard_wrap = toggle(
        tr!(language, "configure-formatting.hard-wrap.name"),
        tr!(language, "configure-formatting.hard-wrap.description"),
        true,
    );
    Form::new(features.chain([(HARD_WRAP, hard_wrap)]))
}

pub(crate) fn prefill(contents: &Contents) -> Value {
    let plugins = contents.cfg.read_list(&keys::MISTUNE_PLUGINS);
    let mut shown: Map<String, Value> = FEATURES
        .iter()
        .map(|feature| {
            (
                feature.field.to_owned(),
                json!(plugins.iter().any(|it| it == feature.plugin)),
            )
        })
        .collect();
    let parameters = contents.cfg.read_list(&keys::MISTUNE_PARAMETERS);
    shown.insert(
        HARD_WRAP.to_owned(),
        json!(parameters.iter().any(|it| it == "hard_wrap")),
    );
    Value::Object(shown)
}

pub(crate) fn check(contents: &Contents, language: Language, input: &Value) -> Result<(), ActionError> {
    let input = Input::read(language, input)?;
    input.save(&mut contents.clone())
}

/// The settings that [`run`] would save, and a comment with everything that visitors may write then.
pub(crate) fn preview(contents: &Contents, language: Language, input: &Value) -> Result<Preview, ActionError> {
    let input = Input::read(language, input)?;
    let mut after = contents.clone();
    input.save(&mut after)?;
    let samples = input.features.iter().map(|feature| feature.sample);
    let wrapped = "1\n2";
    let samples: Vec<_> = samples.chain(input.hard_wrap.then_some(wrapped)).collect();
    Ok(Preview {
        settings: markup(&after.cfg)?,
        comment: samples.join("\n\n"),
    })
}

pub(crate) fn run(volume: &Volume, language: Language, input: &Value) -> Result<Done, ActionError> {
    let input = Input::read(language, input)?;
    let updated = volume.update(|contents| input.save(contents))?;
    let names: Vec<_> = input.features.iter().map(|feature| feature.name(language)).collect();
    let message = match names[..] {
        [] => tr!(language, "configure-formatting.plain"),
        _ => tr!(language, "configure-formatting.allowed", features = names.join(", ")),
    };
    Ok(Done {
        result: ActionResult::new(tr!(language, "configure-formatting.saved"), message, None),
        settings_changed: updated.cfg_changed,
    })
}

/// What is switched on.
struct Input {
    features: Vec<&'static Feature>,
    hard_wrap: bool,
}

impl Input {
    fn read(language: Language, input: &Value) -> Result<Self, ActionError> {
        let input = form(language).check(input)?;
        let is_on = |field: &str| input[field] == true;
        Ok(Self {
            features: FEATURES.iter().filter(|feature| is_on(feature.field)).collect(),
            hard_wrap: is_on(HARD_WRAP),
        })
    }

    fn save(&self, contents: &mut Contents) -> Result<(), ActionError> {
        if contents.cfg.read_text(&keys::RENDERER) == "misaka" {
            return Err(ActionError::Misaka);
        }
        let mut plugins = contents.cfg.read_list(&keys::MISTUNE_PLUGINS);
        plugins.retain(|plugin| {
            let known = FEATURES.iter().any(|feature| feature.plugin == plugin);
            !known || self.features.iter().any(|feature| feature.plugin == plugin)
        });
        for feature in &self.features {
            if !plugins.iter().any(|plugin| plugin == feature.plugin) {
                plugins.push(feature.plugin.to_owned());
            }
        }
        contents.cfg.write_list(&keys::MISTUNE_PLUGINS, &plugins)?;
        let mut parameters = contents.cfg.read_list(&keys::MISTUNE_PARAMETERS);
        if parameters.iter().any(|parameter| parameter == "hard_wrap") != self.hard_wrap {
            parameters.retain(|parameter| parameter != "hard_wrap");
            parameters.extend(self.hard_wrap.then(|| "hard_wrap".to_owned()));
            contents.cfg.write_list(&keys::MISTUNE_PARAMETERS, &parameters)?;
        }
        let ours: Vec<_> = self.features.iter().map(|feature| feature.plugin).collect();
        allow(contents, &ours)
    }
}

/// The settings of `[markup]` as Isso sees them, in a text that holds nothing else.
fn markup(cfg: &Document) -> Result<String, EditError> {
    let mut settings = Document::parse("").expect("an empty text is a document");
    for key in keys::ALL.iter().filter(|key| key.section.starts_with("markup")) {
        settings.set(key.section, key.name, &cfg.read_text(key))?;
    }
    Ok(settings.as_str().to_owned())
}
