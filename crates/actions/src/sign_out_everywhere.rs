//! *Sign out everywhere*: a new session key for Isso, so that all it has signed with the one before is void.

use isso_cfg::Volume;
use isso_database::{Renewal, renew_session_key};

use crate::done::Done;
use crate::error::ActionError;
use crate::i18n::{Language, tr};
use crate::metadata::Metadata;
use crate::result::ActionResult;

pub(crate) fn metadata(language: Language) -> Metadata {
    Metadata {
        warning: Some(tr!(language, "sign-out-everywhere.warning")),
        has_input: false,
        ..Metadata::new(
            tr!(language, "sign-out-everywhere.name"),
            tr!(language, "sign-out-everywhere.description"),
        )
    }
}

pub(crate) fn run(volume: &Volume, language: Language) -> Result<Done, ActionError> {
    let renewal = renew_session_key(&volume.db_path())?;
    let (title, message) = match renewal {
        Renewal::Renewed => (
            tr!(language, "sign-out-everywhere.done"),
            tr!(language, "sign-out-everywhere.message"),
        ),
        Renewal::NoKey => (
            tr!(language, "sign-out-everywhere.none"),
            tr!(language, "sign-out-everywhere.none-message"),
        ),
    };
    let is_new = renewal == Renewal::Renewed;
    if is_new {
        // A supervisor in another container watches isso.cfg alone. Where the file cannot be touched, the host that
        // runs the action puts the key in force itself; and a file that is missing is put back, which is noticed.
        let _ = volume.touch();
    }
    Ok(Done {
        result: ActionResult::new(title, message, None),
        settings_changed: is_new,
    })
}
