//! Files that a command has prepared are put in place.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use isso_actions::Language;
use isso_backup::{Restored, StageError, stage_undo};
use isso_lifecycle::{State as Lifecycle, with_causes};

use super::app::App;
use super::input::{Input, Query};
use super::query::Asker;
use super::status_route::ask;
use super::types::{Files, NOT_TOGETHER, NOT_TOGETHER_HINT, Prepared, Swapped, Undone};
use crate::api_error::ApiError;
use crate::aside::{NotDone, aside};

pub(super) async fn files(State(app): State<App>) -> Json<Files> {
    let volume = &app.service.volume;
    Json(Files {
        root: volume.root().to_owned(),
        config: volume.config_path(),
        store: volume.store_path(),
        database: volume.db_path(),
        isso: ask(&app).await.version,
    })
}

/// Looks at the files before Isso is stopped for them.
pub(super) async fn restore(
    State(app): State<App>,
    Query(asker): Query<Asker>,
    Input(Prepared { staging }): Input<Prepared>,
) -> Result<Json<Swapped>, ApiError> {
    let volume = app.service.volume.clone();
    if volume.store_path().is_none() {
        return Err(ApiError::failed(NOT_TOGETHER).hint(NOT_TOGETHER_HINT));
    }
    let found = aside(move || isso_backup::find_staged(volume.root(), &staging)).await?;
    let from = found.map_err(|error| match error {
        StageError::NotStaged(..) => ApiError::wrong(with_causes(&error)),
        _ => ApiError::of(&error),
    })?;
    let language = Language::of(&asker.language);
    // A task of its own goes on when the command is killed before the answer: a restore that has to be undone is.
    let done = tokio::spawn(async move { put_in_place(&app, from, language).await }).await;
    done.map_err(|_| NotDone::Bug)?.map(Json)
}

/// Puts files in place. If Isso served before and does not with them, those before are put back.
async fn put_in_place(app: &App, from: PathBuf, language: Language) -> Result<Swapped, ApiError> {
    let served = matches!(app.service.host.state(), Lifecycle::Serving | Lifecycle::Reloading);
    let (restored, state) = app.service.host.restore(from, language).await?;
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
        Ok(Ok(before)) => app.service.host.restore(before, language).await,
        Ok(Err(error)) => Err(ApiError::of(&error)),
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
