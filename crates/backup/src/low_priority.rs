//! Work that lets Isso go first.

use std::thread;

/// Does work on a thread of its own that gets the processor only when nobody else wants it. Threads that
/// it starts do likewise.
pub(crate) fn at_low_priority<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            // Where it is not granted, the work is only less gentle. On Linux this is the thread's alone.
            let _ = rustix::process::nice(19);
            work()
        });
        match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
