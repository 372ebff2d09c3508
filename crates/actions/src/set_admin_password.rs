//! *Set Admin Password*: a new random password for the moderation panel.

use isso_cfg::{Contents, Volume, keys};
use rand::TryRng;
use rand::rngs::{SysError, SysRng};

use crate::action::{Done, Metadata};
use crate::error::ActionError;
use crate::i18n::{Language, tr};
use crate::result::{ActionResult, ResultValue};

const LENGTH: usize = 24;
const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

pub(crate) fn metadata(language: Language, contents: &Contents) -> Metadata {
    let is_set = contents.cfg.has_usable_password();
    Metadata {
        warning: is_set.then(|| tr!(language, "set-admin-password.warning")),
        has_input: false,
        ..Metadata::new(
            tr!(language, "set-admin-password.name"),
            tr!(language, "set-admin-password.description"),
        )
    }
}

pub(crate) fn run(volume: &Volume, language: Language) -> Result<Done, ActionError> {
    let password = password().map_err(ActionError::Randomness)?;
    let updated = volume.update(|contents| {
        contents.cfg.write_text(&keys::ADMIN_PASSWORD, &password)?;
        Ok::<_, ActionError>(())
    })?;
    let shown = ResultValue::Single {
        value: password,
        copyable: true,
        qr: false,
        masked: true,
    };
    Ok(Done {
        result: ActionResult::new(
            tr!(language, "set-admin-password.done"),
            tr!(language, "set-admin-password.message"),
            Some(shown),
        ),
        settings_changed: updated.cfg_changed,
    })
}

/// Draws each character with the same chance: 62 does not divide 64, so six random bits that mean 62 or 63 are drawn anew.
fn password() -> Result<String, SysError> {
    let mut password = String::with_capacity(LENGTH);
    while password.len() < LENGTH {
        let mut bytes = [0; 2 * LENGTH];
        SysRng.try_fill_bytes(&mut bytes)?;
        let drawn = bytes
            .iter()
            .filter_map(|byte| ALPHABET.get(usize::from(byte & 0b11_1111)));
        password.extend(
            drawn
                .map(|&letter| char::from(letter))
                .take(LENGTH - password.len()),
        );
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn passwords_use_the_whole_alphabet_and_never_repeat() {
        let passwords: HashSet<String> = (0..500).map(|_| password().unwrap()).collect();
        assert_eq!(passwords.len(), 500);
        assert!(passwords.iter().all(|password| password.len() == LENGTH));
        let letters: HashSet<u8> = passwords
            .iter()
            .flat_map(|password| password.bytes())
            .collect();
        assert_eq!(letters, ALPHABET.iter().copied().collect());
    }
}
