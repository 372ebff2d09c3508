//! The list of repairs that no notification has reported yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use super::files::{make_folder, read};
use super::{Note, Volume, VolumeError};
use crate::atomic::folder_of;

impl Volume {
    /// The same volume, which records each repair in a file until a process [takes](Volume::take_repairs) the list. The
    /// supervisor cannot notify a person of StartOS; the next hook can.
    pub fn recording_repairs(mut self) -> Volume {
        self.records_repairs = true;
        self
    }

    /// Takes the recorded repairs, one line each, and deletes the list, so that each repair is reported once.
    pub fn take_repairs(&self) -> Result<Vec<String>, VolumeError> {
        let path = self.repairs_path();
        // There is hardly ever a list, and then no lock is taken.
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

    /// Appends the notes that are news to a person. The caller holds the lock.
    pub(super) fn record_repairs(&self, notes: &[Note]) -> Result<(), VolumeError> {
        let lines: String = notes
            .iter()
            .filter(|note| note.is_news())
            .map(|note| format!("{}\n", note.to_string().replace(['\n', '\r'], " ")))
            .collect();
        if !self.records_repairs || lines.is_empty() {
            return Ok(());
        }
        let path = self.repairs_path();
        make_folder(folder_of(&path))?;
        let append = || -> io::Result<()> {
            let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
            file.write_all(lines.as_bytes())
        };
        append().map_err(|source| VolumeError::Write { path, source })
    }

    fn repairs_path(&self) -> PathBuf {
        self.root.join("start9/repairs.txt")
    }
}
