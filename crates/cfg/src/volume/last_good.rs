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
    /// Whether this is where a writer was stopped, beside the settings that were kept last: see [`ends_within_a_line_of`].
    pub(super) fn is_cut_off(&self, bytes: &[u8]) -> bool {
        let good = files::read(&self.last_good_path()).ok().flatten();
        good.is_some_and(|good| ends_within_a_line_of(&good, bytes)) && self.last_good().is_some()
    }
}

/// Whether a text ends in the midst of a line of another, as where its writer was stopped: it is the other's beginning, or its
/// last line is the beginning of one there, for above it something may have been changed. Such a text may pass for settings
/// without a password, or with half of one.
///
/// Whole lines may be what a person has left.
pub(super) fn ends_within_a_line_of(whole: &[u8], text: &[u8]) -> bool {
    if text.ends_with(b"\n") {
        return false;
    }
    let is_within_a_line = |rest: &[u8]| !matches!(rest.first(), None | Some(b'\n' | b'\r'));
    if whole.strip_prefix(text).is_some_and(is_within_a_line) {
        return true;
    }
    let lines = |text| <[u8]>::split(text, |byte| *byte == b'\n');
    let last = lines(text).next_back().unwrap_or_default();
    let mut rests = lines(whole).filter_map(|line| line.strip_prefix(last));
    // Blanks begin every indented line, and are what many a file ends with.
    !last.trim_ascii().is_empty()
        && rests.clone().any(is_within_a_line)
        && rests.all(is_within_a_line)
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
