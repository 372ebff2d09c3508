//! `GET /v1/doctor`: examines the host's Isso, and answers each finding as soon as it is known.

use axum::body::Body;
use axum::extract::State;
use futures_util::stream::try_unfold;
use isso_actions::Language;
use isso_doctor::{closest_id, find};
use serde::Deserialize;
use tokio_stream::StreamExt;

use super::api_state::ApiState;
use super::extract::Query;
use crate::api_error::ApiError;
use crate::commands::Examination;
use crate::examiner::ExamineError;

#[derive(Deserialize)]
pub(super) struct DoctorQuery {
    #[serde(default)]
    language: String,
    /// The ids of the checks to run, with commas between them; all if empty.
    #[serde(default)]
    only: String,
}

/// Starts a process that examines. It ends with the connection.
pub(super) async fn doctor(State(api): State<ApiState>, Query(query): Query<DoctorQuery>) -> Result<Body, ApiError> {
    let only = query.only.split(',').filter(|id| !id.is_empty());
    let examination = Examination {
        language: Language::of(&query.language),
        only: only.map(known).collect::<Result<_, _>>()?,
        ..Examination::default()
    };
    let examining = api.service.examiner.begin(examination);
    let examining = examining.map_err(|error| ApiError::of(&error))?;
    let lines = try_unfold(examining, async |mut examining| {
        let line = examining.next().await.inspect_err(|error| tracing::warn!("{error}"))?;
        Ok::<_, ExamineError>(line.map(|line| (line + "\n", examining)))
    });
    // Sent at once, so that the client sees the answer begin before anything is found.
    let begin = tokio_stream::once(Ok(String::new()));
    Ok(Body::from_stream(begin.chain(lines)))
}

fn known(id: &str) -> Result<String, ApiError> {
    if let Some(check) = find(id) {
        return Ok(check.id.to_owned());
    }
    let hint = match closest_id(id) {
        Some(meant) => format!("did you mean `{meant}`? `issoctl doctor --list` names all"),
        None => "see which there are with `issoctl doctor --list`".to_owned(),
    };
    Err(ApiError::wrong(format!("no check is called `{id}`")).hint(&hint))
}
