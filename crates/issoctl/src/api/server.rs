//! The server's side of the API.

use std::any::Any;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use isso_actions::Language;
use isso_daemon::{LogLine, LogRing, Monitor, Phase, connections};
use isso_lifecycle::State as Lifecycle;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{Semaphore, broadcast, watch};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::backup::{self, Current};
use super::input::Input;
use super::listener::{Limited, MOST};
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

/// How long the status waits for a disk.
const DISK: Duration = Duration::from_secs(5);
/// How many requests may wait for disks at a time. Each takes a thread, and those of the runtime serve Isso, too.
static WAITING: Semaphore = Semaphore::const_new(16);

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
pub async fn serve(app: App, listener: UnixListener, socket: SocketPath) -> io::Result<()> {
    let listener = tokio::net::UnixListener::from_std(listener)?;
    let listener = Limited::new(listener, connections(app.descriptors, MOST));
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

/// Does what may wait for a disk or a lock beside the thread that keeps Isso up.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let permit = WAITING.acquire().await.expect("it is never closed");
    // A request that is given up leaves the work behind, which keeps its place until it is done.
    let done = spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    done.await
        .map_err(|error| Problem::failed(error.to_string()))
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
    let settings = settings(&app).await;
    let supervisor = spawn_blocking(move || app.supervisor.status()).await;
    Json(Status {
        state: state.to_string(),
        serving: probe.error.is_none(),
        url: url(app.listen),
        password_needed: *app.password_needed.borrow(),
        websites: app.desk.websites(),
        probe,
        pid: std::process::id(),
        dropped_lines: printer::installed().map_or(0, Printer::dropped),
        settings,
        database: DatabaseStatus {
            unwritable,
            ..database
        },
        supervisor: supervisor.expect("looking does not panic, and is not cancelled"),
    })
}

/// Asks Isso how it is. One that does not run yet is not asked: the port is open, and the question would wait with
/// the visitors' requests.
pub(super) async fn ask(app: &App) -> Probe {
    let phase = app.supervisor.phase();
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
async fn settings(app: &App) -> SettingsStatus {
    let desk = Arc::clone(&app.desk);
    let read = timeout(DISK, aside(move || desk.status())).await;
    let settings = match read {
        Ok(Ok(settings)) => settings,
        Ok(Err(problem)) => SettingsStatus::unknown(problem.message),
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
    reveal: bool,
}

async fn shown(
    State(app): State<App>,
    Query(query): Query<Reveal>,
) -> Result<Json<Settings>, Problem> {
    let settings = aside(move || Settings::of(&app.service.volume, query.reveal)).await?;
    settings.map(Json).map_err(Problem::of_volume)
}

async fn checked(State(app): State<App>) -> Result<Json<Checked>, Problem> {
    let checked = aside(move || Checked::of(&app.service.volume)).await?;
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
    aside(move || app.service.check(&id, &request))
        .await?
        .map(Json)
}

#[derive(Deserialize)]
struct Tail {
    lines: usize,
    follow: bool,
    json: bool,
}

async fn logs(State(app): State<App>, Query(query): Query<Tail>) -> Body {
    Body::from_stream(tail(&app.logs, query).map(Ok::<_, Infallible>))
}

/// The lines that were asked for, and with `follow` those that come.
fn tail(
    logs: &LogRing,
    Tail {
        lines,
        follow,
        json,
    }: Tail,
) -> impl Stream<Item = String> + use<> {
    let (past, coming) = logs.follow(lines);
    let past: Vec<_> = past.iter().map(|line| write(line, json)).collect();
    // Sent at once, so that the client sees the answer begin even when nothing was logged yet.
    let begin = tokio_stream::once(String::new());
    // Without, the channel has no sender, so nothing comes.
    let coming = if follow {
        coming
    } else {
        broadcast::channel(1).1
    };
    let coming = BroadcastStream::new(coming).map(move |line| match line {
        Ok(line) => write(&line, json),
        Err(BroadcastStreamRecvError::Lagged(lines)) => skipped(lines, json),
    });
    tokio_stream::iter(past).chain(begin).chain(coming)
}

fn write(line: &LogLine, json: bool) -> String {
    if json {
        let object = serde_json::to_string(line).expect("our own types have string keys");
        format!("{object}\n")
    } else {
        format!("{}\n", line.text)
    }
}

/// A reader that is too slow has not seen these lines.
fn skipped(lines: u64, json: bool) -> String {
    let text = format!("[{lines} lines are left out here: they came faster than they were read]");
    match json {
        true => format!("{}\n", json!({ "skipped": lines, "text": text })),
        false => format!("{text}\n"),
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

    async fn read(stream: impl Stream<Item = String>, count: usize) -> Vec<String> {
        // What is empty only makes the answer begin.
        stream
            .filter(|it| !it.is_empty())
            .take(count)
            .collect()
            .await
    }

    fn push(logs: &LogRing, lines: std::ops::Range<usize>) {
        lines.for_each(|number| logs.push(1, number.to_string()));
    }

    #[tokio::test]
    async fn a_reader_that_falls_behind_is_told_how_much_it_missed_and_goes_on() {
        for json in [false, true] {
            let logs = LogRing::new(2000);
            push(&logs, 0..2);
            let query = Tail {
                lines: usize::MAX,
                follow: true,
                json,
            };
            let stream = tail(&logs, query);
            push(&logs, 2..302);
            let lines = read(stream, 2 + 1 + 256).await;
            assert_eq!(lines.len(), 2 + 1 + 256);
            assert!(lines[2].contains("44 lines are left out"), "{}", lines[2]);
            assert!(lines[3].contains("46") && lines[258].contains("301"));
            if json {
                let missed: serde_json::Value = serde_json::from_str(&lines[2]).unwrap();
                assert_eq!(missed["skipped"], 44);
            }
        }
    }

    #[tokio::test]
    async fn without_following_the_log_ends() {
        let logs = LogRing::new(10);
        push(&logs, 0..20);
        let query = Tail {
            lines: 3,
            follow: false,
            json: false,
        };
        assert_eq!(
            read(tail(&logs, query), 100).await,
            ["17\n", "18\n", "19\n"]
        );
    }
}
