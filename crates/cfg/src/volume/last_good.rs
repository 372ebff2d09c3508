//! The settings that Isso ran well with, kept for the day on which `isso.cfg` is gone.

use std::path::PathBuf;

use super::files::{self, is_read_only, write};
use super::{Volume, VolumeError, refused};
use crate::document::Document;

impl Volume {
    pub(super) fn last_good_path(&self) -> PathBuf {
        let mut name = self.config.file_name().unwrap_or_default().to_owned();
        name.push(".last-good");
        self.config.with_file_name(name)
    }

    /// The settings that were kept last, as they were.
    pub(super) fn remembered(&self) -> Option<Document> {
        let bytes = files::read(&self.last_good_path()).ok()??;
        self.document(&bytes).ok()
    }
}

/// Does the work of [`Volume::remember`].
pub(super) fn remember(volume: &Volume, good: &Document) -> Result<(), VolumeError> {
    let path = volume.last_good_path();
    let text = good.as_str().as_bytes();
    if files::read(&path)?.as_deref() == Some(text) {
        return Ok(());
    }
    match volume.lock().and_then(|_lock| write(&path, text)) {
        Err(VolumeError::Lock { source, .. } | VolumeError::Write { source, .. })
            if is_read_only(&source) =>
        {
            Ok(())
        }
        kept => kept,
    }
}

/// Does the work of [`Volume::last_good`].
pub(super) fn read(volume: &Volume) -> Option<Document> {
    let mut cfg = volume.remembered()?;
    if cfg.untrusted_password().is_some() {
        return None;
    }
    volume.enforce(&mut cfg).ok()?;
    (cfg.has_usable_password() && refused(&cfg).is_empty()).then_some(cfg)
}
