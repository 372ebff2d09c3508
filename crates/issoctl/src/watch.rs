//! Noticing that somebody edits `isso.cfg`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use isso_lifecycle::Event;
use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

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
    let mut watcher = Watch::new(&config, sender);
    let mut seen = look(&config);
    loop {
        watcher.renew();
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
            tracing::warn!("{refusal}");
        }
    }
}

/// The system's word on a folder. A folder that is replaced is watched anew.
struct Watch {
    watcher: notify::Result<RecommendedWatcher>,
    folder: PathBuf,
    watched: Option<u64>,
}

impl Watch {
    fn new(config: &Path, sender: mpsc::Sender<()>) -> Watch {
        let name = config.file_name().map(OsStr::to_owned);
        let folder = config.parent().unwrap_or(Path::new("/")).to_owned();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let concerns = event.is_ok_and(|event| {
                let named = |path: &PathBuf| path.file_name() == name.as_deref();
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
        Watch {
            watcher,
            folder,
            watched: None,
        }
    }

    fn renew(&mut self) {
        use std::os::unix::fs::MetadataExt;
        let present = std::fs::metadata(&self.folder).ok().map(|it| it.ino());
        if let Ok(watcher) = &mut self.watcher
            && present != self.watched
        {
            let watched = watcher.watch(&self.folder, RecursiveMode::NonRecursive);
            self.watched = present.filter(|_| watched.is_ok());
        }
    }
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
