//! Texts that belong to no action, for the hosts.

use crate::i18n::{Language, tr};

/// Why something was refused or failed, by the code of the state machine's refusal; `None` for a code without a text.
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

/// Why the critical task *Set Admin Password* stands there.
pub fn password_task_reason(language: Language) -> String {
    tr!(language, "task.set-admin-password")
}

/// What a service interface is called, and what it is for.
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

/// What a host shows of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// The comments, which websites embed.
    Comments,
    /// The moderation panel.
    Admin,
}

/// How Isso is, in words.
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

/// How Isso can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthText<'a> {
    /// What the check itself is called.
    Name,
    /// Isso answers.
    Ready,
    /// It does not answer yet.
    Starting,
    /// It answers, and changed settings are being put in force.
    Reloading,
    /// It answers, and by other settings than those in the file, for this reason.
    NotInForce(&'a str),
    /// It does not answer, for this reason.
    Down(&'a str),
    /// Nobody supervises it.
    Unsupervised,
}

/// Whether Isso has the settings that an action saved, in words.
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

/// How Isso can stand to settings that an action saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeText<'a> {
    /// It serves with them.
    InForce,
    /// It is not to run yet, and will start with them.
    Waits,
    /// It serves with those before, and takes these over.
    NotYet,
    /// It serves with those before, for this reason.
    Refused(&'a str),
    /// It is being started again, after this.
    Restarting(&'a str),
    /// It ought to serve and does not, for this reason.
    Down(&'a str),
}

/// What is wrong with the database, in words.
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
    /// It vanished, or lost its tables.
    Gone,
    /// It can be read, but nothing can be saved in it, for this reason.
    Unsaved(&'a str),
    /// It cannot be read or written, for this reason.
    Unusable(&'a str),
}

/// The headline of a notification.
pub fn notice_title(notice: NoticeTitle, language: Language) -> String {
    match notice {
        NoticeTitle::Repaired => tr!(language, "notice.repaired"),
        NoticeTitle::Damaged => tr!(language, "notice.damaged"),
        NoticeTitle::NotInForce => tr!(language, "notice.not-in-force"),
    }
}

/// What a person is notified of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeTitle {
    /// Settings were put right that Isso would have refused.
    Repaired,
    /// The database that came with a backup is damaged.
    Damaged,
    /// What an action saved, Isso does not have yet.
    NotInForce,
}
