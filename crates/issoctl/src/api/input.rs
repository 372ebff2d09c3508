//! What a client sends.

use axum::Json;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::service::{Problem, ProblemKind};

/// The most characters of a message about a body.
const LONGEST: usize = 200;

/// A request's body as JSON. One that is too large (2 MB), nested too deep (128 levels) or something else is told as a
/// [`Problem`], as everything that goes wrong.
pub struct Input<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Input<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::from_request(request, state).await {
            Ok(Json(input)) => Ok(Input(input)),
            Err(rejection) => {
                let message = match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => {
                        "that is too much: 2 MB are taken at most".to_owned()
                    }
                    // The way to what is nested too deep is long.
                    _ => rejection.body_text().chars().take(LONGEST).collect(),
                };
                Err(Problem {
                    kind: ProblemKind::InvalidInput,
                    ..Problem::failed(message)
                })
            }
        }
    }
}
