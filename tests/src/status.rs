//! The golden status of a host, for the tests of what is made of one.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A status as the API writes it.
pub const GOLDEN_STATUS: &str = include_str!("../../crates/host/tests/golden/status.json");

/// The golden status with another state, phase of the supervisor, and answer of Isso. The caller says as which type it
/// is read: the crate of that type is tested with this one, so it cannot be named here.
pub fn golden_status<T: DeserializeOwned>(state: &str, phase: &str, serving: bool) -> T {
    let mut status: Value = serde_json::from_str(GOLDEN_STATUS).expect("the file is JSON");
    status["state"] = json!(state);
    status["serving"] = json!(serving);
    status["settings"]["inForce"] = json!(serving);
    status["passwordNeeded"] = json!(state == "awaiting-password");
    status["supervisor"]["phase"] = json!(phase);
    serde_json::from_value(status).expect("it is a status")
}
