//! Work at the lowest scheduling priority, so that Isso goes first.

use std::thread;

/// Does work on a thread of its own that gets the processor only when no other thread wants it. Threads that it starts
/// have the same priority.
pub(crate) fn at_low_priority<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            // If the kernel refuses, the work is done at the usual priority. On Linux, this is the thread's alone.
            let _ = rustix::process::nice(19);
            work()
        });
        match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
