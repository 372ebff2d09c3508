//! Tells a file that is lost or broken from one that an editor is saving at this moment.

use std::thread;
use std::time::Duration;

use super::Volume;
use super::check::refused;
use super::files::read;
use crate::document::Document;

/// An editor that saves in place empties the file first and then fills it, and one that saves by renaming may take it
/// away for an instant. So a file that needs repair is read so many times more, after such a pause, before it is
/// repaired.
const RETRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// Reads the state of a file until it needs no repair, or until no retry is left. Gives the state that was read last.
pub(super) fn read_until_stable<T>(read: impl Fn() -> T, needs_repair: impl Fn(&T) -> bool) -> T {
    let mut state = read();
    for _ in 0..RETRIES {
        if !needs_repair(&state) {
            break;
        }
        thread::sleep(PAUSE);
        state = read();
    }
    state
}

/// Waits until `isso.cfg` is fine, or until an editor would have had time to save it.
pub(super) fn wait_until_saved(volume: &Volume) {
    read_until_stable(|| may_be_half_saved(volume), |half_saved| *half_saved);
}

fn may_be_half_saved(volume: &Volume) -> bool {
    match read(&volume.config) {
        // It is no file, or one that this user may not read.
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
