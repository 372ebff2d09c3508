//! What visitors may write, by the plugin of mistune that makes it.
//!
//! `math` and `spoiler` are left out: they show nothing without a script or a style sheet on the page. `speedup` makes
//! nothing. <https://mistune.lepture.com/en/latest/plugins.html>

use isso_cfg::keys;

use crate::i18n::{Language, tr};

/// A switch of the form.
pub(super) struct Feature {
    /// Its name in the input.
    pub field: &'static str,
    /// The plugin.
    pub plugin: &'static str,
    /// How a visitor writes it, in no language.
    pub syntax: &'static str,
    /// A piece of a comment that uses it, in no language either.
    pub sample: &'static str,
    name: fn(Language) -> String,
}

impl Feature {
    /// Whether Isso has it on by itself.
    pub fn is_default(&self) -> bool {
        keys::MISTUNE_PLUGINS.default.split(", ").any(|it| it == self.plugin)
    }

    /// What it is called.
    pub fn name(&self, language: Language) -> String {
        (self.name)(language)
    }
}

/// The switches, in the order of the form.
pub(super) const FEATURES: [Feature; 12] = [
    Feature {
        field: "strikethrough",
        plugin: "strikethrough",
        syntax: "~~…~~",
        sample: "~~0~~ 1",
        name: |language| tr!(language, "configure-formatting.strikethrough"),
    },
    Feature {
        field: "subscript",
        plugin: "subscript",
        syntax: "H~2~O",
        sample: "H~2~O",
        name: |language| tr!(language, "configure-formatting.subscript"),
    },
    Feature {
        field: "superscript",
        plugin: "superscript",
        syntax: "x^2^",
        sample: "x^2^",
        name: |language| tr!(language, "configure-formatting.superscript"),
    },
    Feature {
        field: "links",
        plugin: "url",
        syntax: "https://example.com/",
        sample: "https://example.com/",
        name: |language| tr!(language, "configure-formatting.links"),
    },
    Feature {
        field: "tables",
        plugin: "table",
        syntax: "| A | B |",
        sample: "| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |",
        name: |language| tr!(language, "configure-formatting.tables"),
    },
    Feature {
        field: "footnotes",
        plugin: "footnotes",
        syntax: "…[^1], [^1]: …",
        sample: "A[^1]\n\n[^1]: B",
        name: |language| tr!(language, "configure-formatting.footnotes"),
    },
    Feature {
        field: "taskLists",
        plugin: "task_lists",
        syntax: "- [x] …",
        sample: "- [x] A\n- [ ] B",
        name: |language| tr!(language, "configure-formatting.task-lists"),
    },
    Feature {
        field: "definitionLists",
        plugin: "def_list",
        syntax: ": …",
        sample: "A\n: B",
        name: |language| tr!(language, "configure-formatting.definition-lists"),
    },
    Feature {
        field: "abbreviations",
        plugin: "abbr",
        syntax: "*[HTML]: HyperText Markup Language",
        sample: "HTML\n\n*[HTML]: HyperText Markup Language",
        name: |language| tr!(language, "configure-formatting.abbreviations"),
    },
    Feature {
        field: "highlights",
        plugin: "mark",
        syntax: "==…==",
        sample: "==A==",
        name: |language| tr!(language, "configure-formatting.highlights"),
    },
    Feature {
        field: "insertions",
        plugin: "insert",
        syntax: "^^…^^",
        sample: "^^A^^",
        name: |language| tr!(language, "configure-formatting.insertions"),
    },
    Feature {
        field: "ruby",
        plugin: "ruby",
        syntax: "[漢字(かんじ)]",
        sample: "[漢字(かんじ)]",
        name: |language| tr!(language, "configure-formatting.ruby"),
    },
];
