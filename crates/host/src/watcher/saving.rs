//! How far an editor is with saving a file, from the kernel's events.

use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

/// How often the file is checked on file systems that notify of no change, such as some network shares.
pub(super) const POLL: Duration = Duration::from_secs(30);

/// How far an editor is with saving the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saving {
    /// The file is being written, or is away.
    Begun,
    /// It was closed, or another one took its place.
    Done,
}

/// A watcher whose panics are caught; nothing once it has panicked.
///
/// A watcher of notify whose thread could not be started, because the system allows no more processes, panics when it
/// is to watch a folder, and again when it is dropped.
pub(super) struct CatchingWatcher<W: Watcher>(pub(super) Option<W>);

impl<W: Watcher> CatchingWatcher<W> {
    /// Watches a folder, which may be another one than before under the same name.
    pub(super) fn watch(&mut self, folder: &Path) {
        let Some(watcher) = &mut self.0 else { return };
        // A folder that is missing may be there the next time.
        let watch = || watcher.watch(folder, RecursiveMode::NonRecursive);
        if catch_unwind(AssertUnwindSafe(watch)).is_err() {
            tracing::warn!(
                "changes of isso.cfg are noticed only every {POLL:?}: no thread could be started to watch it"
            );
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        let watcher = self.0.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(watcher)));
    }
}

impl<W: Watcher> Drop for CatchingWatcher<W> {
    fn drop(&mut self) {
        self.give_up();
    }
}

/// Watches how far the saving of this file is, and sends it.
pub(super) fn watcher(config: &Path, saving: watch::Sender<Saving>) -> Option<RecommendedWatcher> {
    let name = config.file_name().map(OsStr::to_owned);
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        let named = |path: &PathBuf| {
            // Kubernetes changes a file by replacing the link `..data` beside it.
            path.file_name() == name.as_deref() || path.ends_with("..data")
        };
        if let Some(saved) = progress(event.kind)
            && (event.paths.is_empty() || event.paths.iter().any(named))
        {
            saving.send_replace(saved);
        }
    });
    watcher
        .inspect_err(|error| {
            tracing::warn!("changes of isso.cfg are noticed only every {POLL:?}: {error}");
        })
        .ok()
}

/// How far the saving is, by one event of the folder. Reading is not saving: we read the file ourselves after every
/// change.
fn progress(kind: EventKind) -> Option<Saving> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Metadata(_))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To | RenameMode::Both)) => Some(Saving::Done),
        EventKind::Access(_) => None,
        _ => Some(Saving::Begun),
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, MetadataKind};

    use super::*;

    /// As one of notify's whose thread could not be started.
    #[derive(Debug)]
    struct Threadless;

    impl Watcher for Threadless {
        fn new<F: notify::EventHandler>(_: F, _: notify::Config) -> notify::Result<Self> {
            Ok(Threadless)
        }

        fn watch(&mut self, _: &Path, _: RecursiveMode) -> notify::Result<()> {
            panic!("on purpose")
        }

        fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
            Ok(())
        }

        fn kind() -> notify::WatcherKind {
            notify::WatcherKind::NullWatcher
        }
    }

    impl Drop for Threadless {
        fn drop(&mut self) {
            panic!("on purpose, once more")
        }
    }

    #[test]
    fn a_watcher_without_its_thread_ends_nothing() {
        drop(CatchingWatcher(Some(Threadless)));
        let mut watching = CatchingWatcher(Some(Threadless));
        watching.watch(Path::new("/"));
        assert!(watching.0.is_none(), "it is given up");
        watching.watch(Path::new("/"));
    }

    #[test]
    fn a_file_is_saved_once_it_is_closed_or_in_place() {
        let wrote = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let closed = |mode| EventKind::Access(AccessKind::Close(mode));
        let renamed = |mode| EventKind::Modify(ModifyKind::Name(mode));
        let changed = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        for (kind, expected) in [
            (EventKind::Create(CreateKind::File), Some(Saving::Begun)),
            (wrote, Some(Saving::Begun)),
            (renamed(RenameMode::From), Some(Saving::Begun)),
            (renamed(RenameMode::To), Some(Saving::Done)),
            (renamed(RenameMode::Both), Some(Saving::Done)),
            (closed(AccessMode::Write), Some(Saving::Done)),
            (changed, Some(Saving::Done)),
            (closed(AccessMode::Read), None),
            (EventKind::Access(AccessKind::Open(AccessMode::Any)), None),
        ] {
            assert_eq!(progress(kind), expected, "{kind:?}");
        }
    }
}
