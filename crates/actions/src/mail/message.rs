//! The test mail.

use isso_cfg::{Document, keys};
use lettre::Address;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};

use crate::error::ActionError;
use crate::i18n::{Language, tr};

/// The name that Isso gives to a sender without one.
///
/// <https://github.com/isso-comments/isso/blob/0.14.0/isso/config.py> (`load`)
const ISSOS_NAME: &str = "Ich schrei sonst!";

/// A test mail from the sender in `isso.cfg`.
pub(crate) struct TestMail {
    pub sender: Address,
    pub recipient: Address,
    /// Whether the server must offer `SMTPUTF8`. Isso hands sender and recipient to Python's `send_message` as they are
    /// written, so letters outside of ASCII in a mere name ask for it, too.
    pub is_international: bool,
    pub text: Vec<u8>,
}

impl TestMail {
    /// Writes the mail to a recipient that the form has let through.
    pub fn new(cfg: &Document, to: &str, language: Language) -> Result<Self, ActionError> {
        let from = cfg.read_text(&keys::SMTP_FROM);
        let mut sender = mailbox(&from).ok_or(ActionError::NoSender)?;
        sender.name.get_or_insert_with(|| ISSOS_NAME.to_owned());
        let recipient = mailbox(to).ok_or(ActionError::Mismatch)?;
        let (sender_address, recipient_address) = (sender.email.clone(), recipient.email.clone());
        let message = Message::builder()
            .from(sender)
            .to(recipient)
            .date_now()
            .subject(tr!(language, "mail.subject"))
            .header(ContentType::TEXT_PLAIN)
            .body(tr!(language, "mail.body"))
            .map_err(|_| ActionError::Mismatch)?;
        Ok(Self {
            sender: sender_address,
            recipient: recipient_address,
            is_international: !from.is_ascii() || !to.is_ascii(),
            text: message.formatted(),
        })
    }
}

/// Reads an address with or without a name before it, as Python's `parseaddr` does for Isso.
///
/// A character with a meaning of its own, such as a comma, must be in quotes in a name, or Python takes another part of
/// the text for the address.
pub(crate) fn mailbox(text: &str) -> Option<Mailbox> {
    const SPECIAL: [char; 10] = ['"', '(', ')', ',', ':', ';', '>', '@', '[', '\\'];
    let (name, address) = match text.trim().split_once('<') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix('>')?),
        None => ("", text.trim()),
    };
    let unquoted = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let name = unquoted.unwrap_or(name);
    if unquoted.is_none() && name.contains(SPECIAL) {
        return None;
    }
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    Some(Mailbox::new(name, address.parse().ok()?))
}
