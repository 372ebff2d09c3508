//! Marks the volume while Isso runs on it. The hooks on StartOS, which run in another container, look for the mark.

use isso_cfg::Volume;
use isso_lifecycle::State;
use tokio::sync::watch;
use tokio::task::spawn_local;

use crate::blocking::on_thread;

/// Keeps the volume marked as in use while Isso runs on it, or is being started on settings that were accepted. When
/// this process dies, the mark is gone too.
pub fn mark_while_running(volume: Volume, mut states: watch::Receiver<State>) {
    spawn_local(async move {
        let mut mark = None;
        loop {
            let state = *states.borrow_and_update();
            if !is_running(state) {
                mark = None;
            } else if mark.is_none() {
                let volume = volume.clone();
                // A hook that prepares the volume holds its lock for an instant.
                let marked = on_thread(move || volume.mark_in_use()).await;
                match marked {
                    Ok(Ok(marked)) => mark = Some(marked),
                    Ok(Err(error)) => {
                        tracing::warn!("the volume cannot be marked as in use: {error}");
                    }
                    Err(error) => {
                        tracing::error!("the volume cannot be marked as in use: {error}");
                    }
                }
            }
            if states.changed().await.is_err() {
                return;
            }
        }
    });
}

/// Whether settings with a usable password were accepted.
fn is_running(state: State) -> bool {
    match state {
        State::Starting | State::Serving | State::Reloading | State::Recovering => true,
        State::Installed | State::AwaitingPassword | State::Stopped | State::Restoring => false,
    }
}
