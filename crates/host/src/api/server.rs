//! The server of the API.

use std::any::Any;
use std::io;
use std::os::unix::net::UnixListener;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use isso_daemon::connections;
use tokio::time::sleep;
use tower_http::catch_panic::CatchPanicLayer;

use super::api_state::ApiState;
use super::listener::{LimitedListener, MAX_CONNECTIONS};
use super::routes::routes;
use super::socket::SocketPath;
use crate::api_error::{ApiError, ApiErrorKind};
use crate::blocking::{NotDone, on_thread};

/// Serves the API until the host ends. Requests under way then have a second.
pub async fn serve(api: ApiState, listener: UnixListener, socket: SocketPath) -> io::Result<()> {
    let listener = tokio::net::UnixListener::from_std(listener)?;
    let listener = LimitedListener::new(listener, connections(api.descriptors, MAX_CONNECTIONS));
    let stopped = api.stop.clone();
    let served = axum::serve(listener, telling_problems(routes(api)))
        .with_graceful_shutdown(stopped.clone().cancelled_owned())
        .into_future();
    // A client that follows the log never ends its request.
    let lingering = async { (stopped.cancelled().await, sleep(Duration::from_secs(1)).await) };
    let served = tokio::select! {
        served = served => served,
        _ = lingering => Ok(()),
    };
    // Isso is being stopped on this thread, which does not wait for a disk. Without a thread the socket is left behind.
    let _ = on_thread(move || socket.remove()).await;
    served
}

/// Adds the answers to an unknown route and to a handler that panics: an [`ApiError`]. After a panic the server goes
/// on.
fn telling_problems(router: Router) -> Router {
    let unknown = |status, message: &str| (status, Json(ApiError::wrong(message)));
    router
        .fallback(async move || unknown(StatusCode::NOT_FOUND, "there is no such route"))
        .method_not_allowed_fallback(async move || {
            let message = "this route does not take that method";
            unknown(StatusCode::METHOD_NOT_ALLOWED, message)
        })
        .layer(CatchPanicLayer::custom(|_: Box<dyn Any + Send>| {
            ApiError::from(NotDone::Bug).into_response()
        }))
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match self.kind {
            ApiErrorKind::UnknownAction => StatusCode::NOT_FOUND,
            ApiErrorKind::InvalidInput => StatusCode::UNPROCESSABLE_ENTITY,
            ApiErrorKind::Refused => StatusCode::CONFLICT,
            ApiErrorKind::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(self)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use reqwest::Method;

    use super::*;
    use crate::api::extract::{Path, Query};
    use crate::api::logs::Tail;

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
            let request = isso_daemon::plain_http()
                .build()
                .expect("it needs nothing")
                .request(method, format!("http://{address}/{path}"));
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
            let problem: ApiError = answer.json().await.unwrap();
            assert_eq!(problem.kind, ApiErrorKind::InvalidInput, "{path}");
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
        let client = isso_daemon::plain_http().build().expect("it needs nothing");
        let ask = async |path| {
            let answer = client.get(format!("http://{address}/{path}")).send().await;
            answer.unwrap()
        };

        let answer = ask("bad").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let text = answer.text().await.unwrap();
        assert!(text.contains("a bug in issoctl"), "{text}");
        assert_eq!(ask("good").await.text().await.unwrap(), "good");
    }
}
