//! The language of the person at the terminal.

use isso_host::actions::Language;

/// Reads the locale as every Unix program does: `LC_ALL`, then `LC_MESSAGES`, then `LANG`.
pub fn of_environment() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    Language::of(locale.as_deref().unwrap_or_default())
}
