//! *Set Admin Password*: a new random password for the moderation panel.

use isso_cfg::{Contents, Volume, keys};
use rand::SeedableRng;
use rand::distr::{Alphanumeric, SampleString};
use rand::rngs::{StdRng, SysError, SysRng};

use crate::done::Done;
use crate::error::ActionError;
use crate::i18n::{Language, tr};
use crate::metadata::Metadata;
use crate::result::{ActionResult, ResultValue};

const LENGTH: usize = 24;

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

/// Makes a password of letters and digits, seeded by the kernel's random number generator.
fn password() -> Result<String, SysError> {
    let mut random = StdRng::try_from_rng(&mut SysRng)?;
    Ok(Alphanumeric.sample_string(&mut random, LENGTH))
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
        let letters: HashSet<char> = passwords.iter().flat_map(|it| it.chars()).collect();
        assert_eq!(letters.len(), 62);
        assert!(letters.iter().all(char::is_ascii_alphanumeric));
    }
}
