//! Tasks that begin again after a panic.

/// Spawns a task that the host needs as long as it lives, and begins it again after a panic.
pub fn restart_on_panic<F>(what: &'static str, work: impl Fn() -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    tokio::task::spawn_local(isso_daemon::keep_going(what, work));
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::oneshot;
    use tokio::task::LocalSet;

    use super::*;

    #[tokio::test]
    async fn work_that_panics_begins_again() {
        let (done, is_done) = oneshot::channel();
        let (done, is_first) = (Cell::new(Some(done)), Cell::new(true));
        let work = move || {
            let done = (!is_first.replace(false)).then(|| done.take().unwrap());
            async move { done.expect("panics at first").send(()).unwrap() }
        };
        let local = LocalSet::new();
        local.run_until(async { restart_on_panic("a test", work) }).await;
        local.run_until(is_done).await.unwrap();
    }
}
