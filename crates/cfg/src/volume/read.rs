//! Reads the files of a volume.

use super::files::{is_read_only, read};
use super::{Volume, VolumeError};
use crate::diagnostic::Diagnostic;
use crate::document::Document;
use crate::repair;
use crate::store::Store;

/// The contents of the two files of a volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// `config/isso.cfg`.
    pub cfg: Document,
    /// `start9/store.json`.
    pub store: Store,
}

impl Contents {
    /// The contents of a new volume.
    pub fn fresh() -> Contents {
        Contents {
            cfg: repair::seed(),
            store: Store::default(),
        }
    }
}

impl Volume {
    /// Reads the files for a form. If `isso.cfg` has no settings or was cut off, gives the settings that
    /// [`prepare`](Volume::prepare) would make of it.
    pub fn contents(&self) -> Result<Contents, VolumeError> {
        let cfg = match self.read_filled() {
            Err(VolumeError::Missing { .. } | VolumeError::CutOff { .. }) => {
                self.last_good().unwrap_or_else(repair::seed)
            }
            cfg => cfg?,
        };
        Ok(Contents {
            cfg,
            store: self.read_store()?,
        })
    }

    /// Says whether a person could log in: there is an admin password, it is none of those that are published, and a
    /// preparation would not take it out.
    pub fn has_usable_password(&self) -> Result<bool, VolumeError> {
        match self.read_document() {
            Ok(cfg) => Ok(cfg.has_usable_password() && self.untrusted_password(&cfg).is_none()),
            Err(VolumeError::Missing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reads both files. A missing `store.json` reads as no mail.
    pub fn read(&self) -> Result<Contents, VolumeError> {
        Ok(Contents {
            cfg: self.read_document()?,
            store: self.read_store()?,
        })
    }

    /// Reads the bytes of both files, good or not, between two updates: first `isso.cfg`, then `store.json`. A missing
    /// file is `None`.
    pub fn originals(&self) -> Result<[Option<Vec<u8>>; 2], VolumeError> {
        // Where there can be no lock, there can be no update either.
        let _lock = match self.lock() {
            Err(VolumeError::Lock { source, .. }) if is_read_only(&source) => None,
            lock => Some(lock?),
        };
        let store = self.store.as_deref().map(read).transpose()?.flatten();
        Ok([read(&self.config)?, store])
    }

    pub(super) fn read_document(&self) -> Result<Document, VolumeError> {
        let path = || self.config.clone();
        let bytes = read(&self.config)?.ok_or_else(|| VolumeError::Missing { path: path() })?;
        self.document(&bytes).map_err(|diagnostics| VolumeError::Invalid {
            path: path(),
            diagnostics,
        })
    }

    /// Reads a text as a document of this volume.
    pub(super) fn document(&self, bytes: &[u8]) -> Result<Document, Vec<Diagnostic>> {
        Document::from_bytes(bytes).map(|cfg| cfg.with_environment(&self.environment))
    }

    /// Reads `isso.cfg`. An empty one counts as missing. So does one that sets nothing, if there are last good
    /// settings: a preparation would make it from them. A file that was cut off is an error of its own.
    pub(super) fn read_filled(&self) -> Result<Document, VolumeError> {
        let cfg = self.read_document()?;
        let path = || self.config.clone();
        let text = cfg.as_str();
        if text.trim().is_empty() || (!repair::has_settings(&cfg) && self.last_good().is_some()) {
            return Err(VolumeError::Missing { path: path() });
        }
        if self.is_cut_off(text.as_bytes()) {
            return Err(VolumeError::CutOff { path: path() });
        }
        Ok(cfg)
    }

    pub(super) fn read_store(&self) -> Result<Store, VolumeError> {
        let Some(path) = &self.store else {
            return Ok(Store::default());
        };
        match read(path)? {
            Some(bytes) => Store::from_bytes(&bytes).map_err(|source| VolumeError::Store {
                path: path.clone(),
                source,
            }),
            None => Ok(Store::default()),
        }
    }
}
