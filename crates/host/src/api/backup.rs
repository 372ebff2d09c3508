//! Lets the host track a backup that a separate `issoctl backup create` process makes.

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

use super::api_state::ApiState;
use super::backup_slot::BackupSlot;
use super::extract::{JsonBody, Path, Query};
use super::language_query::LanguageQuery;
use super::types::Ended;
use crate::api_error::ApiError;
use crate::machine::HostHandle;

/// How often a line is written to the command that makes a backup.
const EVERY: Duration = Duration::from_secs(1);

/// Ends the backup when it is dropped, as hyper does when the command dies or disconnects.
struct BackupPermit {
    number: u64,
    slot: BackupSlot,
    host: HostHandle,
}

impl Drop for BackupPermit {
    fn drop(&mut self) {
        if self.slot.end(self.number) {
            let error = "the command that made the backup has ended early".into();
            finish(self.host.clone(), Err(error));
        }
    }
}

/// Tells the state machine that the backup has ended. The task goes on when the command is killed meanwhile.
fn finish(host: HostHandle, end: Result<(), PortError>) -> JoinHandle<()> {
    // Not `spawn_local`: axum's connections live outside of the local set.
    tokio::spawn(async move {
        // The host logs a failure, and the command prints it.
        let _ = host.send(Event::BackupFinished(end)).await;
    })
}

/// Answers with the backup's number, and goes on answering for as long as the connection lives.
pub(super) async fn begin(State(api): State<ApiState>, Query(query): Query<LanguageQuery>) -> Result<Body, ApiError> {
    // The task goes on when the client goes away before the answer. A backup that has begun by then ends with the
    // permit.
    let ApiState { service, backup, .. } = api;
    let begun = tokio::spawn(async move {
        let host = service.host;
        host.send(Event::Backup).await?;
        let number = backup.begin();
        Ok(BackupPermit {
            number,
            slot: backup,
            host,
        })
    });
    let begun = begun.await.unwrap_or(Err(Refusal::Bug));
    let permit = begun.map_err(|refusal| ApiError::with_cause(&refusal, Language::of(&query.language)))?;
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

pub(super) async fn end(
    State(api): State<ApiState>,
    Path(number): Path<u64>,
    JsonBody(ended): JsonBody<Ended>,
) -> Json<()> {
    if api.backup.end(number) {
        let end = ended.error.map_or(Ok(()), |error| Err(error.into()));
        let _ = finish(api.service.host, end).await;
    }
    Json(())
}
