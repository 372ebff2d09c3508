//! `GET /v1/logs`: the log of Isso, as lines or JSON.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use isso_daemon::{LogLine, LogRing};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{Stream, StreamExt};

use super::api_state::ApiState;
use super::extract::Query;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Tail {
    /// How many lines of the past; nothing means all that are kept.
    pub(super) lines: Option<usize>,
    pub(super) follow: bool,
    json: bool,
}

pub(super) async fn logs(State(api): State<ApiState>, Query(query): Query<Tail>) -> Body {
    Body::from_stream(tail(&api.logs, query).map(Ok::<_, Infallible>))
}

/// The last lines, and with `follow` those that come.
fn tail(logs: &LogRing, Tail { lines, follow, json }: Tail) -> impl Stream<Item = String> + use<> {
    let (past, coming) = logs.subscribe(lines.unwrap_or(usize::MAX));
    // Written as they are sent: each of many clients may ask for all.
    let past = past.into_iter().map(move |line| write(&line, json));
    // Sent at once, so that the client sees the answer begin even when nothing was logged yet.
    let begin = tokio_stream::once(String::new());
    // Without, the channel has no sender, so nothing comes.
    let coming = if follow { coming } else { broadcast::channel(1).1 };
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

/// The line that a slow client gets in place of lines that it has missed.
fn skipped(lines: u64, json: bool) -> String {
    let text = format!("[{lines} lines are left out here: they came faster than they were read]");
    match json {
        true => format!("{}\n", json!({ "skipped": lines, "text": text })),
        false => format!("{text}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(stream: impl Stream<Item = String>, count: usize) -> Vec<String> {
        // What is empty only makes the answer begin.
        stream.filter(|it| !it.is_empty()).take(count).collect().await
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
                lines: None,
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
    async fn a_log_that_is_not_followed_ends() {
        let logs = LogRing::new(10);
        push(&logs, 0..20);
        let query = Tail {
            lines: Some(3),
            follow: false,
            json: false,
        };
        assert_eq!(read(tail(&logs, query), 100).await, ["17\n", "18\n", "19\n"]);
    }
}
