//! Changes the files of a volume under its lock.

use super::files::{make_folder, write};
use super::read::Contents;
use super::set_aside::set_aside;
use super::{Volume, VolumeError};
use crate::atomic::folder_of;
use crate::document::EditError;

/// The outcome of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Updated<T> {
    /// What the edit returned.
    pub value: T,
    /// Whether `isso.cfg` was written with other bytes.
    pub cfg_changed: bool,
}

impl Volume {
    /// Changes the files under the lock: reads them, runs `edit`, puts the enforced keys right, and writes the files
    /// that changed.
    ///
    /// Nothing is written when `edit` fails. Other writers wait meanwhile, so `edit` must be quick. An `isso.cfg` that
    /// is empty or sets nothing counts as [missing](VolumeError::Missing): the changed file would hold the change
    /// alone. A file that was [cut off](VolumeError::CutOff) is left as it is: a person may have written it so.
    pub fn update<T, E: From<VolumeError>>(
        &self,
        edit: impl FnOnce(&mut Contents) -> Result<T, E>,
    ) -> Result<Updated<T>, E> {
        let _lock = self.lock()?;
        let before = Contents {
            cfg: self.read_filled()?,
            store: self.read_store()?,
        };
        let mut after = before.clone();
        // This comes before the edit, because a password that an action sets is trusted.
        let untrusted = self.enforce_panel(&mut after.cfg).map_err(unenforced)?;
        let value = edit(&mut after)?;
        self.enforce(&mut after.cfg).map_err(unenforced)?;
        if untrusted {
            set_aside(&self.config, "rejected", before.cfg.as_str().as_bytes())?;
        }
        if let Some(path) = self.store.as_deref().filter(|_| after.store != before.store) {
            make_folder(folder_of(path))?;
            write(path, after.store.to_text().as_bytes())?;
        }
        let cfg_changed = after.cfg != before.cfg;
        if cfg_changed {
            write(&self.config, after.cfg.as_str().as_bytes())?;
        }
        Ok(Updated { value, cfg_changed })
    }
}

/// The error of an enforced key that could not be written.
pub(super) fn unenforced(source: EditError) -> VolumeError {
    VolumeError::Enforce { source }
}
