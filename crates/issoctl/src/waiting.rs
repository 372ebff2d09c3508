//! Waits for a host that may not answer.

use std::io::{IsTerminal, stderr};
use std::pin::pin;
use std::time::Duration;

use tokio::time::timeout;

use crate::output::Output;

/// How long a command waits before it says on a terminal what it waits for.
const QUIET_FOR: Duration = Duration::from_secs(10);
/// The hint for a host that does not answer.
pub const STOPPED_HINT: &str =
    "it may have been stopped, such as with Ctrl-Z; then let it go on with `fg` or `kill -CONT`";

/// Waits for an answer of the host. After a while, says so to a person at the terminal.
pub async fn waiting<T>(answer: impl Future<Output = T>) -> T {
    let mut answer = pin!(answer);
    if let Ok(answer) = timeout(QUIET_FOR, &mut answer).await {
        return answer;
    }
    if stderr().is_terminal() {
        let output = Output { json: false };
        output.note(&format!("Waiting for the running `issoctl up`: {STOPPED_HINT}."));
    }
    answer.await
}
