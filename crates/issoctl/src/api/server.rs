//! The server's side of the API.

use std::any::Any;
use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use isso_actions::Language;
use isso_daemon::{LogRing, Monitor, Phase, connections};
use isso_lifecycle::{State as Lifecycle, with_causes};
use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::backup::{self, Current};
use super::input::{Input, Path, Query};
use super::listener::{Limited, MOST};
use super::logs;
use super::socket::SocketPath;
use super::status::{Probe, Status};
use crate::aside::{NotDone, aside, on_thread};
use crate::checks::DatabaseStatus;
use crate::desk::{Desk, SettingsStatus};
use crate::host::Restores;
use crate::service::{Listed, Problem, ProblemKind, Ran, RunRequest, Service, Shown, Wrong};
use crate::settings::{Checked, Settings};
use crate::surroundings::url;

/// How long the status waits for a disk.
const DISK: Duration = Duration::from_secs(5);

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
    /// How many lines the program around the host could not print.
    pub dropped_lines: Arc<AtomicU64>,
    /// Ends `up`.
    pub stop: CancellationToken,
}

/// Serves the API until `up` ends; requests under way then have a second.
pub async fn serve(app: App, listener: UnixListener, socket: SocketPath) -> io::Result<()> {
    let listener = tokio::net::UnixListener::from_std(listener)?;
    let listener = Limited::new(listener, connections(app.descriptors, MOST));
    let stopped = app.stop.clone();
    let served = axum::serve(listener, router(app))
        .with_graceful_shutdown(stopped.clone().cancelled_owned())
        .into_future();
    // A client that follows the log never ends its request.
    let lingering = async { (stopped.cancelled().await, sleep(Duration::from_secs(1)).await) };
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
        .route("/v1/logs", get(logs::logs))
        .route("/v1/stop", post(stop))
        .with_state(app);
    telling_problems(router)
}

/// Answers with a [`Problem`] where there is no such route, and where a handler panics; all else goes on.
fn telling_problems(router: Router) -> Router {
    let unknown = |status, message: &str| (status, Json(Problem::wrong(message)));
    router
        .fallback(async move || unknown(StatusCode::NOT_FOUND, "there is no such route"))
        .method_not_allowed_fallback(async move || {
            let message = "this route does not take that method";
            unknown(StatusCode::METHOD_NOT_ALLOWED, message)
        })
        .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| {
            Problem::from(NotDone::Bug).into_response()
        }))
}

#[derive(Deserialize)]
struct Settled {
    #[serde(default)]
    settled: bool,
}

async fn status(State(app): State<App>, Query(query): Query<Settled>) -> Result<Json<Status>, Problem> {
    if query.settled {
        // A change that is neither in force nor refused is still on its way, whatever the state.
        let _ = timeout(Duration::from_secs(30), settled(&app)).await;
    }
    let state = app.service.host.state();
    let (probe, unwritable) = tokio::join!(ask(&app), app.supervisor.unwritable());
    let database = app.database.borrow().clone();
    let settings = settings(&app).await;
    let supervisor = on_thread(move || app.supervisor.status()).await?;
    Ok(Json(Status {
        state: state.to_string(),
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
    #[serde(default)]
    reveal: bool,
}

async fn shown(State(app): State<App>, Query(query): Query<Reveal>) -> Result<Json<Settings>, Problem> {
    let settings = aside(move || Settings::of(&app.service.volume, query.reveal)).await?;
    settings.map(Json).map_err(|error| Problem::of(&error))
}

async fn checked(State(app): State<App>) -> Result<Json<Checked>, Problem> {
    let checked = aside(move || Checked::of(&app.service.volume)).await?;
    checked.map(Json).map_err(|error| Problem::of(&error))
}

#[derive(Deserialize)]
pub(super) struct Asker {
    #[serde(default)]
    pub language: String,
}

async fn actions(State(app): State<App>, Query(asker): Query<Asker>) -> Result<Json<Vec<Listed>>, Problem> {
    aside(move || app.service.list(Language::of(&asker.language)))
        .await?
        .map(Json)
}

async fn action(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asker): Query<Asker>,
) -> Result<Json<Shown>, Problem> {
    aside(move || app.service.show(&id, Language::of(&asker.language)))
        .await?
        .map(Json)
}

async fn run(
    State(app): State<App>,
    Path(id): Path<String>,
    Input(request): Input<RunRequest>,
) -> Result<Json<Ran>, Problem> {
    app.service.run(&id, request).await.map(Json)
}

async fn check(
    State(app): State<App>,
    Path(id): Path<String>,
    Input(request): Input<RunRequest>,
) -> Result<Json<Vec<Wrong>>, Problem> {
    aside(move || app.service.check(&id, &request)).await?.map(Json)
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
    use reqwest::Method;

    use super::super::logs::Tail;

    use super::*;

    async fn served(router: Router) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, telling_problems(router)).into_future());
        address
    }

    #[tokio::test]
    async fn every_mistake_of_a_request_is_told_as_a_problem() {
        async fn number(Path(number): Path<u64>) -> String {
            number.to_string()
        }
        async fn follow(Query(tail): Query<Tail>) -> String {
            format!("{:?} {}", tail.lines, tail.follow)
        }
        let router = Router::new()
            .route("/numbers/{number}", get(number))
            .route("/logs", get(follow));
        let address = served(router).await;
        let ask = async |method, path| {
            let request = reqwest::Client::new().request(method, format!("http://{address}/{path}"));
            request.send().await.unwrap()
        };
        for (method, path, status) in [
            (Method::GET, "nowhere", StatusCode::NOT_FOUND),
            (Method::POST, "logs", StatusCode::METHOD_NOT_ALLOWED),
            (Method::GET, "logs?lines=many", StatusCode::UNPROCESSABLE_ENTITY),
            (Method::GET, "numbers/none", StatusCode::UNPROCESSABLE_ENTITY),
        ] {
            let answer = ask(method, path).await;
            assert_eq!(answer.status(), status, "{path}");
            let problem: Problem = answer.json().await.unwrap();
            assert_eq!(problem.kind, ProblemKind::InvalidInput, "{path}");
        }
        let answer = ask(Method::GET, "logs?lines=5&follow=true").await;
        assert_eq!(answer.text().await.unwrap(), "Some(5) true");
        assert_eq!(ask(Method::GET, "numbers/7").await.text().await.unwrap(), "7");
    }

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for_and_the_next_one_works() {
        let router = Router::new()
            .route("/good", get(async || "good"))
            .route("/bad", get(async || -> &'static str { panic!("on purpose") }));
        let address = served(router).await;
        let ask = async |path| reqwest::get(format!("http://{address}/{path}")).await.unwrap();

        let answer = ask("bad").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let text = answer.text().await.unwrap();
        assert!(text.contains("a bug in issoctl"), "{text}");
        assert_eq!(ask("good").await.text().await.unwrap(), "good");
    }
}
