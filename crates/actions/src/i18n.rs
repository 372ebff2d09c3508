//! The five languages of the texts.

/// A language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, which stands in for every language that is not listed here.
    #[default]
    English,
    /// Spanish.
    Spanish,
    /// German.
    German,
    /// Polish.
    Polish,
    /// French.
    French,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 5] = [Self::English, Self::Spanish, Self::German, Self::Polish, Self::French];

    /// The language that a tag such as `de_DE`, `de-AT` or `de_DE.UTF-8` names; English if it names another.
    pub fn of(tag: &str) -> Self {
        let language = tag.split(['_', '-', '.', '@']).next().unwrap_or_default();
        let spoken = |known: &Self| known.tag()[..2].eq_ignore_ascii_case(language);
        Self::ALL.into_iter().find(spoken).unwrap_or_default()
    }

    /// The language's name for StartOS, such as `de_DE`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en_US",
            Self::Spanish => "es_ES",
            Self::German => "de_DE",
            Self::Polish => "pl_PL",
            Self::French => "fr_FR",
        }
    }
}

/// The text of a key in a language, its `%{name}` places filled in.
macro_rules! tr {
    ($language:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        rust_i18n::t!($key, locale = $language.tag() $(, $name = $value)*).into_owned()
    };
}
pub(crate) use tr;

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn a_tag_names_its_language_and_english_stands_in() {
        for (tag, expected) in [
            ("en_US", Language::English),
            ("es_ES", Language::Spanish),
            ("de-AT", Language::German),
            ("pl_PL.UTF-8", Language::Polish),
            ("FR", Language::French),
            ("ja_JP", Language::English),
            ("", Language::English),
        ] {
            assert_eq!(Language::of(tag), expected, "{tag}");
        }
    }
}
