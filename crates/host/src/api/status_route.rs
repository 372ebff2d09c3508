//! `GET /v1/status`: asks Isso, the supervisor and the disk for the status.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use isso_daemon::Phase;
use isso_lifecycle::with_causes;
use serde::Deserialize;
use tokio::time::timeout;

use super::api_state::ApiState;
use super::applied::wait_until_applied;
use super::extract::Query;
use super::status::{Probe, Status};
use crate::api_error::ApiError;
use crate::blocking::{on_thread, run_blocking};
use crate::checks::DatabaseStatus;
use crate::host_info::url;
use crate::settings::SettingsStatus;

/// How long `?settled=true` waits.
const APPLIED_WITHIN: Duration = Duration::from_secs(30);
/// How long the status waits for a disk.
const DISK_LIMIT: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
pub(super) struct StatusQuery {
    #[serde(default)]
    settled: bool,
}

pub(super) async fn status(
    State(api): State<ApiState>,
    Query(query): Query<StatusQuery>,
) -> Result<Json<Status>, ApiError> {
    if query.settled {
        // A change that is neither in force nor refused is still on its way, whatever the state.
        let _ = timeout(APPLIED_WITHIN, wait_until_applied(&api)).await;
    }
    let host = &api.service.host;
    let (state, backing_up) = (host.state(), host.is_backing_up());
    let (probe, unwritable) = tokio::join!(probe(&api), api.supervisor.unwritable());
    let database = api.database.borrow().clone();
    let settings = settings(&api).await;
    let supervisor = on_thread(move || api.supervisor.status()).await?;
    Ok(Json(Status {
        state: state.into(),
        backing_up,
        serving: probe.error.is_none(),
        url: url(api.listen),
        password_needed: *api.password_needed.borrow(),
        websites: api.settings.websites(),
        public_address: api.settings.public_address(),
        probe,
        pid: std::process::id(),
        dropped_lines: api.dropped_lines.load(Ordering::Relaxed),
        settings,
        database: DatabaseStatus { unwritable, ..database },
        supervisor,
    }))
}

/// Asks Isso for its version. While Isso does not run, no request is sent: the port is open, and the request would wait
/// with those of visitors.
pub(super) async fn probe(api: &ApiState) -> Probe {
    let phase = api.supervisor.phase();
    let answer = match phase {
        Phase::Serving | Phase::Reloading => isso_daemon::probe(api.listen)
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

/// Whether Isso runs on what `isso.cfg` says. While the gunicorn of the settings before may still answer, they are not
/// in force.
pub(super) async fn settings(api: &ApiState) -> SettingsStatus {
    let settings = Arc::clone(&api.settings);
    let read = timeout(DISK_LIMIT, run_blocking(move || settings.status())).await;
    let settings = match read {
        Ok(Ok(settings)) => settings,
        Ok(Err(error)) => SettingsStatus::unknown(error.to_string()),
        Err(_) => SettingsStatus::unknown(format!(
            "isso.cfg could not be read within {DISK_LIMIT:?}: its disk does not answer"
        )),
    };
    let alone = api.supervisor.phase() != Phase::Reloading;
    SettingsStatus {
        in_force: settings.in_force && alone,
        ..settings
    }
}
