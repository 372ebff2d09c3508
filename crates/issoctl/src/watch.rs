//! Noticing that somebody edits `isso.cfg`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use isso_lifecycle::Event;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::error::chain;
use crate::host::Handle;

/// An editor saves in several steps; this long after the last one it is done.
const QUIET: Duration = Duration::from_millis(100);
/// Even where steps never end, the file is looked at after so many quiet times.
const STEPS: usize = 10;
/// How often the file is looked at where the system tells of no change, as on some network shares.
const POLL: Duration = Duration::from_secs(30);

/// Tells the state machine whenever the file may say something else. Does not end.
pub async fn follow(config: PathBuf, host: Handle) {
    let (sender, mut changes) = mpsc::channel(1);
    // Kept here too: without a watcher nobody else would hold the channel open.
    let mut watcher = watcher(&config, sender.clone());
    let folder = config.parent().unwrap_or(Path::new("/"));
    // What was saved since the start began is looked at with the first poll.
    let mut seen = None;
    loop {
        if let Ok(watcher) = &mut watcher {
            // Again each time, for the folder may be another one under the same name.
            let _ = watcher.watch(folder, RecursiveMode::NonRecursive);
        }
        if let Ok(Some(())) = timeout(POLL, changes.recv()).await {
            for _ in 0..STEPS {
                sleep(QUIET).await;
                if changes.try_recv().is_err() {
                    break;
                }
            }
        } else if look(&config) == seen {
            continue;
        }
        seen = look(&config);
        if let Err(refusal) = host.send(Event::SettingsChanged).await {
            tracing::warn!("{}", chain(&refusal).join(": "));
        }
    }
}

fn watcher(config: &Path, sender: mpsc::Sender<()>) -> notify::Result<RecommendedWatcher> {
    let name = config.file_name().map(OsStr::to_owned);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let concerns = event.is_ok_and(|event| {
            let named = |path: &PathBuf| {
                // Kubernetes changes a file by replacing the link `..data` beside it.
                path.file_name() == name.as_deref() || path.ends_with("..data")
            };
            is_change(event.kind) && (event.paths.is_empty() || event.paths.iter().any(named))
        });
        if concerns {
            // One that waits already says as much.
            let _ = sender.try_send(());
        }
    });
    if let Err(error) = &watcher {
        tracing::warn!("changes of isso.cfg are noticed only every {POLL:?}: {error}");
    }
    watcher
}

/// Reading a file is no change of it, and we read it after every change.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

fn look(config: &Path) -> Option<(SystemTime, u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let file = std::fs::metadata(config).ok()?;
    Some((file.modified().ok()?, file.len(), file.ino()))
}
