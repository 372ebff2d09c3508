//! The status of a host and its Isso, as `issoctl status` shows it.

use isso_daemon::Phase;
use isso_lifecycle::{Named, State};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::checks::DatabaseStatus;
use crate::settings::SettingsStatus;

/// The status of a host and its Isso.
#[derive(Debug, Serialize, Deserialize)]
// With `remote`, what is derived are functions of the type, which its own implementations below call.
#[serde(rename_all = "camelCase", remote = "Self")]
pub struct Status {
    /// The state of the lifecycle.
    pub state: Named<State>,
    /// Whether a backup is being made, beside whatever Isso does.
    #[serde(default)]
    pub backing_up: bool,
    /// Whether Isso answers and reads its database, asked just now.
    pub serving: bool,
    /// The address at which Isso serves.
    pub url: String,
    /// Whether the critical task *Set Admin Password* is raised.
    pub password_needed: bool,
    /// The websites that may embed comments.
    pub websites: Vec<String>,
    /// The address at which browsers reach Isso, `[server] public-endpoint`; `null` while it is not set.
    #[serde(default)]
    pub public_address: Option<String>,
    /// What Isso answered.
    pub probe: Probe,
    /// The process id of issoctl.
    pub pid: u32,
    /// How many lines could not be printed: stderr took no more, or not as fast as they came.
    #[serde(default)]
    pub dropped_lines: u64,
    /// Whether `isso.cfg` is in force, and why not.
    pub settings: SettingsStatus,
    /// What the last thorough check of the database found, and whether comments can be saved.
    // An `up` that was started before issoctl was replaced does not tell it.
    #[serde(default)]
    pub database: DatabaseStatus,
    /// The status of the supervisor.
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

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Status::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Status {
    /// An `up` that was started before issoctl was replaced calls a backup a state, which hides what Isso does. The
    /// supervisor's account tells that all the same.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
        let mut answer = Value::deserialize(deserializer)?;
        if answer["state"] == "backing-up" {
            answer["state"] = json!(State::Serving);
            answer["backingUp"] = json!(true);
        }
        Status::deserialize(answer).map_err(D::Error::custom)
    }
}

impl Status {
    /// Says so if clients keep all workers from answering others.
    pub fn held_by_clients(&self) -> Option<String> {
        let supervisor = &self.supervisor;
        let workers = supervisor.workers.filter(|workers| *workers > 0)?;
        (supervisor.connections? >= workers)
            .then(|| format!("it does not answer: each of its {workers} workers waits for a slow client"))
    }

    /// Says what the gunicorn of the settings before is still doing.
    pub fn finishing(&self) -> Option<String> {
        let finishing = self.supervisor.finishing.as_ref()?;
        let seconds = finishing.for_ms / 1000;
        let work = match finishing.connections {
            0 => "sends mail".to_owned(),
            1 => "finishes 1 connection".to_owned(),
            many => format!("finishes {many} connections"),
        };
        Some(format!(
            "generation {} still {work}, for {seconds} s now; it takes no new ones and is ended after 35 s",
            finishing.generation
        ))
    }

    /// Why Isso does not serve, in words that are never empty.
    pub fn why(&self) -> String {
        let supervisor = &self.supervisor;
        if self.password_needed {
            return match &self.settings.reason {
                Some(reason) => format!("it is not started: {reason}"),
                None => "it waits for an admin password".to_owned(),
            };
        }
        if self.state == State::Restoring {
            return "it is stopped while a backup is put back".to_owned();
        }
        let or = |said: &Option<String>, without: &str| said.clone().unwrap_or_else(|| without.to_owned());
        let phase = match &supervisor.phase {
            Named::Known(phase) => phase,
            Named::Unknown(phase) => return format!("it is {phase}"),
        };
        match phase {
            Phase::Serving | Phase::Reloading => self
                .held_by_clients()
                .unwrap_or_else(|| or(&self.probe.error, "it does not answer")),
            Phase::Waiting => or(&supervisor.last_exit, "it ended without saying why"),
            Phase::Starting => match &supervisor.last_exit {
                None => "it is still starting".to_owned(),
                Some(reason) => format!("it is being started again after this: {reason}"),
            },
            Phase::Stopping => "it is being stopped".to_owned(),
            Phase::Stopped => "it is stopped".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use isso_tests::{GOLDEN_STATUS as GOLDEN, golden_status as status};

    use super::*;

    #[test]
    fn a_status_is_written_as_in_the_golden_file() {
        let status: Status = serde_json::from_str(GOLDEN).unwrap();
        let written = serde_json::to_string_pretty(&status).unwrap();
        assert_eq!(written + "\n", GOLDEN);
    }

    #[test]
    fn the_reason_that_keeps_isso_down_is_told_and_not_the_password_that_it_hides() {
        let mut status: Status = status("awaiting-password", "stopped", false);
        assert_eq!(status.why(), "it waits for an admin password");
        let reason = "the settings cannot be used: the lock could not be taken";
        status.settings.reason = Some(reason.to_owned());
        assert_eq!(status.why(), format!("it is not started: {reason}"));
    }

    #[test]
    fn a_backup_that_an_older_host_calls_a_state_is_understood() {
        let mut answer: Value = serde_json::from_str(GOLDEN).unwrap();
        answer["state"] = json!("backing-up");
        answer.as_object_mut().unwrap().remove("backingUp");
        let status: Status = serde_json::from_value(answer).unwrap();
        assert_eq!((status.state, status.backing_up), (State::Serving.into(), true));
    }

    #[test]
    fn what_a_newer_host_says_is_shown_as_far_as_it_is_understood() {
        let mut answer: Value = serde_json::from_str(GOLDEN).unwrap();
        answer["state"] = json!("hibernating");
        answer["serving"] = json!(false);
        answer["supervisor"]["phase"] = json!("frozen");
        answer["supervisor"]["temperature"] = json!({ "celsius": -3 });
        answer["season"] = json!("winter");
        let status: Status = serde_json::from_value(answer).unwrap();
        assert_eq!(status.state.to_string(), "hibernating");
        assert_eq!((status.why().as_str(), status.pid), ("it is frozen", 4711));
        let written = serde_json::to_value(&status).unwrap();
        assert_eq!(written["state"], "hibernating");
        assert_eq!(written["supervisor"]["phase"], "frozen");
    }

    #[test]
    fn the_reason_is_never_empty() {
        let phases = ["stopped", "starting", "serving", "reloading", "waiting", "stopping"];
        for phase in phases {
            for state in ["installed", "awaiting-password", "restoring", "serving"] {
                let why = status::<Status>(state, phase, false).why();
                assert!(why.starts_with("it "), "{phase}, {state}: {why}");
            }
        }
    }
}
