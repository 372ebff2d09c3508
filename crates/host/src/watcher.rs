//! Notices edits of `isso.cfg`.

mod saving;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use isso_lifecycle::{Event, with_causes};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use self::saving::{CatchingWatcher, POLL, Saving, watcher};
use crate::blocking::on_thread;
use crate::machine::HostHandle;
use crate::settings::ActiveSettings;

/// If no change follows within this time, saving counts as finished: some editors never close the file.
const QUIET: Duration = Duration::from_millis(100);
/// How long to wait for another save after the file was saved: some editors and scripts save a file in two steps.
const PAUSE: Duration = Duration::from_millis(20);
/// After so many of these waits the file is reviewed even if saving never ends.
const MAX_WAITS: usize = 10;
/// When the file is checked first: it may have been saved after it was read for the start, and before it was watched.
const FIRST_CHECK: Duration = Duration::from_secs(1);

/// Sends [`Event::SettingsChanged`] whenever the file may have changed. Does not return.
///
/// Files that could not be prepared are reviewed with every poll, because the cause need not be in a file.
pub async fn watch_file(config: PathBuf, host: HostHandle, settings: Arc<ActiveSettings>) {
    let (sender, mut saving) = watch::channel(Saving::Done);
    // Kept here too: if there is no watcher, the channel would close.
    let watcher = Arc::new(Mutex::new(CatchingWatcher(watcher(&config, sender.clone()))));
    let folder = config.parent().unwrap_or(Path::new("/")).to_owned();
    let (mut seen, mut within) = (None, FIRST_CHECK);
    loop {
        // Again each time, for the folder may be another one under the same name; on another thread, for its disk may
        // not answer.
        let (watcher, folder) = (Arc::clone(&watcher), folder.clone());
        let watch_again = move || {
            let mut watcher = watcher.lock().unwrap_or_else(PoisonError::into_inner);
            watcher.watch(&folder);
        };
        if let Err(error) = on_thread(watch_again).await {
            tracing::debug!("the folder of isso.cfg is not watched anew: {error}");
        }
        let changed = timeout(std::mem::replace(&mut within, POLL), saving.changed()).await;
        if let Ok(Ok(())) = changed {
            for _ in 0..MAX_WAITS {
                let _ = timeout(QUIET, saving.wait_for(|saving| *saving == Saving::Done)).await;
                sleep(PAUSE).await;
                if !saving.has_changed().unwrap_or(false) {
                    break;
                }
            }
        } else if stamp(&config).await == seen && !settings.is_unprepared() {
            continue;
        }
        seen = stamp(&config).await;
        if let Err(refusal) = host.send(Event::SettingsChanged).await {
            tracing::warn!("{}", with_causes(&refusal));
        }
    }
}

async fn stamp(config: &Path) -> Option<(SystemTime, u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let config = config.to_owned();
    // The disk may not answer.
    let file = on_thread(|| std::fs::metadata(config)).await.ok()?.ok()?;
    Some((file.modified().ok()?, file.len(), file.ino()))
}
