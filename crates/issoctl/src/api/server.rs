//! The server's side of the API.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use isso_actions::Language;
use isso_daemon::{LogLine, LogRing, Monitor, Phase};
use isso_lifecycle::State as Lifecycle;
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::BroadcastStream;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::backup::{self, Current};
use super::listener::{Limited, connections};
use super::socket::SocketPath;
use super::status::{Probe, Status};
use crate::checks::DatabaseStatus;
use crate::desk::{Desk, SettingsStatus};
use crate::error::chain;
use crate::host::Restores;
use crate::printer::{self, Printer};
use crate::service::{Listed, Problem, ProblemKind, Ran, RunRequest, Service, Shown, Wrong};
use crate::settings::{Checked, Settings};
use crate::surroundings::url;

/// What the routes work on.
#[derive(Clone)]
pub struct App {
    /// The actions.
    pub service: Service,
    /// Files that are put in place.
    pub restores: Restores,
    /// The backup that is being made.
    pub backup: Current,
    /// The settings.
    pub desk: Arc<Desk>,
    /// What the checks of the database have found.
    pub database: watch::Receiver<DatabaseStatus>,
    /// The Isso process.
    pub supervisor: Monitor,
    /// Where Isso answers.
    pub listen: SocketAddr,
    /// What Isso logged.
    pub logs: LogRing,
    /// Whether the critical task stands.
    pub password_needed: watch::Receiver<bool>,
    /// How many descriptors this process may have.
    pub descriptors: u64,
    /// Ends `up`.
    pub stop: CancellationToken,
}

/// Serves the API until `up` ends; requests under way then have a second.
pub async fn serve(app: App, socket: SocketPath) -> io::Result<()> {
    let listener = tokio::net::UnixListener::from_std(socket.bind()?)?;
    let listener = Limited::new(listener, connections(app.descriptors));
    let stopped = app.stop.clone();
    let served = axum::serve(listener, router(app))
        .with_graceful_shutdown(stopped.clone().cancelled_owned())
        .into_future();
    // Whoever follows the log would keep the server for ever.
    let lingering = async {
        (
            stopped.cancelled().await,
            sleep(Duration::from_secs(1)).await,
        )
    };
    let served = tokio::select! {
        served = served => served,
        _ = lingering => Ok(()),
    };
    socket.remove();
    served
}

fn router(app: App) -> Router {
    let router = Router::new()
        .route("/v1/status", get(status))
        .route("/v1/settings", get(shown))
        .route("/v1/check", get(checked))
        .route("/v1/actions", get(actions))
        .route("/v1/actions/{id}", get(action).post(run))
        .route("/v1/actions/{id}/check", post(check))
        .route("/v1/files", get(backup::files))
        .route("/v1/backups", post(backup::begin))
        .route("/v1/backups/{number}", delete(backup::end))
        .route("/v1/restore", post(backup::restore))
        .route("/v1/logs", get(logs))
        .route("/v1/stop", post(stop))
        .with_state(app);
    catching_panics(router)
}

/// Answers a request whose handler panics; all else goes on.
fn catching_panics(router: Router) -> Router {
    router.layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| {
        Problem {
            kind: ProblemKind::Failed,
            message: "a bug in issoctl ended this request; the log of `issoctl up` says where"
                .to_owned(),
            field: None,
            hint: None,
        }
        .into_response()
    }))
}

#[derive(Deserialize)]
struct Settled {
    #[serde(default)]
    settled: bool,
}

async fn status(State(app): State<App>, Query(query): Query<Settled>) -> Json<Status> {
    if query.settled {
        // A change that is neither in force nor refused is still on its way, whatever the state.
        let _ = timeout(Duration::from_secs(30), settled(&app)).await;
    }
    let state = app.service.host.state();
    let (probe, unwritable) = tokio::join!(ask(&app), app.supervisor.unwritable());
    let database = app.database.borrow().clone();
    Json(Status {
        state: state.to_string(),
        serving: probe.error.is_none(),
        url: url(app.listen),
        password_needed: *app.password_needed.borrow(),
        websites: app.desk.websites(),
        probe,
        pid: std::process::id(),
        dropped_lines: printer::installed().map_or(0, Printer::dropped),
        settings: settings(&app),
        database: DatabaseStatus {
            unwritable,
            ..database
        },
        supervisor: app.supervisor.status(),
    })
}

/// Asks Isso how it is. One that does not run yet is not asked: the port is open, and the question would wait with
/// the visitors' requests.
pub(super) async fn ask(app: &App) -> Probe {
    let phase = app.supervisor.status().phase;
    let answer = match phase {
        Phase::Serving | Phase::Reloading => isso_daemon::probe(app.listen)
            .await
            .map_err(|error| chain(&error).join(": ")),
        Phase::Starting => Err("Isso is starting".to_owned()),
        Phase::Stopped | Phase::Waiting | Phase::Stopping => Err("Isso does not run".to_owned()),
    };
    Probe {
        version: answer.as_ref().ok().map(|info| info.version.clone()),
        error: answer.err(),
    }
}

/// While a predecessor may still answer, the settings are not quite in force.
fn settings(app: &App) -> SettingsStatus {
    let settings = app.desk.status();
    let alone = app.supervisor.status().phase != Phase::Reloading;
    SettingsStatus {
        in_force: settings.in_force && alone,
        ..settings
    }
}

async fn settled(app: &App) {
    loop {
        let state = app.service.host.settled().await;
        let settings = settings(app);
        // A backup hides what goes on beside it.
        let serves = match state {
            Lifecycle::BackingUp => !*app.password_needed.borrow(),
            state => state == Lifecycle::Serving,
        };
        if !serves || settings.in_force || settings.reason.is_some() {
            return;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

#[derive(Deserialize)]
struct Reveal {
    reveal: bool,
}

async fn shown(
    State(app): State<App>,
    Query(query): Query<Reveal>,
) -> Result<Json<Settings>, Problem> {
    let settings = Settings::of(&app.service.volume, query.reveal);
    settings.map(Json).map_err(Problem::of_volume)
}

async fn checked(State(app): State<App>) -> Result<Json<Checked>, Problem> {
    let checked = Checked::of(&app.service.volume);
    checked.map(Json).map_err(Problem::of_volume)
}

#[derive(Deserialize)]
pub(super) struct Asker {
    pub language: String,
}

async fn actions(
    State(app): State<App>,
    Query(asker): Query<Asker>,
) -> Result<Json<Vec<Listed>>, Problem> {
    app.service.list(Language::of(&asker.language)).map(Json)
}

async fn action(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asker): Query<Asker>,
) -> Result<Json<Shown>, Problem> {
    app.service
        .show(&id, Language::of(&asker.language))
        .map(Json)
}

async fn run(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<RunRequest>,
) -> Result<Json<Ran>, Problem> {
    app.service.run(&id, request).await.map(Json)
}

async fn check(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(request): Json<RunRequest>,
) -> Result<Json<Vec<Wrong>>, Problem> {
    app.service.check(&id, &request).map(Json)
}

#[derive(Deserialize)]
struct Tail {
    lines: usize,
    follow: bool,
    json: bool,
}

async fn logs(State(app): State<App>, Query(query): Query<Tail>) -> Body {
    let (past, coming) = app.logs.follow(query.lines);
    let mut lines: Vec<_> = past
        .iter()
        .map(|line| Ok(write(line, query.json)))
        .collect();
    if !query.follow {
        return Body::from_stream(tokio_stream::iter(lines));
    }
    // Sent at once, so that the client sees the answer begin even when nothing was logged yet.
    lines.push(Ok(String::new()));
    let coming = BroadcastStream::new(coming).map(move |line| {
        line.map(|line| write(&line, query.json))
            .map_err(io::Error::other)
    });
    Body::from_stream(tokio_stream::iter(lines).chain(coming))
}

fn write(line: &LogLine, json: bool) -> String {
    if json {
        let object = serde_json::to_string(line).expect("our own types have string keys");
        format!("{object}\n")
    } else {
        format!("{}\n", line.text)
    }
}

async fn stop(State(app): State<App>) {
    app.stop.cancel();
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = match self.kind {
            ProblemKind::UnknownAction => StatusCode::NOT_FOUND,
            ProblemKind::InvalidInput => StatusCode::UNPROCESSABLE_ENTITY,
            ProblemKind::Refused => StatusCode::CONFLICT,
            ProblemKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(self)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for_and_the_next_one_works() {
        let router = Router::new().route("/good", get(async || "good")).route(
            "/bad",
            get(async || -> &'static str { panic!("on purpose") }),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, catching_panics(router)).into_future());
        let ask = async |path| {
            reqwest::get(format!("http://{address}/{path}"))
                .await
                .unwrap()
        };

        let answer = ask("bad").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let text = answer.text().await.unwrap();
        assert!(text.contains("a bug in issoctl"), "{text}");
        assert_eq!(ask("good").await.text().await.unwrap(), "good");
    }
}
