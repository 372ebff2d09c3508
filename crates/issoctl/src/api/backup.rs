//! Backups beside a running host: the command makes them, the host knows of it.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use isso_actions::Language;
use isso_backup::{Restored, StageError, stage_undo};
use isso_cfg::Volume;
use isso_lifecycle::{Event, PortError, Refusal, State as Lifecycle, with_causes};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval_at};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::IntervalStream;

use super::input::{Input, Path, Query};
use super::server::{App, Asker};
use crate::aside::{NotDone, aside};
use crate::host::Handle;
use crate::service::Problem;

/// How often a line is written to the command that makes a backup.
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
    /// The name of their folder in the data folder. No path: the host puts nothing else in place.
    pub staging: String,
}

/// What was put in place.
#[derive(Debug, Serialize, Deserialize)]
pub struct Swapped {
    /// Where the files before are now, or were until they were put back.
    pub before: Option<PathBuf>,
    /// Set if Isso did not serve with them.
    // An `up` that was started before issoctl was replaced does not tell it.
    #[serde(default)]
    pub undone: Option<Undone>,
}

/// A restore that was undone.
#[derive(Debug, Serialize, Deserialize)]
pub struct Undone {
    /// Why Isso did not serve.
    pub why: String,
    /// Where the files are now with which it did not.
    pub kept: Option<PathBuf>,
    /// Why the files before could not be put back, if they could not. They are still where a restore keeps them.
    pub failed: Option<String>,
}

/// The files of `supervise` may lie anywhere, and are renamed nowhere.
pub const NOT_TOGETHER: &str =
    "the files of this Isso do not lie in one folder, so they cannot be put in place at once";
/// What to do instead.
pub const NOT_TOGETHER_HINT: &str = "unpack the backup with --into DIR, stop Isso, and put the files where they belong";

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
pub(super) async fn begin(State(app): State<App>, Query(asker): Query<Asker>) -> Result<Body, Problem> {
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
    let permit = begun.map_err(|refusal| Problem::with_cause(&refusal, Language::of(&asker.language)))?;
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

/// Looks at the files before Isso is stopped for them.
pub(super) async fn restore(
    State(app): State<App>,
    Query(asker): Query<Asker>,
    Input(Prepared { staging }): Input<Prepared>,
) -> Result<Json<Swapped>, Problem> {
    let volume = app.service.volume.clone();
    if volume.store_path().is_none() {
        return Err(Problem::failed(NOT_TOGETHER).hint(NOT_TOGETHER_HINT));
    }
    let found = aside(move || isso_backup::find_staged(volume.root(), &staging)).await?;
    let from = found.map_err(|error| match error {
        StageError::NotStaged(..) => Problem::wrong(with_causes(&error)),
        _ => Problem::of(&error),
    })?;
    let language = Language::of(&asker.language);
    // A task of its own goes on when the command is killed before the answer: a restore that has to be undone is.
    let done = tokio::spawn(async move { put_in_place(&app, from, language).await }).await;
    done.map_err(|_| NotDone::Bug)?.map(Json)
}

/// Puts files in place. If Isso served before and does not with them, those before are put back.
async fn put_in_place(app: &App, from: PathBuf, language: Language) -> Result<Swapped, Problem> {
    let served = matches!(app.service.host.state(), Lifecycle::Serving | Lifecycle::Reloading);
    let (restored, state) = app.restores.restore(from, language).await?;
    let before = restored.before.clone();
    let undone = match served && state == Lifecycle::Recovering {
        true => Some(undo(app, restored, language).await),
        false => None,
    };
    Ok(Swapped { before, undone })
}

async fn undo(app: &App, restored: Restored, language: Language) -> Undone {
    let why = app.supervisor.last_exit();
    let why = why.unwrap_or_else(|| "it ended without saying why".to_owned());
    tracing::warn!("Isso does not serve with the restored files, and gets those before: {why}");
    let root = app.service.volume.root().to_owned();
    let swapped = match aside(move || stage_undo(&root, &restored)).await {
        Ok(Ok(before)) => app.restores.restore(before, language).await,
        Ok(Err(error)) => Err(Problem::of(&error)),
        Err(error) => Err(error.into()),
    };
    let (kept, failed) = match swapped {
        Ok((undone, _)) => (undone.before, None),
        Err(problem) => (None, Some(problem.message)),
    };
    if let Some(failed) = &failed {
        tracing::error!("the files before the restore could not be put back: {failed}");
    }
    Undone { why, kept, failed }
}
