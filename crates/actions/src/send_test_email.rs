//! *Send Test Email*: sends a mail with the saved settings, and says what the mail server answered to each step.
//!
//! [`run`] checks that there is something to send with. The mail is sent [`after`] it, because that waits on the
//! network.

use std::time::Duration;

use isso_cfg::{Contents, Document, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::configure_smtp::EMAIL_WITH_NAME;
use crate::done::Done;
use crate::error::{ActionError, InputError};
use crate::form::{Field, Form, InputMode, Pattern, Text};
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::mail::{MailAnswer, MailFailure, MailServer, TestMail, mailbox, sends_mail};
use crate::metadata::Metadata;
use crate::result::{ActionResult, ResultValue};

/// The limit for the whole conversation.
const LIMIT: Duration = Duration::from_secs(10);

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata::new(
        tr!(language, "send-test-email.name"),
        tr!(language, "send-test-email.description"),
    )
}

pub(crate) fn form(language: Language) -> Form {
    let to = Text {
        name: tr!(language, "send-test-email.to.name"),
        description: Some(tr!(language, "send-test-email.to.description")),
        required: true,
        placeholder: Some("you@example.com".into()),
        inputmode: InputMode::Email,
        patterns: vec![Pattern {
            regex: EMAIL_WITH_NAME.into(),
            description: tr!(language, "configure-smtp.email-pattern"),
        }],
        ..Text::default()
    };
    Form::new([("to", Field::Text(to))])
}

pub(crate) fn prefill(contents: &Contents) -> Value {
    let to = contents.cfg.read_text(&keys::SMTP_TO);
    json!({ "to": if to.is_empty() { None } else { Some(to) } })
}

pub(crate) fn check(contents: &Contents, language: Language, input: &Value) -> Result<(), ActionError> {
    write(&contents.cfg, language, input).map(drop)
}

/// Checks that a mail can be written, and sends none.
pub(crate) fn run(volume: &Volume, language: Language, input: &Value) -> Result<Done, ActionError> {
    check(&volume.read()?, language, input)?;
    Ok(Done {
        result: ActionResult::new(tr!(language, "send-test-email.done"), String::new(), None),
        settings_changed: false,
    })
}

/// Sends the mail, and adds what the server answered to the result.
pub(crate) async fn after(
    saved: Result<Contents, String>,
    language: Language,
    input: &Value,
    mut result: ActionResult,
) -> Result<ActionResult, ActionError> {
    let cfg = saved.map_err(ActionError::MailNotSent)?.cfg;
    let mail = write(&cfg, language, input)?;
    let sent = MailServer::of(&cfg).send(&mail, LIMIT, language).await;
    let answers = sent.map_err(|failure| ActionError::MailNotSent(not_sent(&failure, language)))?;
    result.add(&tr!(language, "send-test-email.message", to = mail.recipient));
    result.result = Some(ResultValue::Multiline {
        value: lines(&answers),
        copyable: true,
    });
    Ok(result)
}

#[derive(Deserialize)]
struct Input {
    to: String,
}

fn write(cfg: &Document, language: Language, input: &Value) -> Result<TestMail, ActionError> {
    let Input { to } = form(language).read(input)?;
    let to = to.trim();
    if mailbox(to).is_none() {
        return Err(ActionError::Input(vec![InputError {
            path: "to".to_owned(),
            label: tr!(language, "send-test-email.to.name"),
            problem: InputProblem::Email,
        }]));
    }
    if !sends_mail(cfg) {
        return Err(ActionError::NoMail);
    }
    TestMail::new(cfg, to, language)
}

fn not_sent(failure: &MailFailure, language: Language) -> String {
    let step = failure.step.name(language);
    let reason = tr!(language, "send-test-email.failed", step = step, reason = failure.reason);
    match &failure.before[..] {
        [] => reason,
        before => tr!(
            language,
            "send-test-email.before",
            reason = reason,
            lines = lines(before)
        ),
    }
}

fn lines(answers: &[MailAnswer]) -> String {
    let lines: Vec<&str> = answers.iter().map(|answer| answer.line.as_str()).collect();
    lines.join("\n")
}
