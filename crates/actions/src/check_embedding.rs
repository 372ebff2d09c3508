//! *Check embedding*: says whether visitors' browsers will show comments, and if not, what to change where.
//!
//! The checks are made by another program, which the host starts; [`embedding_result`] puts what they find into words.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::done::Done;
use crate::error::ActionError;
use crate::form::{Field, Form, InputMode, Pattern, Text};
use crate::i18n::{Language, tr};
use crate::metadata::Metadata;
use crate::result::ActionResult;

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata::new(
        tr!(language, "check-embedding.name"),
        tr!(language, "check-embedding.description"),
    )
}

pub(crate) fn form(language: Language) -> Form {
    let page = Text {
        name: tr!(language, "check-embedding.page.name"),
        description: Some(tr!(language, "check-embedding.page.description")),
        placeholder: Some("https://blog.example.com/post/".into()),
        inputmode: InputMode::Url,
        patterns: vec![Pattern {
            regex: r"^\s*[Hh][Tt][Tt][Pp][Ss]?://[^\s/]\S*\s*$".into(),
            description: tr!(language, "check-embedding.page.pattern"),
        }],
        ..Text::default()
    };
    Form::new([("page", Field::Text(page))])
}

pub(crate) fn prefill() -> Value {
    json!({ "page": null })
}

pub(crate) fn check(language: Language, input: &Value) -> Result<(), ActionError> {
    form(language).read::<Input>(input).map(drop)
}

/// Only checks the input. What the checks find becomes the result later.
pub(crate) fn run(language: Language, input: &Value) -> Result<Done, ActionError> {
    check(language, input)?;
    Ok(Done {
        result: embedding_result(&[], true, language),
        settings_changed: false,
    })
}

#[derive(Deserialize)]
struct Input {
    page: Option<String>,
}

/// The page that an input of `check-embedding` names.
pub fn embedding_page(input: &Value) -> Option<String> {
    let Input { page } = serde_json::from_value(input.clone()).ok()?;
    page.map(|page| page.trim().to_owned()).filter(|page| !page.is_empty())
}

/// What one check has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckFound<'a> {
    /// How it is.
    pub status: CheckStatus,
    /// The website or page that was looked at, if there are several.
    pub subject: Option<&'a str>,
    /// What was seen.
    pub cause: &'a str,
    /// What to do.
    pub fix: Option<&'a str>,
}

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    /// All is well.
    Well,
    /// There is nothing to check.
    Skipped,
    /// It cannot be told.
    Unknown,
    /// Some visitors will meet a problem.
    Warning,
    /// Visitors cannot read or write comments.
    Problem,
}

/// The result of `check-embedding`: how many problems there are, and a paragraph for each, the worst first. What could
/// not be told follows with its reason. `all` says whether every check has ended in time.
pub fn embedding_result(found: &[CheckFound<'_>], all: bool, language: Language) -> ActionResult {
    let of = |status| found.iter().filter(move |it| it.status == status);
    let problems = of(CheckStatus::Problem).count() + of(CheckStatus::Warning).count();
    let title = match problems {
        0 => tr!(language, "check-embedding.none"),
        count => tr!(language, "check-embedding.problems", count = count),
    };
    let well = tr!(language, "check-embedding.well", count = of(CheckStatus::Well).count());
    let mut result = ActionResult::new(title, String::new(), None);
    for found in of(CheckStatus::Problem) {
        result.add(&format!("✗ {}", paragraph(found)));
    }
    for found in of(CheckStatus::Warning) {
        result.add(&format!("! {}", paragraph(found)));
    }
    if of(CheckStatus::Unknown).next().is_some() {
        let reasons: Vec<_> = of(CheckStatus::Unknown)
            .map(|found| format!("? {}", paragraph(found)))
            .collect();
        let heading = tr!(language, "check-embedding.unknown");
        result.add(&format!("{heading}\n{}", reasons.join("\n")));
    }
    if !all {
        result.add(&tr!(language, "check-embedding.late"));
    }
    result.add(&well);
    result
}

/// Says that the checks could not be run.
pub fn embedding_failure(reason: &str, language: Language) -> String {
    tr!(language, "check-embedding.failed", reason = reason)
}

fn paragraph(found: &CheckFound<'_>) -> String {
    let subject = found.subject.filter(|subject| !found.cause.contains(*subject));
    let subject = subject.map(|subject| format!("{subject}: "));
    let fix = found.fix.map(|fix| format!(" {fix}"));
    format!(
        "{}{}{}",
        subject.unwrap_or_default(),
        found.cause,
        fix.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_come_first_with_what_to_do() {
        let found = |status, subject, cause, fix| CheckFound {
            status,
            subject,
            cause,
            fix,
        };
        let all = [
            found(CheckStatus::Well, None, "Good.", None),
            found(CheckStatus::Unknown, None, "No way out.", None),
            found(
                CheckStatus::Warning,
                Some("https://a.example"),
                "It ends soon.",
                Some("Renew it."),
            ),
            found(
                CheckStatus::Problem,
                Some("https://b.example"),
                "https://b.example is gone.",
                None,
            ),
        ];
        let result = embedding_result(&all, false, Language::English);
        let message = result.message.unwrap();
        let paragraphs: Vec<_> = message.split("\n\n").collect();
        assert!(result.title.contains('2'), "{}", result.title);
        assert_eq!(paragraphs[0], "✗ https://b.example is gone.");
        assert_eq!(paragraphs[1], "! https://a.example: It ends soon. Renew it.");
        assert!(paragraphs[2].ends_with("\n? No way out."), "{message}");
        assert_eq!(paragraphs.len(), 5, "{message}");
        let none = embedding_result(&all[..1], true, Language::English);
        assert!(!none.title.contains(char::is_numeric), "{}", none.title);
    }

    #[test]
    fn a_page_may_be_left_out() {
        assert_eq!(embedding_page(&json!({ "page": " " })), None);
        assert_eq!(embedding_page(&prefill()), None);
        let page = json!({ "page": " https://blog.example/post/ " });
        assert_eq!(embedding_page(&page).as_deref(), Some("https://blog.example/post/"));
        assert!(check(Language::English, &page).is_ok() && check(Language::English, &prefill()).is_ok());
        assert!(check(Language::English, &json!({ "page": "blog.example" })).is_err());
    }
}
