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

impl Volume {
    /// Whether this is where a writer of the settings that were kept last was stopped: it is their beginning, and ends in the
    /// midst of a line. Such a text may pass for settings without a password, or with half of one.
    pub(super) fn is_cut_off(&self, bytes: &[u8]) -> bool {
        let good = files::read(&self.last_good_path()).ok().flatten();
        let rest = good.as_deref().and_then(|it| it.strip_prefix(bytes));
        let is_within_a_line = |rest: &[u8]| !matches!(rest.first(), None | Some(b'\n' | b'\r'));
        rest.is_some_and(is_within_a_line) && !bytes.ends_with(b"\n") && self.last_good().is_some()
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
