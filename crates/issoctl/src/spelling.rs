//! Commands in a text for a person.

use std::path::{Path, PathBuf};

use clap::CommandFactory;

use crate::cli::Cli;

/// How commands have to be written for a person.
#[derive(Debug, Clone)]
pub struct Spelling {
    /// The data folder, if commands have to name it.
    pub folder: Option<PathBuf>,
}

impl Spelling {
    /// A text with the commands in it spelled so that they work from any terminal, and on the data folder: `issoctl
    /// status` becomes `issoctl --data DIR status`, and the program is named by its path where the shell would not find
    /// it.
    pub fn with_folder(&self, text: &str) -> String {
        with_folder(text, self.folder.as_deref())
    }
}

/// Spells the commands in a text for a folder that they have to name.
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

/// This program, as a shell finds it.
fn program() -> String {
    let Ok(own) = std::env::current_exe() else {
        return "issoctl".to_owned();
    };
    // So it is called after another version was put in its place.
    let own = own.to_string_lossy();
    let own = own.trim_end_matches(" (deleted)");
    let found = which::which("issoctl").ok();
    match found.and_then(|path| path.canonicalize().ok()) {
        Some(found) if found == Path::new(own) => "issoctl".to_owned(),
        _ => shell_words::quote(own).into_owned(),
    }
}

/// A path as a shell takes it.
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
