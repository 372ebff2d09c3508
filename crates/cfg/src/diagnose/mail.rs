//! `[smtp]` and `notify`: how Isso sends mail.
//!
//! When mail is on, Isso connects to the server as it starts. It survives errors of the network and of the SMTP
//! dialogue and nothing else. <https://github.com/isso-comments/isso/blob/0.14.0/isso/ext/notifications.py>

use super::context::Context;
use super::mailbox::{Fault, Mailbox};
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
        if matches!(item.text, "stdout" | "smtp" | "SMTP") || context.is_noted(&keys::NOTIFY) {
            continue;
        }
        let (severity, fix) = match item.text.to_lowercase().as_str() {
            "smtp" | "mail" | "email" | "e-mail" => (Severity::Misread, "Write smtp."),
            "stdout" | "log" | "console" => (Severity::Misread, "Write stdout."),
            // Isso tells of nothing then, as was meant.
            "none" | "off" | "false" | "no" => (
                Severity::Warning,
                "Write nothing behind notify = to be told of nothing.",
            ),
            _ => (Severity::Misread, "Write stdout, smtp, or stdout, smtp."),
        };
        let message = "Isso knows no such way of reporting comments, and ignores it";
        context.note_item(&keys::NOTIFY, &item, severity, Code::UnknownBackend, message, fix);
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
        "starttls" | "start-tls" | "start_tls" => "Write starttls.",
        // The port tells which of the two is spoken there: https://www.rfc-editor.org/rfc/rfc8314
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
    if !host.is_empty() && (last.len() > 63 || first.iter().any(|label| label.is_empty() || label.len() > 63)) {
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
            match host.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')) {
                Some(name) if name.contains(':') => split_host(context, name),
                Some(name) if !name.is_empty() && !name.contains('/') => format!("Write {name}."),
                _ => "Write the name alone, as smtp.example.org.".to_owned(),
            },
        );
    } else if host.matches(':').count() == 1 {
        let message = "Isso takes the port for a part of the name, so it finds no server";
        context.note(
            &keys::SMTP_HOST,
            Severity::Misread,
            Code::MailHost,
            message,
            split_host(context, host),
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
        let fix = "Write a name before an address of ASCII letters: Comments <comments@example.org>.";
        return context.note(key, Severity::Refused, Code::MailAddress, message, fix);
    }
    if !context.mail_is_on() {
        return;
    }
    let mailbox = Mailbox::read(from);
    if from.is_empty() || matches!(mailbox.fault, Some(Fault::None)) {
        let message = if from.is_empty() {
            "without a sender most mail servers take no mail"
        } else {
            "the sender is no mail address, so mail servers take no mail"
        };
        let fix = "Write a sender: Comments <comments@example.org>.";
        context.note(key, Severity::Misread, Code::MailAddress, message, fix);
    } else if let Some(fault) = &mailbox.fault {
        let message = match fault {
            Fault::Several => "a mail has one sender, and Isso makes one that is broken of these",
            Fault::Name => "the name before the address has a sign in it that needs quotation marks around the name",
            _ => "Isso finds no sender's address in this, or another one",
        };
        context.note(
            key,
            Severity::Misread,
            Code::MailAddress,
            message,
            format!("Write {}.", named_as(&mailbox)),
        );
    } else if !from.is_ascii() {
        international(context, key, from);
    } else if !named {
        let message = "Isso calls a sender without a name \"Ich schrei sonst!\"";
        let fix = format!("Write a name before it: Comments <{}>.", mailbox.address);
        context.note(key, Severity::Warning, Code::MailAddress, message, fix);
    }
}

/// A sender with a name, because Isso would choose one.
fn named_as(mailbox: &Mailbox<'_>) -> String {
    match mailbox.name {
        "" => format!("Comments <{}>", mailbox.address),
        _ => mailbox.written(),
    }
}

fn recipient(context: &mut Context<'_>) {
    let key = &keys::SMTP_TO;
    let Some(to) = context.effective(key).filter(|_| !context.is_noted(key)) else {
        return;
    };
    if !context.notifies_by_mail() {
        return;
    }
    let mailbox = Mailbox::read(to);
    let fault = match &mailbox.fault {
        None if to.is_ascii() => return,
        None => return international(context, key, to),
        Some(fault) => fault,
    };
    let (message, fix) = match fault {
        Fault::None => (
            "without a recipient Isso mails new comments to no address".to_owned(),
            "Write your mail address.".to_owned(),
        ),
        Fault::Several => (
            format!("Isso writes to one recipient, and that is {} at best", mailbox.address),
            "Write one address; for several people that of a mailing list.".to_owned(),
        ),
        _ => (
            "Isso finds no recipient's address in this, or another one".to_owned(),
            format!("Write {}.", mailbox.written()),
        ),
    };
    context.note(key, Severity::Misread, Code::MailAddress, message, fix);
}

/// Python asks for SMTPUTF8 as soon as one letter of the text is not ASCII, even in the name.
/// <https://docs.python.org/3/library/smtplib.html#smtplib.SMTP.send_message>
fn international(context: &mut Context<'_>, key: &'static Key, text: &str) {
    let message = format!(
        "{} has letters beyond ASCII, and a mail server without SMTPUTF8 then gets no mail from Isso",
        key.name
    );
    let address = Mailbox::read(text).address.to_owned();
    let fix = if address.is_ascii() {
        format!("Write the name in ASCII letters: Comments <{address}>.")
    } else {
        "Write an address of ASCII letters, if your mail server does not know SMTPUTF8.".to_owned()
    };
    context.note(key, Severity::Warning, Code::MailAddress, message, fix);
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
