//! What the installed Isso makes of a comment, shown before settings are saved.
//!
//! This crate starts no process. It says what to render, and the host, which knows where Isso is, has it rendered.

use crate::i18n::{Language, tr};
use crate::result::{ActionResult, ResultValue};

/// A comment to render, and the settings to render it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The sections of an `isso.cfg` that matter, over Isso's defaults. They hold no secret.
    pub settings: String,
    /// The comment, in Markdown.
    pub comment: String,
}

/// What became of a [`Preview`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rendered {
    /// The HTML of the comment.
    Html(String),
    /// Isso does not take the settings, for this reason.
    Refused(String),
    /// The host knows of no Isso that it could ask.
    NotInstalled,
    /// Isso did not answer, for this reason.
    Failed(String),
}

impl Preview {
    /// Adds the comment and its HTML to the result of the action, or says why there is none.
    pub fn show(&self, result: &mut ActionResult, rendered: &Rendered, language: Language) {
        match rendered {
            Rendered::Html(html) => {
                result.add(&tr!(language, "preview.shown"));
                result.result = Some(ResultValue::Multiline {
                    value: format!("{}\n\n→\n\n{}", self.comment, html.trim()),
                    copyable: false,
                });
            }
            Rendered::NotInstalled => result.add(&tr!(language, "preview.not-installed")),
            Rendered::Refused(reason) | Rendered::Failed(reason) => {
                result.add(&tr!(language, "preview.failed", reason = reason));
            }
        }
    }
}
