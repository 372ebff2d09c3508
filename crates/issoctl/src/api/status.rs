//! What `issoctl status` tells.

use serde::{Deserialize, Serialize};

use crate::desk::SettingsStatus;

/// How Isso is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The state of the lifecycle.
    pub state: String,
    /// Whether Isso answers and reads its database, asked just now.
    pub serving: bool,
    /// Where Isso answers.
    pub url: String,
    /// Whether the critical task *Set Admin Password* stands.
    pub password_needed: bool,
    /// The websites that may embed comments.
    pub websites: Vec<String>,
    /// What Isso answered.
    pub probe: Probe,
    /// The process id of issoctl.
    pub pid: u32,
    /// Whether `isso.cfg` is in force, and why not.
    pub settings: SettingsStatus,
    /// The supervisor's own account.
    pub supervisor: isso_daemon::Status,
}

/// What Isso answered to a request made just now.
#[derive(Debug, Serialize, Deserialize)]
pub struct Probe {
    /// The version of Isso that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}
