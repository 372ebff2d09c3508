//! Serves the status of a running `issoctl up` over TCP, to clients that send a token:
//!
//! ```sh
//! cargo run --example status_over_tcp -- /srv/isso 127.0.0.1:8090 token.txt
//! curl -H "Authorization: Bearer $(cat token.txt)" http://127.0.0.1:8090/status
//! ```
//!
//! Any console over a host can be written so: as a program of its own that knows `isso_host` alone.

use std::error::Error;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use isso_host::{DataDir, DataDirError, Status};
use tokio::net::TcpListener;

struct Console {
    data: DataDir,
    expected: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, data, address, token] = &args[..] else {
        return Err("usage: status_over_tcp DATA_DIR ADDRESS:PORT TOKEN_FILE".into());
    };
    let token = std::fs::read_to_string(token)?;
    let console = Console {
        data: DataDir::new(std::path::absolute(data)?),
        expected: format!("Bearer {}", token.trim()),
    };
    let router = Router::new()
        .route("/status", get(status))
        .with_state(Arc::new(console));
    axum::serve(TcpListener::bind(address).await?, router).await?;
    Ok(())
}

async fn status(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    let given = headers.get(AUTHORIZATION).map_or(&b""[..], |value| value.as_bytes());
    if !is_same(given, console.expected.as_bytes()) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let status = async { Ok::<Status, DataDirError>(console.data.client()?.status(false).await?) };
    match status.await {
        Ok(status) => Json(status).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()).into_response(),
    }
}

/// Takes the same time wherever the texts differ, so that no token can be guessed letter by letter.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}
