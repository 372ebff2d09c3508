//! Noticing edits of `isso.cfg`.

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

/// So long after a change it is taken for the last one, for some editors tell of no end.
const QUIET: Duration = Duration::from_millis(100);
/// So long after an end another save may follow: some editors and scripts save a file in two goes.
const PAUSE: Duration = Duration::from_millis(20);
/// Even where saving never ends, the file is looked at after so many of these waits.
const MAX_WAITS: usize = 10;
/// When it is looked at first: it may have been saved since it was read for the start, before it was watched.
const FIRST_CHECK: Duration = Duration::from_secs(1);

/// Tells the state machine whenever the file may say something else. Does not end.
///
/// Files that could not be settled are looked at with every poll: what stood in the way need not have been a file's
/// text.
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
