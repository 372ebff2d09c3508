//! Backups beside a running host: the command makes them, the host knows of it.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use isso_actions::Language;
use isso_lifecycle::{Event, PortError, Refusal};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::IntervalStream;

use super::app::App;
use super::current::Current;
use super::input::{Input, Path, Query};
use super::query::Asker;
use super::types::Ended;
use crate::api_error::ApiError;
use crate::machine::Handle;

/// How often a line is written to the command that makes a backup.
const EVERY: Duration = Duration::from_secs(1);

/// Ends the backup when the command that makes it dies or disconnects.
struct Permit {
    number: u64,
    current: Current,
    host: Handle,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.current.end(self.number) {
            let error = "the command that made the backup has ended early".into();
            finish(self.host.clone(), Err(error));
        }
    }
}

/// Tells the state machine, in a task of its own: it goes on when the command is killed meanwhile.
fn finish(host: Handle, end: Result<(), PortError>) -> JoinHandle<()> {
    // Not `spawn_local`: axum's connections live outside of the local set.
    tokio::spawn(async move {
        // The host logs a failure, and the command prints it.
        let _ = host.send(Event::BackupFinished(end)).await;
    })
}

/// Answers with the backup's number, and goes on answering for as long as the connection lives.
pub(super) async fn begin(State(app): State<App>, Query(asker): Query<Asker>) -> Result<Body, ApiError> {
    // A task of its own goes on when the asker goes away before the answer; what has begun by then ends with the
    // permit.
    let App { service, backup, .. } = app;
    let begun = tokio::spawn(async move {
        let host = service.host;
        host.send(Event::Backup).await?;
        let number = backup.begin();
        Ok(Permit {
            number,
            current: backup,
            host,
        })
    });
    let begun = begun.await.unwrap_or(Err(Refusal::Bug));
    let permit = begun.map_err(|refusal| ApiError::with_cause(&refusal, Language::of(&asker.language)))?;
    let number = permit.number;
    // hyper notices a lost client at the latest when it writes, so a line is written each second.
    let every = interval_at(Instant::now() + EVERY, EVERY);
    let more = IntervalStream::new(every).map(move |_| {
        let _held = &permit;
        "\n".to_owned()
    });
    let lines = tokio_stream::once(format!("{number}\n")).chain(more);
    Ok(Body::from_stream(lines.map(Ok::<_, Infallible>)))
}

pub(super) async fn end(State(app): State<App>, Path(number): Path<u64>, Input(ended): Input<Ended>) -> Json<()> {
    if app.backup.end(number) {
        let end = ended.error.map_or(Ok(()), |error| Err(error.into()));
        let _ = finish(app.service.host, end).await;
    }
    Json(())
}
