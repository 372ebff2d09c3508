//! `POST /v1/restore`: puts files in place that a command has staged.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use isso_actions::Language;
use isso_backup::{Restored, StageError, stage_undo};
use isso_lifecycle::{State as Lifecycle, with_causes};

use super::api_state::ApiState;
use super::extract::{JsonBody, Query};
use super::language_query::LanguageQuery;
use super::status_route::probe;
use super::types::{Files, NOT_TOGETHER, NOT_TOGETHER_HINT, RestoreAnswer, RestoreBody, RestoreUndone};
use crate::api_error::ApiError;
use crate::blocking::{NotDone, run_blocking};

pub(super) async fn files(State(api): State<ApiState>) -> Json<Files> {
    let volume = &api.service.volume;
    Json(Files {
        root: volume.root().to_owned(),
        config: volume.config_path(),
        store: volume.store_path(),
        database: volume.db_path(),
        isso: probe(&api).await.version,
    })
}

/// Checks the files before Isso is stopped for them.
pub(super) async fn restore(
    State(api): State<ApiState>,
    Query(query): Query<LanguageQuery>,
    JsonBody(RestoreBody { staging }): JsonBody<RestoreBody>,
) -> Result<Json<RestoreAnswer>, ApiError> {
    let volume = api.service.volume.clone();
    if volume.store_path().is_none() {
        return Err(ApiError::failed(NOT_TOGETHER).hint(NOT_TOGETHER_HINT));
    }
    let found = run_blocking(move || isso_backup::find_staged(volume.root(), &staging)).await?;
    let from = found.map_err(|error| match error {
        StageError::NotStaged(..) => ApiError::wrong(with_causes(&error)),
        _ => ApiError::of(&error),
    })?;
    let language = Language::of(&query.language);
    // The task goes on when the command is killed before the answer, so that a restore with which Isso does not serve
    // is undone.
    let done = tokio::spawn(async move { put_in_place(&api, from, language).await }).await;
    done.map_err(|_| NotDone::Bug)?.map(Json)
}

/// Puts files in place. If Isso served before and does not serve with them, the files before are put back.
async fn put_in_place(api: &ApiState, from: PathBuf, language: Language) -> Result<RestoreAnswer, ApiError> {
    let served = matches!(api.service.host.state(), Lifecycle::Serving | Lifecycle::Reloading);
    let (restored, state) = api.service.host.restore(from, language).await?;
    let before = restored.before.clone();
    let undone = match served && state == Lifecycle::Recovering {
        true => Some(undo(api, restored, language).await),
        false => None,
    };
    Ok(RestoreAnswer { before, undone })
}

async fn undo(api: &ApiState, restored: Restored, language: Language) -> RestoreUndone {
    let why = api.supervisor.last_exit();
    let why = why.unwrap_or_else(|| "it ended without saying why".to_owned());
    tracing::warn!("Isso does not serve with the restored files, and gets those before: {why}");
    let root = api.service.volume.root().to_owned();
    let swapped = match run_blocking(move || stage_undo(&root, &restored)).await {
        Ok(Ok(before)) => api.service.host.restore(before, language).await,
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
    RestoreUndone { why, kept, failed }
}
