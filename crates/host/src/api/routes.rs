//! The routes, and those that only hand on what is asked.

use axum::extract::State;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use isso_actions::Language;
use serde::Deserialize;

use super::app::App;
use super::input::{Input, Path, Query};
use super::query::Asker;
use super::status_route::status;
use super::{backup, logs, restore};
use crate::action_service::{Listed, Ran, RunRequest, Shown, Wrong};
use crate::api_error::ApiError;
use crate::aside::aside;
use crate::config_view::{SettingsReport, SettingsView};

/// The routes of the table in [`crate::api`].
pub(super) fn routes(app: App) -> Router {
    Router::new()
        .route("/v1/status", get(status))
        .route("/v1/settings", get(shown))
        .route("/v1/check", get(checked))
        .route("/v1/actions", get(actions))
        .route("/v1/actions/{id}", get(action).post(run))
        .route("/v1/actions/{id}/check", post(check))
        .route("/v1/files", get(restore::files))
        .route("/v1/backups", post(backup::begin))
        .route("/v1/backups/{number}", delete(backup::end))
        .route("/v1/restore", post(restore::restore))
        .route("/v1/logs", get(logs::logs))
        .route("/v1/stop", post(stop))
        .with_state(app)
}

#[derive(Deserialize)]
struct Reveal {
    #[serde(default)]
    reveal: bool,
}

async fn shown(State(app): State<App>, Query(query): Query<Reveal>) -> Result<Json<SettingsView>, ApiError> {
    let settings = aside(move || SettingsView::of(&app.service.volume, query.reveal)).await?;
    settings.map(Json).map_err(|error| ApiError::of(&error))
}

async fn checked(State(app): State<App>) -> Result<Json<SettingsReport>, ApiError> {
    let checked = aside(move || SettingsReport::of(&app.service.volume)).await?;
    checked.map(Json).map_err(|error| ApiError::of(&error))
}

async fn actions(State(app): State<App>, Query(asker): Query<Asker>) -> Result<Json<Vec<Listed>>, ApiError> {
    aside(move || app.service.list(Language::of(&asker.language)))
        .await?
        .map(Json)
}

async fn action(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asker): Query<Asker>,
) -> Result<Json<Shown>, ApiError> {
    aside(move || app.service.show(&id, Language::of(&asker.language)))
        .await?
        .map(Json)
}

async fn run(
    State(app): State<App>,
    Path(id): Path<String>,
    Input(request): Input<RunRequest>,
) -> Result<Json<Ran>, ApiError> {
    app.service.run(&id, request).await.map(Json)
}

async fn check(
    State(app): State<App>,
    Path(id): Path<String>,
    Input(request): Input<RunRequest>,
) -> Result<Json<Vec<Wrong>>, ApiError> {
    aside(move || app.service.check(&id, &request)).await?.map(Json)
}

async fn stop(State(app): State<App>) {
    app.stop.cancel();
}
