//! The settings that Isso ran well with, kept for the day on which `isso.cfg` is gone.

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

    /// The settings that were kept last, as they were.
    pub(super) fn remembered(&self) -> Option<Document> {
        let bytes = files::read(&self.last_good_path()).ok()??;
        self.document(&bytes).ok()
    }

    /// Whether the text was cut off while it was saved, for all that the settings tell that were kept last: it [ends
    /// within a line](ends_within_a_line_of) of them and means something else. Without such settings there is nothing
    /// to tell it by, and nothing to take in its place.
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
/// writer that was stopped leaves such a text, which may hold half of a password. A person may have written it as well,
/// with an editor that ends no file with a line break; the text alone does not tell the two apart.
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
    // Blanks begin every indented line, and are what many a file ends with.
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
