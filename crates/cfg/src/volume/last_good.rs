//! Keeps the settings that Isso served with, so that a lost `isso.cfg` can be made again.

use std::path::PathBuf;

use super::check::refused;
use super::files::{self, is_read_only, write};
use super::{Volume, VolumeError};
use crate::document::Document;

impl Volume {
    pub(super) fn last_good_path(&self) -> PathBuf {
        let mut name = self.config.file_name().unwrap_or_default().to_owned();
        name.push(".last-good");
        self.config.with_file_name(name)
    }

    /// The settings that were kept last, unchanged.
    pub(super) fn remembered(&self) -> Option<Document> {
        let bytes = files::read(&self.last_good_path()).ok()??;
        self.document(&bytes).ok()
    }

    /// Whether the text was probably cut off while it was saved: it [ends within a line](ends_within_a_line_of) of the
    /// settings that were kept last, and means something else. Without kept settings the answer is no: there is nothing
    /// to compare the text with, and nothing to replace it by.
    pub(super) fn is_cut_off(&self, bytes: &[u8]) -> bool {
        let means_the_same = |good: &Document| {
            let cfg = self.document(bytes);
            cfg.is_ok_and(|cfg| cfg.means_the_same(good))
        };
        self.remembered()
            .is_some_and(|good| ends_within_a_line_of(good.as_str().as_bytes(), bytes) && !means_the_same(&good))
            && self.last_good().is_some()
    }
}

/// Whether a text has no line break at its end, and its last line is the beginning of a longer line of `whole`. A
/// writer that was stopped leaves such a text, which may hold half of a password. An editor that ends no file with a
/// line break leaves such a text as well; the two cannot be told apart.
///
/// A text that is the beginning of `whole` counts if it ends within a line. Where the text differs further above, its
/// last line must be the beginning of no whole line there.
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
    // Every indented line begins with blanks, and many files end with some.
    !last.trim_ascii().is_empty() && rests.clone().any(is_within_a_line) && rests.all(is_within_a_line)
}

/// Does the work of [`Volume::remember`].
pub(super) fn remember(volume: &Volume, good: &Document) -> Result<(), VolumeError> {
    let path = volume.last_good_path();
    let text = good.as_str().as_bytes();
    if files::read(&path)?.as_deref() == Some(text) {
        return Ok(());
    }
    match volume.lock().and_then(|_lock| write(&path, text)) {
        Err(VolumeError::Lock { source, .. } | VolumeError::Write { source, .. }) if is_read_only(&source) => Ok(()),
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
