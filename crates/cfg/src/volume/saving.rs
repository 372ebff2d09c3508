//! Telling a file that is lost or broken from one that is just being saved.

use std::thread;
use std::time::Duration;

use super::files::read;
use super::{Volume, refused};
use crate::document::Document;

/// An editor that saves in place empties the file first and then fills it, and one that saves by renaming may take it
/// away for an instant. So what needs our hand is looked at so many times more, after such a pause, before it is
/// believed.
const LOOKS: usize = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// Looks at something until it needs no hand of ours, or has been looked at often enough.
pub(super) fn believe<T>(look: impl Fn() -> T, needs_hand: impl Fn(&T) -> bool) -> T {
    let mut seen = look();
    for _ in 0..LOOKS {
        if !needs_hand(&seen) {
            break;
        }
        thread::sleep(PAUSE);
        seen = look();
    }
    seen
}

/// Waits until `isso.cfg` is fine, or what is wrong with it is no editor's doing.
pub(super) fn wait_until_saved(volume: &Volume) {
    believe(|| may_be_half_saved(volume), |half_saved| *half_saved);
}

fn may_be_half_saved(volume: &Volume) -> bool {
    match read(&volume.config) {
        // It is no file, or none of ours to read.
        Err(_) => false,
        // Nothing was ever saved on a fresh volume.
        Ok(None) => volume.last_good_path().exists(),
        Ok(Some(bytes)) if bytes.trim_ascii().is_empty() || volume.is_cut_off(&bytes) => true,
        Ok(Some(bytes)) => match Document::from_bytes(&bytes) {
            Err(_) => true,
            // Half of a file may lack its password.
            Ok(cfg) if !cfg.has_usable_password() => volume.last_good().is_some(),
            Ok(cfg) => !refused(&cfg).is_empty(),
        },
    }
}
