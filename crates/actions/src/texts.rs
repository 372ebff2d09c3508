//! Texts that belong to no action, for the hosts.

use crate::i18n::{Language, tr};

/// Why something was refused, by the code of the state machine's refusal; `None` for a code without a text.
pub fn refusal_text(code: &str, language: Language) -> Option<String> {
    Some(match code {
        "not-initialised" => tr!(language, "refusal.not-initialised"),
        "no-password" => tr!(language, "refusal.no-password"),
        "backup-running" => tr!(language, "refusal.backup-running"),
        "restore-running" => tr!(language, "refusal.restore-running"),
        _ => return None,
    })
}

/// Why the critical task *Set Admin Password* stands there.
pub fn password_task_reason(language: Language) -> String {
    tr!(language, "task.set-admin-password")
}
