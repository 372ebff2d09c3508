//! Texts that the hosts show beside the actions.

use std::error::Error;

use isso_database::DatabaseError;

use crate::i18n::{Language, tr};

/// The text for the code of a refusal by the state machine; `None` for a code without a text.
pub fn refusal_text(code: &str, language: Language) -> Option<String> {
    Some(match code {
        "not-initialised" => tr!(language, "refusal.not-initialised"),
        "no-password" => tr!(language, "refusal.no-password"),
        "backup-running" => tr!(language, "refusal.backup-running"),
        "restore-running" => tr!(language, "refusal.restore-running"),
        "settle-failed" => tr!(language, "refusal.settle-failed"),
        "look-failed" => tr!(language, "refusal.look-failed"),
        "review-failed" => tr!(language, "refusal.review-failed"),
        "raise-task-failed" => tr!(language, "refusal.raise-task-failed"),
        "clear-task-failed" => tr!(language, "refusal.clear-task-failed"),
        "start-failed" => tr!(language, "refusal.start-failed"),
        "reload-failed" => tr!(language, "refusal.reload-failed"),
        "stop-failed" => tr!(language, "refusal.stop-failed"),
        "backup-failed" => tr!(language, "refusal.backup-failed"),
        "restore-failed" => tr!(language, "refusal.restore-failed"),
        _ => return None,
    })
}

/// The reason that the critical task *Set Admin Password* gives.
pub fn password_task_reason(language: Language) -> String {
    tr!(language, "task.set-admin-password")
}

/// The reason that the important task *Public address* gives for an address that the host has no longer.
pub fn public_address_task_reason(address: &str, language: Language) -> String {
    tr!(language, "task.set-public-address", address = address)
}

/// The name and the description of a service interface.
pub fn interface_text(interface: Interface, language: Language) -> (String, String) {
    match interface {
        Interface::Comments => (
            tr!(language, "interface.comments.name"),
            tr!(language, "interface.comments.description"),
        ),
        Interface::Admin => (
            tr!(language, "interface.admin.name"),
            tr!(language, "interface.admin.description"),
        ),
    }
}

/// A service interface, which the host lists with its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// The comments, which websites embed.
    Comments,
    /// The moderation panel.
    Admin,
}

/// The state of Isso, as the health check words it.
pub fn health_text(health: HealthText<'_>, language: Language) -> String {
    match health {
        HealthText::Name => tr!(language, "health.name"),
        HealthText::Ready => tr!(language, "health.ready"),
        HealthText::Starting => tr!(language, "health.starting"),
        HealthText::Reloading => tr!(language, "health.reloading"),
        HealthText::NotInForce(reason) => tr!(language, "health.not-in-force", reason = reason),
        HealthText::Down(reason) => tr!(language, "health.down", reason = reason),
        HealthText::Unsupervised => tr!(language, "health.unsupervised"),
    }
}

/// A state of Isso, or the name of the health check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthText<'a> {
    /// The name of the health check.
    Name,
    /// Isso answers requests.
    Ready,
    /// Isso does not answer yet.
    Starting,
    /// Isso answers, and is taking over changed settings.
    Reloading,
    /// Isso answers with other settings than those in the file, for this reason.
    NotInForce(&'a str),
    /// Isso does not answer, for this reason.
    Down(&'a str),
    /// No supervisor runs.
    Unsupervised,
}

/// Says whether Isso uses the settings that an action saved.
pub fn outcome_text(outcome: OutcomeText<'_>, language: Language) -> String {
    match outcome {
        OutcomeText::InForce => tr!(language, "outcome.in-force"),
        OutcomeText::Waits => tr!(language, "outcome.waits"),
        OutcomeText::NotYet => tr!(language, "outcome.not-yet"),
        OutcomeText::Refused(reason) => tr!(language, "outcome.refused", reason = reason),
        OutcomeText::Restarting(reason) => tr!(language, "outcome.restarting", reason = reason),
        OutcomeText::Down(reason) => tr!(language, "outcome.down", reason = reason),
    }
}

/// Whether Isso uses the settings that an action saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeText<'a> {
    /// Isso serves with them.
    InForce,
    /// Isso is not to run yet, and will start with them.
    Waits,
    /// Isso serves with the settings before, and is taking these over.
    NotYet,
    /// Isso serves with the settings before, for this reason.
    Refused(&'a str),
    /// Isso is being started again, for this reason.
    Restarting(&'a str),
    /// Isso should serve and does not, for this reason.
    Down(&'a str),
}

/// Says what is wrong with the database.
pub fn database_text(trouble: DatabaseText<'_>, language: Language) -> String {
    match trouble {
        DatabaseText::Corrupt(damage) => tr!(language, "database.corrupt", damage = damage),
        DatabaseText::Gone => tr!(language, "database.gone"),
        DatabaseText::Unsaved(reason) => tr!(language, "database.unsaved", reason = reason),
        DatabaseText::Unusable(reason) => tr!(language, "database.unusable", reason = reason),
    }
}

/// What can be wrong with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatabaseText<'a> {
    /// SQLite found this damage.
    Corrupt(&'a str),
    /// The database vanished, or lost its tables.
    Gone,
    /// The database can be read but not written, for this reason.
    Unsaved(&'a str),
    /// The database cannot be read or written, for this reason.
    Unusable(&'a str),
}

/// Says why the database cannot be used.
pub fn database_error_text(error: &DatabaseError, language: Language) -> String {
    let reason;
    let text = match error {
        DatabaseError::Corrupt { damage, .. } => DatabaseText::Corrupt(damage),
        DatabaseError::Missing { .. } | DatabaseError::Empty { .. } => DatabaseText::Gone,
        DatabaseError::Folder(..)
        | DatabaseError::Unwritable { .. }
        | DatabaseError::NotIsso { .. }
        | DatabaseError::Unreadable(..) => {
            reason = match error.source() {
                Some(cause) => format!("{error}: {cause}"),
                None => error.to_string(),
            };
            DatabaseText::Unusable(&reason)
        }
    };
    database_text(text, language)
}

/// The headline of a notification.
pub fn notice_title(notice: NoticeTitle, language: Language) -> String {
    match notice {
        NoticeTitle::Repaired => tr!(language, "notice.repaired"),
        NoticeTitle::Damaged => tr!(language, "notice.damaged"),
        NoticeTitle::NotInForce => tr!(language, "notice.not-in-force"),
    }
}

/// The subject of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeTitle {
    /// Settings that Isso would have refused were repaired.
    Repaired,
    /// The database that came with a backup is damaged.
    Damaged,
    /// Isso does not use the settings yet that an action saved.
    NotInForce,
}
