//! Finds the data folder of a command.

use std::io::ErrorKind;
use std::ops::Deref;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use isso_host::DataDir;
use isso_host::cfg::{Environment, Volume};

use crate::failure::Failure;
use crate::owner;
use crate::spelling::Spelling;

/// The data folder of a command.
#[derive(Debug, Clone)]
pub struct DataFolder {
    dir: DataDir,
    spelling: Spelling,
}

impl DataFolder {
    /// Takes the given folder, else the default one. Creates nothing.
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
            // The folder's name is part of dbpath. Isso expands `$NAME` in it, and configparser trims it and ends it at
            // a line break.
            Some(text) if !text.contains(['$', '\n', '\r']) && text.trim() == text => Ok(Self {
                spelling: Spelling {
                    folder: (!by_default).then(|| absolute.clone()),
                },
                dir: DataDir::new(absolute),
            }),
            _ => Err(Failure::usage(format!(
                "the data folder's name cannot stand in isso.cfg: {}",
                absolute.display()
            ))
            .hint("choose one without `$`, line breaks or white space at its end")),
        }
    }

    /// How to write commands that work on the folder.
    pub fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    /// Writes the commands in a text so that they work on the folder.
    pub fn with_folder(&self, text: &str) -> String {
        self.spelling.with_folder(text)
    }

    /// Creates the folder, accessible to its owner alone. Root then checks the owner again.
    pub fn create(&self) -> Result<(), Failure> {
        self.dir.create()?;
        Ok(owner::check_again(self.path())?)
    }

    /// The volume in the folder. The environment of this command is used, because that of the host is unknown.
    pub fn volume(&self) -> Volume {
        self.dir.volume(Environment::of_other_process(std::env::vars_os()))
    }
}

impl Deref for DataFolder {
    type Target = DataDir;

    fn deref(&self) -> &DataDir {
        &self.dir
    }
}
