//! `[smtp]` and `notify`: how Isso sends mail.
//!
//! When mail is on, Isso connects to the server as it starts. It survives errors of the network and of the SMTP
//! dialogue and nothing else. <https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py>

mod addresses;
mod mailbox;

use super::context::Context;
use crate::diagnostic::{Code, Severity};
use crate::keys::{self, Key};
use crate::number;

pub(super) fn check(context: &mut Context<'_>) {
    backends(context);
    security(context);
    host(context);
    port(context);
    for key in [&keys::SMTP_USERNAME, &keys::SMTP_PASSWORD] {
        credential(context, key);
    }
    addresses::check(context);
}

fn backends(context: &mut Context<'_>) {
    let key = &keys::NOTIFY;
    for item in context.list(key) {
        // Isso accepts capitals in this one name.
        if matches!(item.text, "stdout" | "smtp" | "SMTP") || context.has_finding(key) {
            continue;
        }
        let (severity, fix) = match item.text.to_lowercase().as_str() {
            "smtp" | "mail" | "email" | "e-mail" => (Severity::Misread, "Write smtp."),
            "stdout" | "log" | "console" => (Severity::Misread, "Write stdout."),
            // Isso then reports nothing, as was meant.
            "none" | "off" | "false" | "no" => (
                Severity::Warning,
                "Write nothing behind notify = to be told of nothing.",
            ),
            _ => (Severity::Misread, "Write stdout, smtp, or stdout, smtp."),
        };
        let message = "Isso knows no such way of reporting comments, and ignores it";
        let at = context.at_item(key, &item);
        at.problem(severity, Code::UnknownBackend, message).fix(fix);
    }
}

fn security(context: &mut Context<'_>) {
    let key = &keys::SMTP_SECURITY;
    let Some(security) = context.value_if_fine(key) else {
        return;
    };
    if matches!(security, "none" | "starttls" | "ssl") {
        return;
    }
    let fix = match security.to_lowercase().as_str() {
        "starttls" | "start-tls" | "start_tls" => "Write starttls.",
        // The port decides which of the two the server speaks: https://www.rfc-editor.org/rfc/rfc8314
        "ssl" | "tls" | "ssl/tls" | "smtps" | "true" | "yes" | "on" => {
            match context.effective(&keys::SMTP_PORT).and_then(number::getint) {
                Some(465) => "Write ssl.",
                Some(587 | 25) => "Write starttls.",
                _ => "Write ssl; for STARTTLS write starttls.",
            }
        }
        "false" | "no" | "off" => "Write none.",
        _ => "Write starttls, ssl or none.",
    };
    let message = "Isso knows none, starttls and ssl, and takes all else for none: mail and password go over the network in the clear";
    context.at(key).misread(Code::UnknownSecurity, message).fix(fix);
}

fn host(context: &mut Context<'_>) {
    let key = &keys::SMTP_HOST;
    let Some(host) = context.value_if_fine(key) else {
        return;
    };
    let is_label = |part: &str| (1..=63).contains(&part.len());
    if !host.is_empty() && !host.strip_suffix('.').unwrap_or(host).split('.').all(is_label) {
        // Python's name resolution raises on this: https://github.com/python/cpython/blob/3.11/Lib/encodings/idna.py
        let reason = "the name of the mail server has an empty or overlong part";
        let fix = "Write it as smtp.example.org.";
        return context.at(key).unusable(Code::MailHost, reason).fix(fix);
    }
    let (message, fix) = if host.contains("://") || host.contains(|c: char| c == '/' || c.is_whitespace()) {
        let fix = match host.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')) {
            Some(name) if name.contains(':') => split_host(context, name),
            Some(name) if !name.is_empty() && !name.contains('/') => format!("Write {name}."),
            _ => "Write the name alone, as smtp.example.org.".to_owned(),
        };
        ("this is not the name of a server, so Isso finds none", fix)
    } else if host.matches(':').count() == 1 {
        let message = "Isso takes the port for a part of the name, so it finds no server";
        (message, split_host(context, host))
    } else if host.is_empty() && context.mail_is_on() {
        let fix = "Write the name of your mail server, as smtp.example.org.".to_owned();
        ("without a mail server no mail is sent", fix)
    } else {
        return;
    };
    context.at(key).misread(Code::MailHost, message).fix(fix);
}

/// The steps for a name with a port behind it.
fn split_host(context: &Context<'_>, host: &str) -> String {
    match host.split_once(':') {
        Some((name, port)) if number::int(port).is_some() => {
            context.steps(&[(&keys::SMTP_HOST, name.to_owned()), (&keys::SMTP_PORT, port.to_owned())])
        }
        _ => "Write the name here and the number in port.".to_owned(),
    }
}

fn port(context: &mut Context<'_>) {
    let key = &keys::SMTP_PORT;
    let message = match context.value_if_fine(key).and_then(number::getint) {
        None | Some(1..=65535) => return,
        Some(0) => "Isso takes port 0 for the usual one, which is 465 with ssl and else 25",
        Some(_) => "a port is a number from 1 to 65535, so Isso cannot connect",
    };
    let fix = "Write the port of your mail server, mostly 587 or 465.";
    context.at(key).misread(Code::OutOfRange, message).fix(fix);
}

/// Python's smtplib logs in with ASCII alone, and Isso does not survive the error when the server is there.
fn credential(context: &mut Context<'_>, key: &'static Key) {
    let both = [&keys::SMTP_USERNAME, &keys::SMTP_PASSWORD]
        .iter()
        .all(|key| context.effective(key) != Some(""));
    if both && context.value_if_fine(key).is_some_and(|value| !value.is_ascii()) {
        let reason = "Isso can send ASCII alone to a mail server";
        let fix = "Choose one of letters a to z, digits and signs at your mail provider.";
        context.at(key).unusable(Code::NotAscii, reason).fix(fix);
    }
}
