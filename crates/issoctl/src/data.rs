//! The data folder of the standalone host.

mod lock;

use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use etcetera::BaseStrategy;
use isso_cfg::{Environment, Volume};

use crate::cli::Cli;
use crate::error::Failure;
use crate::owner;

pub use lock::{Holder, Taken};

/// Where everything of one Isso lives: the volume, the Python environment and the API's socket.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
    /// Whether it is the folder that is taken when none is named.
    by_default: bool,
}

impl DataDir {
    /// The folder given, else the user's data folder. Nothing is made yet.
    pub fn locate(given: Option<PathBuf>) -> Result<Self, Failure> {
        let default = etcetera::base_strategy::choose_base_strategy().map(|folders| folders.data_dir().join("issoctl"));
        let by_default = match (&given, &default) {
            (Some(given), Ok(default)) => given == default,
            (given, _) => given.is_none(),
        };
        let dir = given.map_or(default, Ok).map_err(|source| {
            Failure::new("there is no home folder to keep the data in", source).hint("name a folder with --data DIR")
        })?;
        let absolute = std::path::absolute(&dir)
            .map_err(|source| Failure::new(format!("no such place: {}", dir.display()), source))?;
        let is_folder = match std::fs::metadata(&absolute) {
            Ok(found) => found.is_dir(),
            Err(error) => error.kind() != ErrorKind::NotADirectory,
        };
        if !is_folder {
            let message = format!("{} is no folder, and lies in none", absolute.display());
            return Err(
                Failure::usage(message).hint("name the folder that holds config/ and db/, or a new one: --data DIR")
            );
        }
        match absolute.to_str() {
            // Isso expands `$NAME` in dbpath, and configparser trims it and ends it at a line break.
            Some(text) if !text.contains(['$', '\n', '\r']) && text.trim() == text => Ok(Self {
                path: absolute,
                by_default,
            }),
            _ => Err(Failure::usage(format!(
                "the data folder's name cannot stand in isso.cfg: {}",
                absolute.display()
            ))
            .hint("choose one without `$`, line breaks or white space at its end")),
        }
    }

    /// Makes the folder, for its owner alone.
    pub fn create(&self) -> Result<(), Failure> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)
            .map_err(|source| {
                Failure::new(format!("cannot make the folder {}", self.path.display()), source)
                    .hint("choose another one with --data DIR")
            })?;
        owner::look_again(&self.path)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A text for a person with the commands in it spelled so that they work from any terminal, and on this folder:
    /// `issoctl status` becomes `issoctl --data DIR status`, and the program is named by its path where the
    /// shell would not find it.
    pub fn spell(&self, text: &str) -> String {
        let mut program = program();
        if !self.by_default {
            let folder = self.path.to_string_lossy();
            program += &format!(" --data {}", shell_words::quote(&folder));
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

    /// The volume, as on StartOS, right inside the folder. The environment of this command stands in for that of the
    /// host.
    pub fn volume(&self) -> Volume {
        let dbpath = self.path.join("db/comments.db");
        Volume::new(&self.path, dbpath.to_string_lossy())
            .with_environment(Environment::of_other_process(std::env::vars_os()))
    }

    /// Fails where no Isso was ever set up, before anything is made there.
    pub fn holds_isso(&self) -> Result<(), Failure> {
        let volume = self.volume();
        // While a restore that was broken off is unfinished, the files may all lie in its folder.
        let files = [volume.config_path(), volume.db_path(), self.path.join(".restore")];
        if files.iter().any(|file| file.exists()) {
            return Ok(());
        }
        // What cannot be looked at may be there.
        if volume
            .config_path()
            .metadata()
            .is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
        {
            return Ok(());
        }
        let message = format!("no Isso is set up in {}", self.path.display());
        Err(Failure::usage(message).hint("set one up with `issoctl up`, or name another folder with --data DIR"))
    }

    /// The private Python environment.
    pub fn runtime(&self) -> PathBuf {
        self.path.join("runtime")
    }

    /// The folder for backups if `--to` names no other.
    pub fn backups(&self) -> PathBuf {
        self.path.join("backups")
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_a_text_lead_to_the_folder_that_was_named() {
        let program = program();
        let spell = |path: &str, by_default, text: &str| {
            let path = path.into();
            DataDir { path, by_default }.spell(text)
        };
        assert_eq!(
            spell(
                "/srv/my site",
                false,
                "see `issoctl status` and `issoctl logs`, not issoctl itself"
            ),
            format!(
                "see `{program} --data '/srv/my site' status` and `{program} --data '/srv/my site' logs`, not issoctl itself"
            )
        );
        assert_eq!(
            spell(
                "/home/a/.local/share/issoctl",
                true,
                "issoctl action run set-admin-password"
            ),
            format!("{program} action run set-admin-password")
        );
    }
}
