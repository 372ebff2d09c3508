//! Reads what a client sends. Wrong input is answered with a [`ApiError`], like every other failure.

use axum::Json;
use axum::extract::{self, FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::api_error::ApiError;

/// The most characters of an error message.
const MAX_MESSAGE: usize = 200;

/// A request's body as JSON: at most 2 MB, nested at most 128 levels deep.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(input)) => Ok(JsonBody(input)),
            Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Err(ApiError::wrong("that is too much: 2 MB are taken at most"))
            }
            Err(rejection) => Err(wrong(&rejection.body_text())),
        }
    }
}

/// The query of the address, after `?`.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match extract::Query::from_request_parts(parts, state).await {
            Ok(extract::Query(query)) => Ok(Query(query)),
            Err(rejection) => Err(wrong(&rejection.body_text())),
        }
    }
}

/// A part of the path of the address.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match extract::Path::from_request_parts(parts, state).await {
            Ok(extract::Path(part)) => Ok(Path(part)),
            Err(rejection) => Err(wrong(&rejection.body_text())),
        }
    }
}

/// The error for wrong input. serde names the path to what is wrong, which can be long, so it is cut.
fn wrong(message: &str) -> ApiError {
    ApiError::wrong(message.chars().take(MAX_MESSAGE).collect::<String>())
}
