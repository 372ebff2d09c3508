//! `[smtp] from` and `to`: the sender and the recipient.

use super::mailbox::{Fault, Mailbox};
use crate::diagnose::context::Context;
use crate::diagnostic::Code;
use crate::keys::{self, Key};

pub(super) fn check(context: &mut Context<'_>) {
    sender(context);
    recipient(context);
}

/// Isso puts a name of its own before a bare address, at every start, and cannot do so when the address is not ASCII.
fn sender(context: &mut Context<'_>) {
    let key = &keys::SMTP_FROM;
    let Some(from) = context.effective_if_fine(key) else {
        return;
    };
    let named = has_name(from);
    if !from.is_ascii() && !named {
        let message = "a bare address must be ASCII, and Isso does not start with it";
        let fix = "Write a name before an address of ASCII letters: Comments <comments@example.org>.";
        return context.at(key).refused(Code::MailAddress, message).fix(fix);
    }
    if !context.mail_is_on() {
        return;
    }
    let mailbox = Mailbox::read(from);
    let missing = matches!(mailbox.fault, Some(Fault::None));
    let message = match &mailbox.fault {
        _ if from.is_empty() => "without a sender most mail servers take no mail",
        Some(Fault::None) => "the sender is no mail address, so mail servers take no mail",
        Some(Fault::Several) => "a mail has one sender, and Isso makes one that is broken of these",
        Some(Fault::Name) => "the name before the address has a sign in it that needs quotation marks around the name",
        Some(_) => "Isso finds no sender's address in this, or another one",
        None if !from.is_ascii() => return international(context, key, from),
        None if named => return,
        None => {
            let message = "Isso calls a sender without a name \"Ich schrei sonst!\"";
            let fix = format!("Write a name before it: Comments <{}>.", mailbox.address);
            return context.at(key).warning(Code::MailAddress, message).fix(fix);
        }
    };
    let fix = if missing {
        "Write a sender: Comments <comments@example.org>.".to_owned()
    } else {
        format!("Write {}.", named_as(&mailbox))
    };
    context.at(key).misread(Code::MailAddress, message).fix(fix);
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
    let Some(to) = context.effective_if_fine(key).filter(|_| context.notifies_by_mail()) else {
        return;
    };
    let mailbox = Mailbox::read(to);
    let (message, fix) = match &mailbox.fault {
        None if to.is_ascii() => return,
        None => return international(context, key, to),
        Some(Fault::None) => (
            "without a recipient Isso mails new comments to no address".to_owned(),
            "Write your mail address.".to_owned(),
        ),
        Some(Fault::Several) => (
            format!("Isso writes to one recipient, and that is {} at best", mailbox.address),
            "Write one address; for several people that of a mailing list.".to_owned(),
        ),
        Some(_) => (
            "Isso finds no recipient's address in this, or another one".to_owned(),
            format!("Write {}.", mailbox.written()),
        ),
    };
    context.at(key).misread(Code::MailAddress, message).fix(fix);
}

/// Python asks for SMTPUTF8 as soon as one letter of the text is not ASCII, even in the name.
/// <https://docs.python.org/3/library/smtplib.html#smtplib.SMTP.send_message>
fn international(context: &mut Context<'_>, key: &'static Key, text: &str) {
    let message = format!(
        "{} has letters beyond ASCII, and a mail server without SMTPUTF8 then gets no mail from Isso",
        key.name
    );
    let address = Mailbox::read(text).address;
    let fix = if address.is_ascii() {
        format!("Write the name in ASCII letters: Comments <{address}>.")
    } else {
        "Write an address of ASCII letters, if your mail server does not know SMTPUTF8.".to_owned()
    };
    context.at(key).warning(Code::MailAddress, message).fix(fix);
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
