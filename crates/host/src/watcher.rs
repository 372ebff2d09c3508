//! Noticing edits of `isso.cfg`.

mod saving;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use isso_lifecycle::{Event, with_causes};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use self::saving::{POLL, Step, Watching, watcher};
use crate::aside::on_thread;
use crate::machine::Handle;
use crate::settings::Desk;

/// So long after a step it is taken for the last one, for some editors tell of no end.
const QUIET: Duration = Duration::from_millis(100);
/// So long after an end another save may follow: some editors and scripts save a file in two goes.
const PAUSE: Duration = Duration::from_millis(20);
/// Even where steps never end, the file is looked at after so many of these waits.
const WAITS: usize = 10;
/// When it is looked at first: it may have been saved since it was read for the start, before it was watched.
const FIRST: Duration = Duration::from_secs(1);

/// Tells the state machine whenever the file may say something else. Does not end.
///
/// Files that could not be settled are looked at with every poll: what stood in the way need not have been a file's
/// text.
pub async fn follow(config: PathBuf, host: Handle, desk: Arc<Desk>) {
    let (sender, mut steps) = watch::channel(Step::Done);
    // Kept here too: if there is no watcher, the channel would close.
    let watcher = Arc::new(Mutex::new(Watching(watcher(&config, sender.clone()))));
    let folder = config.parent().unwrap_or(Path::new("/")).to_owned();
    let (mut seen, mut within) = (None, FIRST);
    loop {
        // Again each time, for the folder may be another one under the same name; aside, for its disk may not answer.
        let (watcher, folder) = (Arc::clone(&watcher), folder.clone());
        let watch_again = move || {
            let mut watcher = watcher.lock().unwrap_or_else(PoisonError::into_inner);
            watcher.watch(&folder);
        };
        if let Err(error) = on_thread(watch_again).await {
            tracing::debug!("the folder of isso.cfg is not watched anew: {error}");
        }
        let changed = timeout(std::mem::replace(&mut within, POLL), steps.changed()).await;
        if let Ok(Ok(())) = changed {
            for _ in 0..WAITS {
                let _ = timeout(QUIET, steps.wait_for(|step| *step == Step::Done)).await;
                sleep(PAUSE).await;
                if !steps.has_changed().unwrap_or(false) {
                    break;
                }
            }
        } else if look(&config).await == seen && !desk.is_unsettled() {
            continue;
        }
        seen = look(&config).await;
        if let Err(refusal) = host.send(Event::SettingsChanged).await {
            tracing::warn!("{}", with_causes(&refusal));
        }
    }
}

async fn look(config: &Path) -> Option<(SystemTime, u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let config = config.to_owned();
    // The disk may not answer.
    let file = on_thread(|| std::fs::metadata(config)).await.ok()?.ok()?;
    Some((file.modified().ok()?, file.len(), file.ino()))
}
