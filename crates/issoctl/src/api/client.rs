//! The client's side of the API.

use std::io::{self, IsTerminal, stderr};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use isso_actions::Language;
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::Status;
use super::backup::{Ended, Files, Prepared, Swapped};
use super::socket::SocketPath;
use crate::data::{DataDir, Holder};
use crate::error::Failure;
use crate::output::Output;
use crate::service::{Listed, Problem, Ran, RunRequest, Shown, Wrong};
use crate::settings::{Checked, Settings};

/// How long the host may take to answer. It waits for Isso and for disks, and says how Isso is sooner.
const WITHIN: Duration = Duration::from_secs(30);
/// How long it may wait before that until nothing is under way any more, likewise.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);
/// After this time the command says on a terminal what it waits for.
const QUIETLY: Duration = Duration::from_secs(10);
/// What may be wrong with a host that does not answer.
const STOPPED: &str = "it may have been stopped, such as with Ctrl-Z; then let it go on with `fg` or `kill -CONT`";

/// A connection to the `up` that runs on a data folder.
pub struct Client {
    http: reqwest::Client,
    host: Option<i32>,
    // Holds the folder open, through which the path leads.
    _socket: SocketPath,
}

impl Client {
    /// Connects, or tells that no `up` runs on the folder.
    pub fn connect(data: &DataDir) -> Result<Option<Self>, Failure> {
        let unreachable = |source: io::Error| {
            let is_denied = source.kind() == io::ErrorKind::PermissionDenied;
            let failure = Failure::new(
                format!("cannot reach the `issoctl up` of {}", data.path().display()),
                source,
            );
            match is_denied {
                true => failure.hint("run this as the user who runs `issoctl up`"),
                false => failure,
            }
        };
        let socket = match SocketPath::new(data.path()) {
            Ok(socket) => socket,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreachable(error)),
        };
        let host = match UnixStream::connect(socket.get()) {
            Ok(stream) => getsockopt(&stream, PeerCredentials).ok().map(|it| it.pid()),
            // No socket, or one that a killed `up` left behind.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                return Ok(None);
            }
            Err(error) => return Err(unreachable(error)),
        };
        let http = reqwest::Client::builder()
            .unix_socket(socket.get())
            .no_proxy()
            .build()
            .map_err(|source| Failure::new("cannot make an HTTP client", source))?;
        Ok(Some(Self {
            http,
            host,
            _socket: socket,
        }))
    }

    /// The process of the host, if the kernel tells.
    pub fn host(&self) -> Option<i32> {
        self.host
    }

    /// Connects; that no `up` runs is a failure.
    pub fn required(data: &DataDir) -> Result<Self, Failure> {
        Self::connect(data)?.ok_or_else(|| {
            if let Some(holder) = data.taken_by() {
                let wait = "wait until it says that Isso serves";
                return Failure::plain(format!(
                    "the `issoctl up` of {} does not answer yet: {holder} still installs or starts Isso",
                    data.path().display()
                ))
                .exit(Failure::NOT_RUNNING)
                .hint(match holder {
                    Holder(Some(process)) => format!("{wait}; to end it now: kill {process}"),
                    Holder(None) => wait.to_owned(),
                });
            }
            Failure::plain(format!("no `issoctl up` runs on {}", data.path().display()))
                .exit(Failure::NOT_RUNNING)
                .hint("start it with `issoctl up`, or name its folder with --data DIR")
        })
    }

    /// How Isso is; `settled` waits until nothing is under way any more.
    pub async fn status(&self, settled: bool) -> Result<Status, Failure> {
        let within = match settled {
            true => WITHIN + SETTLED_WITHIN,
            false => WITHIN,
        };
        let request = self.request(Method::GET, "status").timeout(within);
        json(request.query(&[("settled", settled)])).await
    }

    /// The settings as the host's Isso sees them.
    pub async fn settings(&self, reveal: bool) -> Result<Settings, Failure> {
        json(self.request(Method::GET, "settings").query(&[("reveal", reveal)])).await
    }

    /// What is wrong with them.
    pub async fn check_settings(&self) -> Result<Checked, Failure> {
        json(self.request(Method::GET, "check")).await
    }

    /// All actions.
    pub async fn actions(&self, language: Language) -> Result<Vec<Listed>, Failure> {
        json(
            self.request(Method::GET, "actions")
                .query(&[("language", language.tag())]),
        )
        .await
    }

    /// One action with its form.
    pub async fn action(&self, id: &str, language: Language) -> Result<Shown, Failure> {
        let route = format!("actions/{id}");
        json(self.request(Method::GET, &route).query(&[("language", language.tag())])).await
    }

    /// Runs an action.
    pub async fn run(&self, id: &str, request: &RunRequest) -> Result<Ran, Failure> {
        let route = format!("actions/{id}");
        let request = self.patient(Method::POST, &route).json(request);
        waiting(json(request)).await
    }

    /// Checks what was filled in, and changes nothing.
    pub async fn check(&self, id: &str, request: &RunRequest) -> Result<Vec<Wrong>, Failure> {
        let route = format!("actions/{id}/check");
        json(self.request(Method::POST, &route).json(request)).await
    }

    /// Where the files are.
    pub async fn files(&self) -> Result<Files, Failure> {
        json(self.request(Method::GET, "files")).await
    }

    /// Tells that a backup begins; it lasts until it is ended or this process is.
    pub async fn backup(&self, to: &Path, language: Language) -> Result<Backup<'_>, Failure> {
        // Only an `up` that was started before issoctl was replaced asks for the folder.
        let request = self.patient(Method::POST, "backups").json(&to);
        let request = request.query(&[("language", language.tag())]);
        let mut answer = waiting(send(request)).await?;
        let first = answer.chunk().await.map_err(broken)?.unwrap_or_default();
        let number = String::from_utf8_lossy(&first).trim().to_owned();
        Ok(Backup {
            client: self,
            number,
            _answer: answer,
        })
    }

    /// Has prepared files put in place, whose folder in the data folder has this name.
    pub async fn restore(&self, staging: String, language: Language) -> Result<Swapped, Failure> {
        let request = self.patient(Method::POST, "restore");
        let request = request.json(&Prepared { staging });
        waiting(json(request.query(&[("language", language.tag())]))).await
    }

    /// Log lines as they come.
    pub async fn logs(&self, lines: usize, follow: bool, json: bool) -> Result<Response, Failure> {
        let query = [
            ("lines", lines.to_string()),
            ("follow", follow.to_string()),
            ("json", json.to_string()),
        ];
        waiting(send(self.patient(Method::GET, "logs").query(&query))).await
    }

    /// Asks `up` to end.
    pub async fn stop(&self) -> Result<(), Failure> {
        send(self.request(Method::POST, "stop")).await.map(drop)
    }

    fn request(&self, method: Method, route: &str) -> RequestBuilder {
        self.patient(method, route).timeout(WITHIN)
    }

    /// A request whose answer may take any time.
    fn patient(&self, method: Method, route: &str) -> RequestBuilder {
        // The host is not looked at: the connection is the socket's.
        self.http.request(method, format!("http://issoctl/v1/{route}"))
    }
}

/// A backup that the host knows of.
pub struct Backup<'a> {
    client: &'a Client,
    number: String,
    _answer: Response,
}

impl Backup<'_> {
    /// Tells how it ended.
    pub async fn end(self, error: Option<String>) -> Result<(), Failure> {
        let route = format!("backups/{}", self.number);
        let request = self.client.patient(Method::DELETE, &route);
        waiting(send(request.json(&Ended { error }))).await.map(drop)
    }
}

async fn send(request: RequestBuilder) -> Result<Response, Failure> {
    let response = request.send().await.map_err(broken)?;
    if response.status() < StatusCode::BAD_REQUEST {
        return Ok(response);
    }
    let problem: Problem = response.json().await.map_err(broken)?;
    Err(problem.into())
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, Failure> {
    send(request).await?.json().await.map_err(broken)
}

/// Waits for the host, and tells a person at a terminal after a while.
pub async fn waiting<T>(answer: impl Future<Output = T>) -> T {
    let mut answer = pin!(answer);
    if let Ok(answer) = timeout(QUIETLY, &mut answer).await {
        return answer;
    }
    if stderr().is_terminal() {
        let output = Output { json: false };
        output.note(&format!("Waiting for the running `issoctl up`: {STOPPED}."));
    }
    answer.await
}

fn broken(source: reqwest::Error) -> Failure {
    if source.is_timeout() {
        return Failure::new("the running `issoctl up` does not answer", source)
            .exit(Failure::NOT_RUNNING)
            .hint(STOPPED);
    }
    Failure::new("the running `issoctl up` did not answer as expected", source)
        .hint("see what it printed, or stop and start it")
}
