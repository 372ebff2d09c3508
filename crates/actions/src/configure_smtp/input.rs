//! The input of the form, and the checks that the form itself cannot make.

use isso_cfg::{Document, Key, Secret, keys};
use serde::Deserialize;

use super::selection::{Credentials, Selection};
use crate::error::{ActionError, InputError};
use crate::host_info::HostInfo;
use crate::i18n::{Language, tr};
use crate::input_problem::InputProblem;
use crate::mail::mailbox;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    pub smtp: Selection,
    pub to: Option<String>,
    pub reply_notifications: bool,
}

impl Input {
    /// The recipient, empty when there is none.
    pub fn to(&self) -> &str {
        self.to.as_deref().unwrap_or_default()
    }

    /// Removes spaces around every text but the password, which is kept as typed.
    pub fn trimmed(mut self) -> Self {
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

    /// Checks what the form itself cannot. A value that `isso.cfg` has already may stay there.
    pub fn check(&self, cfg: &Document, host_info: &HostInfo, language: Language) -> Result<(), ActionError> {
        let system = match &self.smtp {
            Selection::System { .. } => self.smtp.credentials(host_info),
            _ => None,
        };
        let mut errors = system.map_or_else(Vec::new, |system| of_system(cfg, &system, language));
        let mut check = |path: &str, label: String, key: &Key, text: &str, test: fn(&str) -> Option<InputProblem>| {
            if text != cfg.shown_text(key)
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
                problem: InputProblem::NoRecipient,
            });
        } else {
            check("to", label, &keys::SMTP_TO, self.to(), email);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
    }
}

/// What is wrong with the account at the system's mail server, which the host gives. A value that `isso.cfg` has
/// already may stay there.
pub(super) fn of_system(cfg: &Document, system: &Credentials, language: Language) -> Vec<InputError> {
    let account = [
        (&keys::SMTP_USERNAME, &system.username),
        (&keys::SMTP_PASSWORD, &system.password),
    ];
    let new = account.iter().filter(|(key, text)| **text != cfg.shown_text(key));
    new.filter_map(|(_, text)| {
        Some(InputError {
            path: "smtp".to_owned(),
            label: tr!(language, "smtp.system"),
            problem: secret(text)?,
        })
    })
    .collect()
}

fn host(text: &str) -> Option<InputProblem> {
    let is_name = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    let is_address = text.parse::<std::net::IpAddr>().is_ok();
    (!is_name && !is_address).then_some(InputProblem::HostName)
}

/// Checks an address with or without a name before it. An empty one passes.
fn email(text: &str) -> Option<InputProblem> {
    if text.is_empty() {
        return None;
    }
    if mailbox(text).is_none() {
        return Some(InputProblem::Email);
    }
    Secret::parse(text).err().map(InputProblem::Secret)
}

/// Checks a user name or a password. An empty one passes.
fn secret(text: &str) -> Option<InputProblem> {
    if text.is_empty() {
        None
    } else {
        Secret::parse_smtp(text).err().map(InputProblem::Secret)
    }
}
