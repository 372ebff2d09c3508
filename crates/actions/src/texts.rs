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
