//! `GET /v1/status`: how Isso is, asked just now.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use isso_daemon::Phase;
use isso_lifecycle::{State as Lifecycle, with_causes};
use serde::Deserialize;
use tokio::time::{sleep, timeout};

use super::app::App;
use super::input::Query;
use super::status::{Probe, Status};
use crate::api_error::ApiError;
use crate::aside::{aside, on_thread};
use crate::checks::DatabaseStatus;
use crate::host_info::url;
use crate::settings::SettingsStatus;

/// How long the status waits for a disk.
const DISK: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
pub(super) struct Settled {
    #[serde(default)]
    settled: bool,
}

pub(super) async fn status(State(app): State<App>, Query(query): Query<Settled>) -> Result<Json<Status>, ApiError> {
    if query.settled {
        // A change that is neither in force nor refused is still on its way, whatever the state.
        let _ = timeout(Duration::from_secs(30), settled(&app)).await;
    }
    let host = &app.service.host;
    let (state, backing_up) = (host.state(), host.is_backing_up());
    let (probe, unwritable) = tokio::join!(ask(&app), app.supervisor.unwritable());
    let database = app.database.borrow().clone();
    let settings = settings(&app).await;
    let supervisor = on_thread(move || app.supervisor.status()).await?;
    Ok(Json(Status {
        state,
        backing_up,
        serving: probe.error.is_none(),
        url: url(app.listen),
        password_needed: *app.password_needed.borrow(),
        websites: app.desk.websites(),
        probe,
        pid: std::process::id(),
        dropped_lines: app.dropped_lines.load(Ordering::Relaxed),
        settings,
        database: DatabaseStatus { unwritable, ..database },
        supervisor,
    }))
}

/// Asks Isso how it is. One that does not run yet is not asked: the port is open, and the question would wait with
/// the visitors' requests.
pub(super) async fn ask(app: &App) -> Probe {
    let phase = app.supervisor.phase();
    let answer = match phase {
        Phase::Serving | Phase::Reloading => isso_daemon::probe(app.listen)
            .await
            .map_err(|error| with_causes(&error)),
        Phase::Starting => Err("Isso is starting".to_owned()),
        Phase::Stopped | Phase::Waiting | Phase::Stopping => Err("Isso does not run".to_owned()),
    };
    Probe {
        version: answer.as_ref().ok().map(|info| info.version.clone()),
        error: answer.err(),
    }
}

/// While a predecessor may still answer, the settings are not quite in force.
async fn settings(app: &App) -> SettingsStatus {
    let desk = Arc::clone(&app.desk);
    let read = timeout(DISK, aside(move || desk.status())).await;
    let settings = match read {
        Ok(Ok(settings)) => settings,
        Ok(Err(error)) => SettingsStatus::unknown(error.to_string()),
        Err(_) => SettingsStatus::unknown(format!(
            "isso.cfg could not be read within {DISK:?}: its disk does not answer"
        )),
    };
    let alone = app.supervisor.phase() != Phase::Reloading;
    SettingsStatus {
        in_force: settings.in_force && alone,
        ..settings
    }
}

/// Waits until a change is in force, or will not be. An Isso that was killed is started again meanwhile,
/// which one start that fails ends.
async fn settled(app: &App) {
    let restarts = app.supervisor.restarts();
    loop {
        let state = app.service.host.settled().await;
        if state == Lifecycle::Recovering && app.supervisor.restarts() == restarts {
            sleep(Duration::from_millis(20)).await;
            continue;
        }
        let settings = settings(app).await;
        if state != Lifecycle::Serving || settings.in_force || settings.reason.is_some() {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}
