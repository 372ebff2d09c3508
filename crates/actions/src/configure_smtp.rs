//! *Email notifications*: the mail server, the recipient of new comments, and whether commenters get mail about
//! replies.
//!
//! `store.json` remembers what a person selected, and `isso.cfg` holds what Isso needs. A setting that a person wrote
//! by hand and the form cannot express (`security = none`, another port) stays as long as the host and the connection
//! in the form stay as they are. Other items of `notify` always stay. The system's mail server is always used as the
//! host describes it.

mod follow;
mod form;
mod input;
mod selection;

use std::time::Duration;

use isso_cfg::{Contents, Document, Volume, keys};
use serde_json::{Value, json};

pub use self::follow::follow_system_smtp;
pub(crate) use self::form::EMAIL_WITH_NAME;
use self::input::Input;
use self::selection::{Credentials, Selection};
use crate::done::Done;
use crate::error::ActionError;
use crate::form::{Field, Form, InputMode, Pattern, Text, Toggle};
use crate::host_info::HostInfo;
use crate::i18n::{Language, tr};
use crate::mail::{MailServer, is_smtp, sends_mail};
use crate::metadata::Metadata;
use crate::result::ActionResult;

/// The limit for a trial of the saved settings.
const TRIAL_LIMIT: Duration = Duration::from_secs(5);

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "configure-smtp.name"),
            tr!(language, "configure-smtp.description"),
        )
    }
}

pub(crate) fn form(language: Language, host_info: &HostInfo) -> Form {
    let to = Text {
        name: tr!(language, "configure-smtp.to.name"),
        description: Some(tr!(language, "configure-smtp.to.description")),
        placeholder: Some("you@example.com".into()),
        inputmode: InputMode::Email,
        patterns: vec![Pattern {
            regex: EMAIL_WITH_NAME.into(),
            description: tr!(language, "configure-smtp.email-pattern"),
        }],
        ..Text::default()
    };
    let reply_notifications = Toggle {
        name: tr!(language, "configure-smtp.reply-notifications.name"),
        description: Some(tr!(language, "configure-smtp.reply-notifications.description")),
        ..Toggle::default()
    };
    Form::new([
        ("smtp", form::field(language, host_info.system_smtp.is_some())),
        ("to", Field::Text(to)),
        ("replyNotifications", Field::Toggle(reply_notifications)),
    ])
}

pub(crate) fn prefill(contents: &Contents) -> Value {
    let to = contents.cfg.read_text(&keys::SMTP_TO);
    json!({
        "smtp": Selection::shown(contents),
        "to": if to.is_empty() { None } else { Some(to) },
        "replyNotifications": contents.cfg.read_bool(&keys::REPLY_NOTIFICATIONS),
    })
}

pub(crate) fn check(
    contents: &Contents,
    host_info: &HostInfo,
    language: Language,
    input: &Value,
) -> Result<(), ActionError> {
    read(host_info, language, input)?.check(&contents.cfg, host_info, language)
}

fn read(host_info: &HostInfo, language: Language, input: &Value) -> Result<Input, ActionError> {
    if host_info.system_smtp.is_none() && input.pointer("/smtp/selection") == Some(&json!("system")) {
        return Err(ActionError::NoSystemSmtp);
    }
    Ok(form(language, host_info).read::<Input>(input)?.trimmed())
}

pub(crate) fn run(
    volume: &Volume,
    host_info: &HostInfo,
    language: Language,
    input: &Value,
) -> Result<Done, ActionError> {
    let input = read(host_info, language, input)?;
    let updated = volume.update(|contents| {
        input.check(&contents.cfg, host_info, language)?;
        let host = save(contents, &input, host_info)?;
        Ok::<_, ActionError>((host, contents.cfg.read_text(&keys::PUBLIC_ENDPOINT)))
    })?;
    let (host, public_address) = updated.value;
    let message = match &host {
        Some(host) => tr!(language, "configure-smtp.on", to = input.to(), host = host),
        None => tr!(language, "configure-smtp.off"),
    };
    let mut result = ActionResult::new(tr!(language, "configure-smtp.saved"), message, None);
    if host.is_some() && public_address.is_empty() {
        result.add(&tr!(language, "configure-smtp.no-public-address"));
    }
    Ok(Done {
        result,
        settings_changed: updated.cfg_changed,
    })
}

/// Tries the saved credentials, and adds the mail server's answer to the result.
pub(crate) async fn after(
    saved: Result<Contents, String>,
    language: Language,
    mut result: ActionResult,
) -> ActionResult {
    match saved {
        Ok(contents) if sends_mail(&contents.cfg) => {
            result.add(&try_out(&contents.cfg, language).await);
        }
        Ok(_) => {}
        Err(reason) => result.add(&reason),
    }
    result
}

/// Logs in at the mail server, and says what it answered or what went wrong.
async fn try_out(cfg: &Document, language: Language) -> String {
    match MailServer::of(cfg).log_in(TRIAL_LIMIT, language).await {
        Ok(answers) => {
            let answer = answers.last().map_or("", |last| &last.answer);
            tr!(language, "trial.answered", answer = answer)
        }
        Err(failure) => tr!(language, "trial.warning", reason = failure.reason),
    }
}

/// Writes the selection and the settings, and returns the mail server's name if Isso is to send mail.
fn save(contents: &mut Contents, input: &Input, host_info: &HostInfo) -> Result<Option<String>, ActionError> {
    let shown = Selection::shown(contents);
    let selection = json!(input.smtp);
    if contents.store.smtp() != &selection {
        contents.store.set_smtp(selection);
    }
    follow::forget(contents);
    let cfg = &mut contents.cfg;
    cfg.write_text(&keys::SMTP_TO, input.to())?;
    let credentials = input.smtp.credentials(host_info);
    cfg.write_bool(
        &keys::REPLY_NOTIFICATIONS,
        input.reply_notifications && credentials.is_some(),
    )?;
    notify(cfg, credentials.is_some())?;
    let Some(credentials) = credentials else {
        cfg.write_text(&keys::SMTP_PASSWORD, "")?;
        return Ok(None);
    };
    if input.smtp.connects_like(&shown) {
        write_account(cfg, &credentials)?;
    } else {
        write(cfg, &credentials)?;
    }
    Ok(Some(credentials.host))
}

fn write(cfg: &mut Document, credentials: &Credentials) -> Result<(), ActionError> {
    cfg.write_int(&keys::SMTP_PORT, credentials.port)?;
    cfg.write_text(&keys::SMTP_SECURITY, credentials.security.for_isso())?;
    write_account(cfg, credentials)
}

fn write_account(cfg: &mut Document, credentials: &Credentials) -> Result<(), ActionError> {
    cfg.write_text(&keys::SMTP_HOST, &credentials.host)?;
    cfg.write_text(&keys::SMTP_FROM, &credentials.from)?;
    cfg.write_text(&keys::SMTP_USERNAME, &credentials.username)?;
    cfg.write_text(&keys::SMTP_PASSWORD, &credentials.password)?;
    Ok(())
}

/// Adds mail to the items of `notify`, or removes it, and keeps the other items.
fn notify(cfg: &mut Document, by_mail: bool) -> Result<bool, ActionError> {
    let mut backends = cfg.read_list(&keys::NOTIFY);
    if backends.iter().any(|backend| is_smtp(backend)) == by_mail {
        return Ok(false);
    }
    if by_mail {
        backends.push("smtp".to_owned());
    } else {
        backends.retain(|backend| !is_smtp(backend));
    }
    if backends.is_empty() {
        // Isso has no word for none; its default writes to the log.
        backends.push(keys::NOTIFY.default.to_owned());
    }
    Ok(cfg.write_list(&keys::NOTIFY, &backends)?)
}
