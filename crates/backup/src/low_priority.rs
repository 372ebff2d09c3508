//! Work at the lowest scheduling priority, so that Isso goes first.

use std::thread;

/// Gives the calling thread, and every thread that it starts from now on, the lowest priority. If the kernel refuses,
/// the thread keeps its priority.
pub fn lower_priority() {
    // Linux sets it for the thread alone.
    let _ = rustix::process::nice(19);
}

/// Does work on a thread of its own that gets the processor only when no other thread wants it. Threads that it starts
/// have the same priority.
pub(crate) fn at_low_priority<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            lower_priority();
            work()
        });
        match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}
