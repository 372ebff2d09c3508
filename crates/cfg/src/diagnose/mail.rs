//! `[smtp]` and `notify`: how Isso sends mail.
//!
//! When mail is on, Isso connects to the server as it starts. It survives errors of the network and of the SMTP dialogue
//! and nothing else. <https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py>

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
    sender(context);
    recipient(context);
}

fn backends(context: &mut Context<'_>) {
    for item in context.list(&keys::NOTIFY) {
        // Isso accepts capitals in this one name.
        if !matches!(item.text, "stdout" | "smtp" | "SMTP") && !context.is_noted(&keys::NOTIFY) {
            let message = "Isso knows no such way of reporting comments, and ignores it";
            context.note_item(
                &keys::NOTIFY,
                &item,
                Severity::Misread,
                Code::UnknownBackend,
                message,
                "Write stdout, smtp, or stdout, smtp.",
            );
        }
    }
}

fn security(context: &mut Context<'_>) {
    let Some(security) = unnoted(context, &keys::SMTP_SECURITY) else {
        return;
    };
    if matches!(security, "none" | "starttls" | "ssl") {
        return;
    }
    let fix = match security.to_lowercase().as_str() {
        "starttls" => "Write starttls.",
        "ssl" | "tls" | "ssl/tls" | "smtps" => "Write ssl; for STARTTLS write starttls.",
        _ => "Write starttls, ssl or none.",
    };
    let message = "Isso knows none, starttls and ssl, and takes all else for none: mail and password go over the network in the clear";
    context.note(
        &keys::SMTP_SECURITY,
        Severity::Misread,
        Code::UnknownSecurity,
        message,
        fix,
    );
}

fn host(context: &mut Context<'_>) {
    let Some(host) = unnoted(context, &keys::SMTP_HOST) else {
        return;
    };
    let labels: Vec<&str> = host.split('.').collect();
    let (last, first) = labels
        .split_last()
        .map_or(("", &[][..]), |(last, first)| (*last, first));
    if !host.is_empty()
        && (last.len() > 63
            || first
                .iter()
                .any(|label| label.is_empty() || label.len() > 63))
    {
        // Python's name resolution raises on this: https://github.com/python/cpython/blob/3.11/Lib/encodings/idna.py
        let message = format!(
            "the name of the mail server has an empty or overlong part, and {}",
            context.consequence(&keys::SMTP_HOST)
        );
        context.note(
            &keys::SMTP_HOST,
            context.severity(&keys::SMTP_HOST),
            Code::MailHost,
            message,
            "Write it as smtp.example.org.",
        );
    } else if host.contains("://") || host.contains(|c: char| c == '/' || c.is_whitespace()) {
        let message = "this is not the name of a server, so Isso finds none";
        context.note(
            &keys::SMTP_HOST,
            Severity::Misread,
            Code::MailHost,
            message,
            "Write the name alone, as smtp.example.org.",
        );
    } else if host.matches(':').count() == 1 {
        let message = "Isso takes the port for a part of the name, so it finds no server";
        context.note(
            &keys::SMTP_HOST,
            Severity::Misread,
            Code::MailHost,
            message,
            "Write the name here and the number in port.",
        );
    } else if host.is_empty() && context.mail_is_on() {
        let message = "without a mail server no mail is sent";
        context.note(
            &keys::SMTP_HOST,
            Severity::Misread,
            Code::MailHost,
            message,
            "Write the name of your mail server, as smtp.example.org.",
        );
    }
}

fn port(context: &mut Context<'_>) {
    let Some(port) = unnoted(context, &keys::SMTP_PORT).and_then(number::getint) else {
        return;
    };
    if port == 0 {
        let message = "Isso takes port 0 for the usual one, which is 465 with ssl and else 25";
        context.note(
            &keys::SMTP_PORT,
            Severity::Misread,
            Code::OutOfRange,
            message,
            "Write the port of your mail server, mostly 587 or 465.",
        );
    } else if !(1..=65535).contains(&port) {
        let message = "a port is a number from 1 to 65535, so Isso cannot connect";
        context.note(
            &keys::SMTP_PORT,
            Severity::Misread,
            Code::OutOfRange,
            message,
            "Write the port of your mail server, mostly 587 or 465.",
        );
    }
}

/// Python's smtplib logs in with ASCII alone, and Isso does not survive the error when the server is there.
fn credential(context: &mut Context<'_>, key: &'static Key) {
    let both = [&keys::SMTP_USERNAME, &keys::SMTP_PASSWORD]
        .iter()
        .all(|key| context.effective(key) != Some(""));
    if both && unnoted(context, key).is_some_and(|value| !value.is_ascii()) {
        let message = format!(
            "Isso can send ASCII alone to a mail server, and {}",
            context.consequence(key)
        );
        context.note(
            key,
            context.severity(key),
            Code::NotAscii,
            message,
            "Choose one of letters a to z, digits and signs at your mail provider.",
        );
    }
}

/// Isso puts a name of its own before a bare address, at every start, and cannot do so when the address is not ASCII.
fn sender(context: &mut Context<'_>) {
    let key = &keys::SMTP_FROM;
    let Some(from) = context.effective(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    let named = has_name(from);
    if !from.is_ascii() && !named {
        let message = "a bare address must be ASCII, and Isso does not start with it";
        return context.note(
            key,
            Severity::Refused,
            Code::MailAddress,
            message,
            "Write a name before it: Comments <comments@example.org>.",
        );
    }
    if !context.mail_is_on() {
        return;
    }
    if from.is_empty() {
        let message = "without a sender most mail servers take no mail";
        context.note(
            key,
            Severity::Misread,
            Code::MailAddress,
            message,
            "Write a sender: Comments <comments@example.org>.",
        );
    } else if !from.contains('@') {
        let message = "the sender is no mail address, so mail servers take no mail";
        context.note(
            key,
            Severity::Misread,
            Code::MailAddress,
            message,
            "Write a sender: Comments <comments@example.org>.",
        );
    } else if !named {
        let message = "Isso calls a sender without a name \"Ich schrei sonst!\"";
        context.note(
            key,
            Severity::Warning,
            Code::MailAddress,
            message,
            format!("Write a name before it: Comments <{from}>."),
        );
    }
}

fn recipient(context: &mut Context<'_>) {
    let key = &keys::SMTP_TO;
    let Some(to) = context.effective(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    if context.notifies_by_mail() && !to.contains('@') {
        let message = "without a recipient nobody is told of new comments";
        context.note(
            key,
            Severity::Misread,
            Code::MailAddress,
            message,
            "Write your mail address.",
        );
    }
}

/// Whether an address has a name, as Python's `parseaddr` sees it: `Name <address>` or `address (Name)`.
/// <https://docs.python.org/3/library/email.utils.html#email.utils.parseaddr>
fn has_name(from: &str) -> bool {
    let before = from
        .split_once('<')
        .map(|(name, _)| name.trim().trim_matches('"').trim());
    let comment = from
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(name, _)| name.trim());
    before.or(comment).is_some_and(|name| !name.is_empty())
}

/// The value a file gives a key, when nothing has been found wrong with it yet.
fn unnoted<'d>(context: &Context<'d>, key: &Key) -> Option<&'d str> {
    context.value(key).filter(|_| !context.is_noted(key))
}
