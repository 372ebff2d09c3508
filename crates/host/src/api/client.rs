//! The client of the API, for commands and hooks.

mod error;
mod findings;

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use isso_actions::Language;
use nix::sys::socket::{getsockopt, sockopt::PeerCredentials};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;

use super::Status;
use super::socket::SocketPath;
use super::types::{Ended, Files, RestoreAnswer, RestoreBody};
use crate::action_service::{ActionDetails, ActionOutcome, ActionSummary, InvalidField, RunRequest};
use crate::config_view::{SettingsReport, SettingsView};

pub use error::ClientError;
pub use findings::FindingStream;

/// How long the host may take to answer. It waits for Isso and for disks for a shorter time.
const WITHIN: Duration = Duration::from_secs(30);
/// How much longer a status may take that waits until changes are applied.
const SETTLED_WITHIN: Duration = Duration::from_secs(60);

/// A connection to the `up` that runs on a data folder.
pub struct Client {
    http: reqwest::Client,
    host: Option<i32>,
    // Keeps the folder open, because the path to the socket leads through its descriptor.
    _socket: SocketPath,
}

impl Client {
    /// Connects to the `up` that runs on the data folder at this path, if one does.
    pub fn connect(data: &Path) -> Result<Option<Self>, ClientError> {
        let unreachable = |source| ClientError::Unreachable {
            data: data.to_owned(),
            source,
        };
        let socket = match SocketPath::new(data) {
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
        let http = isso_daemon::plain_http()
            .unix_socket(socket.get())
            .build()
            .map_err(ClientError::Http)?;
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

    /// Gets the status; with `settled`, once all changes are in force or refused.
    pub async fn status(&self, settled: bool) -> Result<Status, ClientError> {
        let within = match settled {
            true => WITHIN + SETTLED_WITHIN,
            false => WITHIN,
        };
        let request = self.request(Method::GET, "status").timeout(within);
        json(request.query(&[("settled", settled)])).await
    }

    /// Gets the settings as the host's Isso reads them.
    pub async fn settings(&self, reveal: bool) -> Result<SettingsView, ClientError> {
        json(self.request(Method::GET, "settings").query(&[("reveal", reveal)])).await
    }

    /// Gets what is wrong with the settings.
    pub async fn check_settings(&self) -> Result<SettingsReport, ClientError> {
        json(self.request(Method::GET, "check")).await
    }

    /// Gets all actions.
    pub async fn actions(&self, language: Language) -> Result<Vec<ActionSummary>, ClientError> {
        json(
            self.request(Method::GET, "actions")
                .query(&[("language", language.tag())]),
        )
        .await
    }

    /// Gets an action with its form.
    pub async fn action(&self, id: &str, language: Language) -> Result<ActionDetails, ClientError> {
        let route = format!("actions/{id}");
        json(self.request(Method::GET, &route).query(&[("language", language.tag())])).await
    }

    /// Runs an action.
    pub async fn run(&self, id: &str, request: &RunRequest) -> Result<ActionOutcome, ClientError> {
        let route = format!("actions/{id}");
        let request = self.patient(Method::POST, &route).json(request);
        json(request).await
    }

    /// Checks the values of a form, and changes nothing.
    pub async fn check(&self, id: &str, request: &RunRequest) -> Result<Vec<InvalidField>, ClientError> {
        let route = format!("actions/{id}/check");
        json(self.request(Method::POST, &route).json(request)).await
    }

    /// Gets the paths of the files.
    pub async fn files(&self) -> Result<Files, ClientError> {
        json(self.request(Method::GET, "files")).await
    }

    /// Tells the host that a backup begins. It lasts until it is ended or dropped, or this process ends.
    pub async fn backup(&self, to: &Path, language: Language) -> Result<Backup<'_>, ClientError> {
        // Only an `up` that was started before issoctl was replaced asks for the folder.
        let request = self.patient(Method::POST, "backups").json(&to.to_string_lossy());
        let request = request.query(&[("language", language.tag())]);
        let mut answer = send(request).await?;
        let first = answer.chunk().await?.unwrap_or_default();
        let number = String::from_utf8_lossy(&first).trim().to_owned();
        Ok(Backup {
            client: self,
            number,
            _answer: answer,
        })
    }

    /// Has the host put staged files in place. Their folder in the data folder has this name.
    pub async fn restore(&self, staging: String, language: Language) -> Result<RestoreAnswer, ClientError> {
        let request = self.patient(Method::POST, "restore");
        let request = request.json(&RestoreBody { staging });
        json(request.query(&[("language", language.tag())])).await
    }

    /// Gets log lines, with `follow` as they come.
    pub async fn logs(&self, lines: usize, follow: bool, json: bool) -> Result<LogStream, ClientError> {
        let query = [
            ("lines", lines.to_string()),
            ("follow", follow.to_string()),
            ("json", json.to_string()),
        ];
        send(self.patient(Method::GET, "logs").query(&query))
            .await
            .map(LogStream)
    }

    /// Has the host's Isso examined, by the checks with these ids; by all if there are none.
    pub async fn doctor(&self, only: &[String], language: Language) -> Result<FindingStream, ClientError> {
        let query = [("language", language.tag().to_owned()), ("only", only.join(","))];
        let request = self.patient(Method::GET, "doctor").query(&query);
        send(request).await.map(FindingStream::new)
    }

    /// Asks the host to stop Isso and to end.
    pub async fn stop(&self) -> Result<(), ClientError> {
        send(self.request(Method::POST, "stop")).await.map(drop)
    }

    fn request(&self, method: Method, route: &str) -> RequestBuilder {
        self.patient(method, route).timeout(WITHIN)
    }

    /// A request whose answer may take any time.
    fn patient(&self, method: Method, route: &str) -> RequestBuilder {
        // The name in the address is not looked up: the connection is to the socket.
        self.http.request(method, format!("http://issoctl/v1/{route}"))
    }
}

/// The log of a host, as it comes.
pub struct LogStream(Response);

impl LogStream {
    /// Waits for the next part, which may end within a line; none at the end of the log.
    pub async fn next(&mut self) -> Result<Option<Bytes>, ClientError> {
        self.0.chunk().await.map_err(ClientError::LogEnded)
    }
}

/// A backup that the host knows of.
pub struct Backup<'a> {
    client: &'a Client,
    number: String,
    _answer: Response,
}

impl Backup<'_> {
    /// Tells the host how the backup ended.
    pub async fn end(self, error: Option<String>) -> Result<(), ClientError> {
        let route = format!("backups/{}", self.number);
        let request = self.client.patient(Method::DELETE, &route);
        send(request.json(&Ended { error })).await.map(drop)
    }
}

async fn send(request: RequestBuilder) -> Result<Response, ClientError> {
    let response = request.send().await?;
    if response.status() < StatusCode::BAD_REQUEST {
        return Ok(response);
    }
    Err(ClientError::Api(response.json().await?))
}

async fn json<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, ClientError> {
    Ok(send(request).await?.json().await?)
}
