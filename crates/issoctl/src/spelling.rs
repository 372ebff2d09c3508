//! Writes commands in messages so that a person can paste them.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::cli::Cli;

/// How to write commands for a person.
#[derive(Debug, Clone)]
pub struct Spelling {
    /// The data folder, if commands have to name it because it is not the default one.
    pub folder: Option<PathBuf>,
}

impl Spelling {
    /// Rewrites the commands in a text so that they work in any terminal, and on the data folder: `issoctl status`
    /// becomes `issoctl --data DIR status`. If the shell would not find the program, its path replaces `issoctl`.
    pub fn with_folder(&self, text: &str) -> String {
        with_folder(text, self.folder.as_deref())
    }
}

/// Rewrites the commands in a text to name this folder.
fn with_folder(text: &str, named: Option<&Path>) -> String {
    let mut program = program();
    if let Some(folder) = named {
        program += &format!(" --data {}", shell_words::quote(&folder.to_string_lossy()));
    }
    let mut parts = text.split("issoctl ");
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let word = part.split(|c: char| !c.is_ascii_lowercase()).next();
        let is_command = Cli::command().find_subcommand(word.unwrap_or_default()).is_some();
        spelled += if is_command { &program } else { "issoctl" };
        spelled += " ";
        spelled += part;
    }
    spelled
}

/// The name or path by which a shell finds this program.
fn program() -> String {
    let Ok(own) = std::env::current_exe() else {
        return "issoctl".to_owned();
    };
    // The kernel adds this after an upgrade has replaced the file.
    let own = own.to_string_lossy();
    let own = own.trim_end_matches(" (deleted)");
    let found = which::which("issoctl").ok();
    match found.and_then(|path| path.canonicalize().ok()) {
        Some(found) if found == Path::new(own) => "issoctl".to_owned(),
        _ => shell_words::quote(own).into_owned(),
    }
}

/// Quotes a path for a shell.
pub fn quoted(path: &Path) -> String {
    shell_words::quote(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_a_text_lead_to_the_folder_that_was_named() {
        let program = program();
        assert_eq!(
            with_folder(
                "see `issoctl status` and `issoctl logs`, not issoctl itself",
                Some(Path::new("/srv/my site"))
            ),
            format!(
                "see `{program} --data '/srv/my site' status` and `{program} --data '/srv/my site' logs`, not issoctl itself"
            )
        );
        assert_eq!(
            with_folder("issoctl action run set-admin-password", None),
            format!("{program} action run set-admin-password")
        );
    }
}
