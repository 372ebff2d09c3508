//! The table of the routes, and the short ones of them.

use axum::extract::State;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use isso_actions::Language;
use serde::Deserialize;

use super::api_state::ApiState;
use super::extract::{JsonBody, Path, Query};
use super::language_query::LanguageQuery;
use super::status_route::status;
use super::{backup, doctor, logs, restore};
use crate::action_service::{ActionDetails, ActionOutcome, ActionSummary, InvalidField, RunRequest};
use crate::api_error::ApiError;
use crate::blocking::run_blocking;
use crate::config_view::{SettingsReport, SettingsView};

/// The routes of the table in [`crate::api`].
pub(super) fn routes(api: ApiState) -> Router {
    Router::new()
        .route("/v1/status", get(status))
        .route("/v1/settings", get(settings))
        .route("/v1/check", get(check_settings))
        .route("/v1/actions", get(actions))
        .route("/v1/actions/{id}", get(action).post(run))
        .route("/v1/actions/{id}/check", post(check))
        .route("/v1/doctor", get(doctor::doctor))
        .route("/v1/files", get(restore::files))
        .route("/v1/backups", post(backup::begin))
        .route("/v1/backups/{number}", delete(backup::end))
        .route("/v1/restore", post(restore::restore))
        .route("/v1/logs", get(logs::logs))
        .route("/v1/stop", post(stop))
        .with_state(api)
}

#[derive(Deserialize)]
struct Reveal {
    #[serde(default)]
    reveal: bool,
}

async fn settings(State(api): State<ApiState>, Query(query): Query<Reveal>) -> Result<Json<SettingsView>, ApiError> {
    let settings = run_blocking(move || SettingsView::of(&api.service.volume, query.reveal)).await?;
    settings.map(Json).map_err(|error| ApiError::of(&error))
}

async fn check_settings(State(api): State<ApiState>) -> Result<Json<SettingsReport>, ApiError> {
    let checked = run_blocking(move || SettingsReport::of(&api.service.volume)).await?;
    checked.map(Json).map_err(|error| ApiError::of(&error))
}

async fn actions(
    State(api): State<ApiState>,
    Query(query): Query<LanguageQuery>,
) -> Result<Json<Vec<ActionSummary>>, ApiError> {
    run_blocking(move || api.service.list(Language::of(&query.language)))
        .await?
        .map(Json)
}

async fn action(
    State(api): State<ApiState>,
    Path(id): Path<String>,
    Query(query): Query<LanguageQuery>,
) -> Result<Json<ActionDetails>, ApiError> {
    run_blocking(move || api.service.show(&id, Language::of(&query.language)))
        .await?
        .map(Json)
}

async fn run(
    State(api): State<ApiState>,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<Json<ActionOutcome>, ApiError> {
    api.service.run(&id, request).await.map(Json)
}

async fn check(
    State(api): State<ApiState>,
    Path(id): Path<String>,
    JsonBody(request): JsonBody<RunRequest>,
) -> Result<Json<Vec<InvalidField>>, ApiError> {
    run_blocking(move || api.service.check(&id, &request)).await?.map(Json)
}

async fn stop(State(api): State<ApiState>) {
    api.stop.cancel();
}
