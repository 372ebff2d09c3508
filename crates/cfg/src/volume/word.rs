//! The list of repairs that the person was not notified of yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::files::{folder, make_folder, read};
use super::{Note, Volume, VolumeError};

impl Volume {
    /// The same volume, in which repairs are written down until a hook [takes](Volume::take_word) the list. Where the
    /// process that repairs cannot tell the person, another one does.
    pub fn leaving_word(mut self) -> Volume {
        self.leaves_word = true;
        self
    }

    /// Takes the list of repairs, a line for each: what one process was given, no other is.
    pub fn take_word(&self) -> Result<Vec<String>, VolumeError> {
        let path = self.word_path();
        // Mostly there is none, and then no lock is taken either.
        if read(&path)?.is_none() {
            return Ok(Vec::new());
        }
        let _lock = self.lock()?;
        let Some(bytes) = read(&path)? else {
            return Ok(Vec::new());
        };
        fs::remove_file(&path).map_err(|source| VolumeError::Write { path, source })?;
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// Writes down what a person has to hear of. The caller holds the lock.
    pub(super) fn leave_word(&self, notes: &[Note]) -> Result<(), VolumeError> {
        let lines: String = notes
            .iter()
            .filter(|note| note.is_news())
            .map(|note| format!("{}\n", note.to_string().replace(['\n', '\r'], " ")))
            .collect();
        if !self.leaves_word || lines.is_empty() {
            return Ok(());
        }
        let path = self.word_path();
        make_folder(folder(&path))?;
        let append = || -> io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
            file.write_all(lines.as_bytes())
        };
        append().map_err(|source| VolumeError::Write { path, source })
    }

    fn word_path(&self) -> PathBuf {
        self.root.join("start9/repairs.txt")
    }
}
