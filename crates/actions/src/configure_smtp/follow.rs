//! Keeps `isso.cfg` in step with the mail server that the host offers to all its services.

use isso_cfg::{Contents, Volume, keys};
use serde_json::{Value, json};

use super::selection::Selection;
use super::{input, notify, write};
use crate::error::ActionError;
use crate::host_info::{HostInfo, SystemSmtp};
use crate::i18n::Language;
use crate::mail::sends_mail;

/// The member of the selection in `store.json` that is set while the host has no mail server.
const PAUSED: &str = "paused";

/// Writes the host's mail server to `isso.cfg` if a person selected it, and says whether the file changed.
///
/// While the host has no mail server, Isso sends no mail; `store.json` remembers whether commenters got mail about
/// replies. Mail that a person removed from `isso.cfg` by hand stays removed.
///
/// An account that Isso would read as another one, because its password has a `$NAME` in it, is an error, and the file
/// keeps the account that it has.
pub fn follow_system_smtp(
    volume: &Volume,
    system: Option<&SystemSmtp>,
    language: Language,
) -> Result<bool, ActionError> {
    let host_info = HostInfo {
        system_smtp: system.cloned(),
        ..HostInfo::default()
    };
    let updated = volume.update(|contents| follow(contents, &host_info, language))?;
    Ok(updated.cfg_changed)
}

/// Forgets that mail was paused, because a person has saved a selection since.
pub(super) fn forget(contents: &mut Contents) {
    if !contents.store.smtp()[PAUSED].is_null() {
        set_paused(contents, Value::Null);
    }
}

fn follow(contents: &mut Contents, host_info: &HostInfo, language: Language) -> Result<(), ActionError> {
    let selected = serde_json::from_value(contents.store.smtp().clone());
    let Ok(selection @ Selection::System { .. }) = selected else {
        return Ok(());
    };
    let paused = contents.store.smtp()[PAUSED].clone();
    let sends = sends_mail(&contents.cfg);
    let credentials = selection.credentials(host_info);
    if let Some(credentials) = credentials.as_ref().filter(|_| sends || !paused.is_null()) {
        let wrong = input::of_system(&contents.cfg, credentials, language);
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
    }
    match credentials {
        Some(credentials) if sends => write(&mut contents.cfg, &credentials),
        Some(credentials) if !paused.is_null() => {
            notify(&mut contents.cfg, true)?;
            let replies = paused["replyNotifications"] == true;
            contents.cfg.write_bool(&keys::REPLY_NOTIFICATIONS, replies)?;
            forget(contents);
            write(&mut contents.cfg, &credentials)
        }
        None if sends => {
            let replies = contents.cfg.read_bool(&keys::REPLY_NOTIFICATIONS);
            set_paused(contents, json!({ "replyNotifications": replies }));
            notify(&mut contents.cfg, false)?;
            contents.cfg.write_bool(&keys::REPLY_NOTIFICATIONS, false)?;
            contents.cfg.write_text(&keys::SMTP_PASSWORD, "")?;
            Ok(())
        }
        _ => Ok(()),
    }
}

fn set_paused(contents: &mut Contents, paused: Value) {
    let mut smtp = contents.store.smtp().clone();
    smtp[PAUSED] = paused;
    contents.store.set_smtp(smtp);
}
