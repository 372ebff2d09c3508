//! *Email notifications*: the mail server, who is told about new comments, and whether commenters are told about replies.
//!
//! The selection goes to `store.json`, what Isso needs to know to `isso.cfg`. What a person set there by hand and the
//! form cannot express (`security = none`, another port) stays as long as the person leaves the host and the connection
//! in the form as they are. Other items of `notify` always stay.

use isso_cfg::{Contents, Document, Key, Secret, Volume, keys};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::action::{Done, Metadata};
use crate::error::{ActionError, InputError};
use crate::facts::Facts;
use crate::form::{Field, Form, InputMode, Pattern, Text, Toggle};
use crate::i18n::{Language, tr};
use crate::problem::Problem;
use crate::result::ActionResult;
use crate::smtp_form::{self, EMAIL_WITH_NAME};
use crate::smtp_selection::{Credentials, Selection, is_smtp, sends_mail};
use crate::smtp_trial::Server;

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        group: Some(tr!(language, "group.configure")),
        ..Metadata::new(
            tr!(language, "configure-smtp.name"),
            tr!(language, "configure-smtp.description"),
        )
    }
}

pub(crate) fn form(language: Language, facts: &Facts) -> Form {
    let to = Text {
        name: tr!(language, "configure-smtp.to.name"),
        description: Some(tr!(language, "configure-smtp.to.description")),
        placeholder: Some("you@example.com".into()),
        inputmode: InputMode::Email,
        patterns: vec![Pattern {
            regex: EMAIL_WITH_NAME,
            description: tr!(language, "configure-smtp.email-pattern"),
        }],
        ..Text::default()
    };
    let reply_notifications = Toggle {
        name: tr!(language, "configure-smtp.reply-notifications.name"),
        description: Some(tr!(
            language,
            "configure-smtp.reply-notifications.description"
        )),
        ..Toggle::default()
    };
    Form(vec![
        (
            "smtp",
            smtp_form::field(language, facts.system_smtp.is_some()),
        ),
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

pub(crate) fn run(
    volume: &Volume,
    facts: &Facts,
    language: Language,
    input: &Value,
) -> Result<Done, ActionError> {
    if facts.system_smtp.is_none() && input.pointer("/smtp/selection") == Some(&json!("system")) {
        return Err(ActionError::NoSystemSmtp);
    }
    let input = form(language, facts).read::<Input>(input)?.trimmed();
    let updated = volume.update(|contents| {
        let errors = input.check(&contents.cfg, facts, language);
        if !errors.is_empty() {
            return Err(errors.into());
        }
        save(contents, &input, facts)
    })?;
    let message = match updated.value {
        Some(host) => tr!(language, "configure-smtp.on", to = input.to(), host = host),
        None => tr!(language, "configure-smtp.off"),
    };
    Ok(Done {
        result: ActionResult::new(tr!(language, "configure-smtp.saved"), message, None),
        settings_changed: updated.cfg_changed,
    })
}

/// Tries the saved credentials, and adds to the result what the mail server answered.
pub(crate) async fn after(
    volume: &Volume,
    language: Language,
    mut result: ActionResult,
) -> ActionResult {
    match volume.read() {
        Ok(contents) if sends_mail(&contents.cfg) => {
            result.add(&Server::of(&contents.cfg).try_out(language).await);
        }
        Ok(_) => {}
        Err(error) => result.add(&ActionError::from(error).localized(language)),
    }
    result
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    smtp: Selection,
    to: Option<String>,
    reply_notifications: bool,
}

impl Input {
    fn to(&self) -> &str {
        self.to.as_deref().unwrap_or_default()
    }

    /// Drops spaces around everything but the password, which is kept as typed.
    fn trimmed(mut self) -> Self {
        let trim = |text: &mut String| *text = text.trim().to_owned();
        self.to.iter_mut().for_each(trim);
        match &mut self.smtp {
            Selection::Disabled {} => {}
            Selection::System { custom_from } => custom_from.iter_mut().for_each(trim),
            Selection::Custom { provider } => {
                let account = &mut provider.value;
                [&mut account.host, &mut account.from, &mut account.username]
                    .into_iter()
                    .for_each(trim);
            }
        }
        self
    }

    /// What the form alone cannot find out. A value that stands in `isso.cfg` already may stay there.
    fn check(&self, cfg: &Document, facts: &Facts, language: Language) -> Vec<InputError> {
        let mut errors = Vec::new();
        let mut check = |path: &str,
                         label: String,
                         key: &Key,
                         text: &str,
                         test: fn(&str) -> Option<Problem>| {
            if text != cfg.read_text(key)
                && let Some(problem) = test(text)
            {
                errors.push(InputError {
                    path: path.to_owned(),
                    label,
                    problem,
                });
            }
        };
        match &self.smtp {
            Selection::Disabled {} => {}
            Selection::System { custom_from } => {
                let from = custom_from.as_deref().unwrap_or_default();
                check(
                    "smtp.value.customFrom",
                    tr!(language, "smtp.custom-from.name"),
                    &keys::SMTP_FROM,
                    from,
                    email,
                );
                if let Some(system) = self.smtp.credentials(facts) {
                    let label = || tr!(language, "smtp.system");
                    check(
                        "smtp",
                        label(),
                        &keys::SMTP_USERNAME,
                        &system.username,
                        secret,
                    );
                    check(
                        "smtp",
                        label(),
                        &keys::SMTP_PASSWORD,
                        &system.password,
                        secret,
                    );
                }
            }
            Selection::Custom { provider } => {
                let account = &provider.value;
                let password = account.password.as_deref().unwrap_or_default();
                let at = |field: &str| format!("smtp.value.provider.value.{field}");
                check(
                    &at("host"),
                    tr!(language, "smtp.host"),
                    &keys::SMTP_HOST,
                    &account.host,
                    host,
                );
                check(
                    &at("from"),
                    tr!(language, "smtp.from.name"),
                    &keys::SMTP_FROM,
                    &account.from,
                    email,
                );
                check(
                    &at("username"),
                    tr!(language, "smtp.username"),
                    &keys::SMTP_USERNAME,
                    &account.username,
                    secret,
                );
                check(
                    &at("password"),
                    tr!(language, "smtp.password"),
                    &keys::SMTP_PASSWORD,
                    password,
                    secret,
                );
            }
        }
        let label = tr!(language, "configure-smtp.to.name");
        if self.to().is_empty() && self.smtp != (Selection::Disabled {}) {
            errors.push(InputError {
                path: "to".to_owned(),
                label,
                problem: Problem::NoRecipient,
            });
        } else {
            check("to", label, &keys::SMTP_TO, self.to(), email);
        }
        errors
    }
}

/// Writes both files, and gives back the host if mail is sent.
fn save(
    contents: &mut Contents,
    input: &Input,
    facts: &Facts,
) -> Result<Option<String>, ActionError> {
    let shown = Selection::shown(contents);
    let selection = json!(input.smtp);
    if contents.store.smtp() != &selection {
        contents.store.set_smtp(selection);
    }
    let cfg = &mut contents.cfg;
    cfg.write_text(&keys::SMTP_TO, input.to())?;
    let credentials = input.smtp.credentials(facts);
    cfg.write_bool(
        &keys::REPLY_NOTIFICATIONS,
        input.reply_notifications && credentials.is_some(),
    )?;
    notify(cfg, credentials.is_some())?;
    let Some(Credentials {
        host,
        port,
        security,
        from,
        username,
        password,
    }) = credentials
    else {
        cfg.write_text(&keys::SMTP_PASSWORD, "")?;
        return Ok(None);
    };
    if !input.smtp.connects_like(&shown) {
        cfg.write_int(&keys::SMTP_PORT, port)?;
        cfg.write_text(&keys::SMTP_SECURITY, security.for_isso())?;
    }
    cfg.write_text(&keys::SMTP_HOST, &host)?;
    cfg.write_text(&keys::SMTP_FROM, &from)?;
    cfg.write_text(&keys::SMTP_USERNAME, &username)?;
    cfg.write_text(&keys::SMTP_PASSWORD, &password)?;
    Ok(Some(host))
}

/// Adds mail to the ways in which new comments are reported, or takes it away, and leaves the other ways alone.
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

fn host(text: &str) -> Option<Problem> {
    let is_name = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_address = text.parse::<std::net::IpAddr>().is_ok();
    (!is_name && !is_address).then_some(Problem::HostName)
}

/// An address with or without a name before it; no address at all is fine here.
fn email(text: &str) -> Option<Problem> {
    if text.is_empty() {
        return None;
    }
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or(rest),
        None => text,
    };
    if address.parse::<lettre::Address>().is_err() {
        return Some(Problem::Email);
    }
    Secret::parse(text).err().map(Problem::Secret)
}

/// A user name or password; none at all is fine here.
fn secret(text: &str) -> Option<Problem> {
    if text.is_empty() {
        None
    } else {
        Secret::parse_smtp(text).err().map(Problem::Secret)
    }
}
