//! Runs work that may wait for a disk or a lock on other threads than the one that keeps Isso up.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How many requests may wait for disks at a time. Each takes a thread of the runtime, which has other work to do, too.
static REQUESTS: Semaphore = Semaphore::const_new(16);

/// Why work was not done.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// The system allows no more threads.
    #[error("no thread could be started for it: the system allows no more processes")]
    NoThread,
    /// It panicked.
    #[error("a bug in issoctl ended it; its log says where")]
    Bug,
}

/// Runs the work of a request on another thread, once fewer than sixteen requests have such work under way.
pub async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotDone> {
    let permit = REQUESTS.acquire().await.expect("it is never closed");
    // If the client goes away, the work goes on and keeps its permit until it is done.
    on_thread(move || {
        let _permit = permit;
        work()
    })
    .await
}

/// Runs work on another thread of the runtime.
///
/// tokio panics where it cannot start its first thread, and would have the next thread do the work all the same. Here
/// the panic is caught, and the work is not done.
pub async fn on_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, NotDone> {
    let work = Arc::new(Mutex::new(Some(work)));
    let queued = Arc::clone(&work);
    let begin = || spawn_blocking(move || take(&queued).map(|work| work()));
    let Ok(begun) = catch_unwind(AssertUnwindSafe(begin)) else {
        take(&work);
        return Err(NotDone::NoThread);
    };
    begun.await.ok().flatten().ok_or(NotDone::Bug)
}

fn take<T>(from: &Mutex<Option<T>>) -> Option<T> {
    from.lock().unwrap_or_else(PoisonError::into_inner).take()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn work_without_a_thread_is_not_done_and_nothing_panics() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            // More than can be addressed.
            .thread_stack_size(1 << 50)
            .build()
            .unwrap();
        let is_done = Arc::new(AtomicBool::new(false));
        let work = Arc::clone(&is_done);
        let done = runtime.block_on(on_thread(move || work.store(true, Ordering::SeqCst)));
        assert!(matches!(done, Err(NotDone::NoThread)), "{done:?}");
        assert!(!is_done.load(Ordering::SeqCst));
        assert_eq!(Arc::strong_count(&is_done), 1, "the work is gone");
    }

    #[tokio::test]
    async fn work_that_panics_is_a_bug() {
        let done = on_thread(|| panic!("on purpose")).await;
        assert!(matches!(done, Err(NotDone::Bug)), "{done:?}");
        assert_eq!(on_thread(|| 1).await.unwrap(), 1);
    }
}
