//! Mail addresses as Isso hands them on: one text, which is the header of the mail and the address of its envelope at
//! once.
//!
//! Python takes the first address that it recognises in the text, and what it takes for one is often not what was
//! meant. <https://github.com/python/cpython/blob/3.11/Lib/smtplib.py> (`quoteaddr`)

use crate::python::strip;
use crate::unindented;

/// What is wrong with a sender or recipient.
pub(super) enum Fault {
    /// There is nothing that could be an address.
    None,
    /// More than one address, of which Isso uses one.
    Several,
    /// The name before the address has a sign that ends it, unless quotation marks are around it.
    Name,
    /// There is more around the address than a name, so Isso finds another one in it or none.
    Around,
    /// The address itself has a sign that none has.
    Address,
}

/// An address as a person wrote it.
pub(super) struct Mailbox<'t> {
    /// The name before the address, without quotation marks; empty where there is none.
    pub name: &'t str,
    /// The address, or what looks most like one.
    pub address: &'t str,
    pub fault: Option<Fault>,
}

impl<'t> Mailbox<'t> {
    pub fn read(text: &'t str) -> Mailbox<'t> {
        let addresses: Vec<&str> = unindented::words(text).filter(|word| word.contains('@')).collect();
        let (name, address, mut fault) = match (text.rsplit_once('<'), text.rsplit_once('(')) {
            (Some((name, rest)), _) => match rest.split_once('>') {
                // A bracket that is not closed does no harm.
                None => (name, rest, None),
                Some((address, "")) => (name, address, None),
                Some((address, _)) => (name, address, Some(Fault::Around)),
            },
            (None, Some((address, rest))) => match strip(rest).strip_suffix(')') {
                Some(name) => (name, address, None),
                None => ("", address, Some(Fault::Around)),
            },
            (None, None) => ("", text, None),
        };
        let (name, address) = (strip(name), strip(address));
        let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let plain = quoted.unwrap_or(name);
        let is_address = |text: &str| {
            let (user, host) = text.split_once('@').unwrap_or_default();
            !user.is_empty()
                && !host.is_empty()
                && !text.contains(|c: char| {
                    c.is_whitespace() || "@,;:<>()[]\"'\\#".contains(c) && (c != '@' || host.contains('@'))
                })
        };
        if addresses.is_empty() {
            fault = Some(Fault::None);
        } else if addresses.len() > 1 && !addresses.iter().all(|one| *one == addresses[0]) {
            fault = Some(Fault::Several);
        } else if quoted.is_none() && plain.contains(|c: char| ",;:@\"".contains(c)) {
            fault = Some(Fault::Name);
        } else if fault.is_none() && !is_address(address) {
            fault = Some(if is_address(addresses[0]) {
                Fault::Around
            } else {
                Fault::Address
            });
        }
        let address = match fault {
            Some(Fault::Several | Fault::Around) => addresses.first().copied().unwrap_or(address),
            _ => address,
        };
        Mailbox {
            name: plain,
            address,
            fault,
        }
    }

    /// The text to write instead: the name in quotation marks, where it needs them, and the address.
    pub fn written(&self) -> String {
        let name = self.name.replace('"', "");
        match name.as_str() {
            "" => self.address.to_owned(),
            name if name.contains(|c: char| ",;:@()<>[].".contains(c)) => {
                format!("\"{name}\" <{}>", self.address)
            }
            name => format!("{name} <{}>", self.address),
        }
    }
}
