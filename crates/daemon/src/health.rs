//! Whether Isso answers, and whether it can read its database.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::listener::reachable;
use crate::plain_http::plain_http;

/// What Isso answers to [`GET /info`](https://isso-comments.de/docs/reference/server-api/).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Info {
    /// Isso's version.
    pub version: String,
    /// Whether comments wait for approval.
    pub moderation: bool,
}

/// Why Isso counts as unhealthy.
#[derive(Debug, thiserror::Error)]
pub enum Unhealthy {
    /// No answer.
    #[error("Isso does not answer")]
    Silent(#[source] reqwest::Error),
    /// `/info` answers something else than Isso would.
    #[error("GET /info is answered with {0}, not by Isso")]
    Foreign(StatusCode),
    /// Isso answers but cannot read its comments.
    #[error("Isso answers, but cannot read its database ({0})")]
    Database(StatusCode),
}

/// Asks a running Isso both questions of [`crate::Supervisor`]'s readiness.
///
/// A server that listens on all addresses is asked over loopback. Takes at most ten seconds a
/// question.
pub async fn probe(address: SocketAddr) -> Result<Info, Unhealthy> {
    Health::new(address)?.ask().await
}

/// A client kept for repeated questions.
#[derive(Debug, Clone)]
pub(crate) struct Health {
    client: Client,
    base: String,
}

impl Health {
    pub(crate) fn new(address: SocketAddr) -> Result<Health, Unhealthy> {
        let client = plain_http()
            .timeout(Duration::from_secs(10))
            // A kept connection would pin a worker, which has one connection at a time.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(Unhealthy::Silent)?;
        let base = format!("http://{}", reachable(address));
        Ok(Health { client, base })
    }

    pub(crate) async fn ask(&self) -> Result<Info, Unhealthy> {
        let info = self.info().await?;
        // `/info` stays 200 when the database is deleted or corrupt; a thread without
        // comments is looked up, and is 404 when the database is well.
        let status = self.get("/?uri=/issoctl-health").await?.status();
        if status.is_server_error() {
            return Err(Unhealthy::Database(status));
        }
        Ok(info)
    }

    pub(crate) async fn info(&self) -> Result<Info, Unhealthy> {
        let answer = self.get("/info").await?;
        let status = answer.status();
        if status != StatusCode::OK {
            return Err(Unhealthy::Foreign(status));
        }
        answer.json().await.map_err(|_| Unhealthy::Foreign(status))
    }

    async fn get(&self, path: &str) -> Result<Response, Unhealthy> {
        let request = self.client.get(format!("{}{path}", self.base));
        request.send().await.map_err(Unhealthy::Silent)
    }
}
