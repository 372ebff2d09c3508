//! Forms, serialised exactly as StartOS' SDK serialises its `InputSpec`.
//!
//! A [`Form`] is the one description of what an action takes: the host draws it, and [`Form::check`] holds what a
//! person sent against it. The types mirror
//! [`inputSpecTypes`](https://github.com/Start9Labs/start-technologies/tree/master/shared-libs/ts-modules/start-core)
//! of the SDK for the kinds of field in use here; a test compares each form with what the SDK itself builds.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// The fields of an action, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Form(pub Vec<(&'static str, Field)>);

impl Form {
    /// The field of this name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, field)| field)
    }
}

impl Serialize for Form {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        pairs(&self.0, serializer)
    }
}

/// One field of a [`Form`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Field {
    /// A line of text.
    Text(Text),
    /// A number.
    Number(Number),
    /// A switch.
    Toggle(Toggle),
    /// One of several values.
    Select(Select),
    /// A group of fields.
    Object(Object),
    /// One of several groups of fields.
    Union(Union),
    /// Any number of texts.
    List(List),
}

impl Field {
    /// What the field is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Text(field) => &field.name,
            Self::Number(field) => &field.name,
            Self::Toggle(field) => &field.name,
            Self::Select(field) => &field.name,
            Self::Object(field) => &field.name,
            Self::Union(field) => &field.name,
            Self::List(field) => &field.name,
        }
    }
}

/// A line of text.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Text {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// Whether the text is hidden while it is typed.
    pub masked: bool,
    /// An example, shown while the field is empty.
    pub placeholder: Option<String>,
    /// The least number of characters.
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    pub max_length: Option<usize>,
    /// What the text must look like.
    pub patterns: Vec<Pattern>,
    /// The keyboard a telephone shows.
    pub inputmode: InputMode,
    /// Whether the text is fixed, and why.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// How a text can be made up at random; no field here offers it.
    pub generate: Option<()>,
    /// Whether the field must be filled in.
    pub required: bool,
    /// What stands in it at first.
    pub default: Option<String>,
}

/// What a text must look like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pattern {
    /// A regular expression, understood alike by JavaScript and [`regex_lite`].
    pub regex: &'static str,
    /// What it asks for, in words.
    pub description: String,
}

/// The keyboard a telephone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum InputMode {
    /// Letters.
    #[default]
    Text,
    /// With an at sign at hand.
    Email,
    /// With a slash at hand.
    Url,
}

/// What of a field cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Disabled {
    /// Everything can.
    #[default]
    No,
    /// Nothing can, for this reason.
    Because(String),
    /// These choices cannot.
    Choices(Vec<&'static str>),
}

impl Serialize for Disabled {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Because(reason) => serializer.serialize_str(reason),
            Self::Choices(choices) => choices.serialize(serializer),
        }
    }
}

/// A number.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Number {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// The least value.
    pub min: Option<i64>,
    /// The greatest value.
    pub max: Option<i64>,
    /// What one click adds.
    pub step: Option<i64>,
    /// What is counted.
    pub units: Option<String>,
    /// An example, shown while the field is empty.
    pub placeholder: Option<String>,
    /// Whether the number is fixed, and why.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// Whether the field must be filled in.
    pub required: bool,
    /// What stands in it at first.
    pub default: Option<i64>,
    /// Whether it has to be a whole number, as every number here does.
    pub integer: bool,
}

/// A switch.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Toggle {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// Whether the switch is fixed, and why.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// How it stands at first.
    pub default: bool,
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Select {
    /// What the field is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// A small remark below the field.
    pub footnote: Option<String>,
    /// What of it cannot be chosen.
    pub disabled: Disabled,
    /// Whether the first value stays for ever.
    pub immutable: bool,
    /// What is chosen at first.
    pub default: Option<String>,
    /// Each value with how it is shown.
    #[serde(serialize_with = "pairs")]
    pub values: Vec<(String, String)>,
}

/// A group of fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Object {
    /// What the group is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// Its fields.
    pub spec: Form,
}

/// One of several groups of fields.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Union {
    /// What the choice is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// What of it cannot be chosen.
    pub disabled: Disabled,
    /// Whether the first choice stays for ever.
    pub immutable: bool,
    /// What is chosen at first.
    pub default: Option<&'static str>,
    /// What there is to choose from.
    #[serde(serialize_with = "pairs")]
    pub variants: Vec<(&'static str, Variant)>,
}

/// One choice of a [`Union`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variant {
    /// What the choice is called.
    pub name: String,
    /// Its fields.
    pub spec: Form,
}

/// Any number of texts.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct List {
    /// What the list is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// A word of caution.
    pub warning: Option<String>,
    /// What stands in it at first.
    pub default: Vec<String>,
    /// The least number of items.
    pub min_length: Option<usize>,
    /// The greatest number of items.
    pub max_length: Option<usize>,
    /// Whether the list is fixed, and why.
    pub disabled: Disabled,
    /// What each item looks like.
    pub spec: Item,
}

/// A text in a [`List`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(tag = "type", rename = "text", rename_all = "camelCase")]
pub struct Item {
    /// An example, shown while the item is empty.
    pub placeholder: Option<String>,
    /// The least number of characters.
    pub min_length: Option<usize>,
    /// The greatest number of characters.
    pub max_length: Option<usize>,
    /// Whether the text is hidden while it is typed.
    pub masked: bool,
    /// The keyboard a telephone shows.
    pub inputmode: InputMode,
    /// How a text can be made up at random; no list here offers it.
    pub generate: Option<()>,
    /// What the text must look like.
    pub patterns: Vec<Pattern>,
}

/// Serialises pairs as the object they stand for, in their order.
fn pairs<S: Serializer, K: Serialize, V: Serialize>(pairs: &[(K, V)], serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(pairs.len()))?;
    for (key, value) in pairs {
        map.serialize_entry(key, value)?;
    }
    map.end()
}
