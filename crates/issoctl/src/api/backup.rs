//! Backups beside a running host: the command makes them, the host knows of it.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use isso_actions::Language;
use isso_cfg::Volume;
use isso_lifecycle::{BackupRequest, Event, Refusal};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, interval_at};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::IntervalStream;

use super::server::{App, Asker};
use crate::host::{Handle, NotRestored};
use crate::service::{Problem, ProblemKind};

/// How often a line is written to whoever makes a backup.
const EVERY: Duration = Duration::from_secs(1);

/// Where the files of the host's Isso are, and which Isso serves them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Files {
    root: PathBuf,
    config: PathBuf,
    store: Option<PathBuf>,
    database: PathBuf,
    /// The version of Isso, if one serves.
    pub isso: Option<String>,
}

/// The end of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ended {
    /// Why there is none, if there is none.
    pub error: Option<String>,
}

/// Files to be put in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct Prepared {
    /// Where they are.
    pub from: PathBuf,
}

/// What was put in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct Swapped {
    /// Where the files before are now.
    pub before: Option<PathBuf>,
}

impl Files {
    /// The volume that these are the files of.
    pub fn volume(&self) -> Volume {
        let database = self.database.to_string_lossy();
        match self.store {
            Some(_) => Volume::new(&self.root, database),
            None => Volume::of_config(&self.config, database),
        }
    }

    /// Whether they lie in one folder, as those of `up` do.
    pub fn are_together(&self) -> bool {
        self.store.is_some()
    }
}

/// The backup that is being made, by a number of its own.
#[derive(Debug, Clone, Default)]
pub struct Current(Arc<Mutex<Numbers>>);

#[derive(Debug, Default)]
struct Numbers {
    last: u64,
    current: Option<u64>,
}

impl Current {
    fn begin(&self) -> u64 {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        numbers.last += 1;
        numbers.current = Some(numbers.last);
        numbers.last
    }

    /// Says whether it was this one's to end.
    fn end(&self, number: u64) -> bool {
        let mut numbers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is = numbers.current == Some(number);
        if is {
            numbers.current = None;
        }
        is
    }
}

/// Ends the backup when whoever makes it goes away without a word.
struct Permit {
    number: u64,
    current: Current,
    host: Handle,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.current.end(self.number) {
            let host = self.host.clone();
            // Not `spawn_local`: axum's connections live outside of the local set.
            tokio::spawn(async move {
                let error = "the command that made the backup has ended early".into();
                let _ = host.send(Event::BackupFinished(Err(error))).await;
            });
        }
    }
}

pub(super) async fn files(State(app): State<App>) -> Json<Files> {
    let volume = &app.service.volume;
    Json(Files {
        root: volume.root().to_owned(),
        config: volume.config_path(),
        store: volume.store_path(),
        database: volume.db_path(),
        isso: super::server::ask(&app).await.version,
    })
}

/// Answers with the backup's number, and goes on answering for as long as the connection lives.
pub(super) async fn begin(
    State(app): State<App>,
    Query(asker): Query<Asker>,
    Json(to): Json<PathBuf>,
) -> Result<Body, Problem> {
    // A task of its own goes on when the asker goes away before the answer; what has begun by then ends with the permit.
    let App {
        service, backup, ..
    } = app;
    let begun = tokio::spawn(async move {
        let host = service.host;
        host.send(Event::Backup(BackupRequest { to })).await?;
        let number = backup.begin();
        Ok(Permit {
            number,
            current: backup,
            host,
        })
    });
    let begun = begun.await.unwrap_or(Err(Refusal::Bug));
    let permit =
        begun.map_err(|refusal| Problem::with_cause(&refusal, Language::of(&asker.language)))?;
    let number = permit.number;
    // Only who writes notices that nobody reads.
    let every = interval_at(Instant::now() + EVERY, EVERY);
    let more = IntervalStream::new(every).map(move |_| {
        let _held = &permit;
        "\n".to_owned()
    });
    let lines = tokio_stream::once(format!("{number}\n")).chain(more);
    Ok(Body::from_stream(lines.map(Ok::<_, Infallible>)))
}

pub(super) async fn end(
    State(app): State<App>,
    Path(number): Path<u64>,
    Json(ended): Json<Ended>,
) -> Json<()> {
    if app.backup.end(number) {
        let end = ended.error.map_or(Ok(()), |error| Err(error.into()));
        // A failure is logged, and known to whoever tells it.
        let _ = app.service.host.send(Event::BackupFinished(end)).await;
    }
    Json(())
}

pub(super) async fn restore(
    State(app): State<App>,
    Query(asker): Query<Asker>,
    Json(Prepared { from }): Json<Prepared>,
) -> Result<Json<Swapped>, Problem> {
    let restored = app.restores.restore(from).await;
    match restored {
        Ok(restored) => Ok(Json(Swapped {
            before: restored.before,
        })),
        Err(NotRestored::Refused(refusal)) => {
            Err(Problem::with_cause(&refusal, Language::of(&asker.language)))
        }
        Err(NotRestored::Failed(message)) => Err(Problem {
            kind: ProblemKind::Failed,
            message,
            field: None,
            hint: None,
        }),
    }
}
