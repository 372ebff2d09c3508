//! What became of the settings that Isso was given.

use std::sync::Arc;
use std::time::Duration;

use isso_cfg::{Document, Timedelta, keys};
use isso_daemon::{SettingsSource, Snapshot};
use isso_lifecycle::{PortError, with_causes};

use super::{ActiveSettings, SettingsProblem, SettingsState};
use crate::blocking::on_thread;

/// How often Isso may fail on a file before the last good one is tried.
const TRIES: u32 = 2;

impl SettingsSource for ActiveSettings {
    fn next(&self) -> Result<Arc<Snapshot>, PortError> {
        let state = self.state();
        let cfg = state.accepted.as_ref().ok_or("isso.cfg was not looked at yet")?;
        Ok(Arc::new(Snapshot {
            text: cfg.as_str().to_owned(),
            variables: cfg.variables(),
            ready_within: ready_within(cfg),
        }))
    }

    fn in_force(&self, snapshot: &Snapshot) {
        let Ok(cfg) = Document::parse(snapshot.text.clone()) else {
            return;
        };
        let cfg = cfg.with_environment(self.volume.environment());
        let mut state = self.state();
        state.failures = 0;
        state.in_force = Some(cfg.clone());
        drop(state);
        let volume = self.volume.clone();
        // Another process may hold the volume's lock.
        tokio::spawn(async move {
            let reason = match on_thread(move || volume.remember(&cfg)).await {
                Ok(Ok(_)) => return,
                Ok(Err(error)) => with_causes(&error),
                Err(error) => with_causes(&error),
            };
            tracing::warn!("the good settings could not be kept: {reason}");
        });
    }

    fn refused(&self, snapshot: &Snapshot, reason: &str) {
        let mut state = self.state();
        let is = |cfg: Option<&Document>| cfg.is_some_and(|it| it.as_str() == snapshot.text);
        // What was overtaken by a newer change, or what Isso has run on before, is not to blame.
        if !is(state.accepted.as_ref()) || is(state.in_force.as_ref()) {
            return;
        }
        if let Some(in_force) = state.in_force.clone() {
            state.accepted = Some(in_force);
            state.report_refused(reason, "goes on with the settings before");
            return;
        }
        if let Some(file) = state.given_up.take() {
            state.accepted = Some(file);
            state.problem = None;
            state.report_refused(reason, "starts with the last good settings no better");
            return;
        }
        state.failures += 1;
        let other = state.last_good.clone().filter(|good| !is(Some(good)));
        if state.failures == TRIES
            && let Some(good) = other
        {
            state.report_refused(reason, "was started with the last good settings");
            state.given_up = state.accepted.replace(good);
        }
    }
}

impl SettingsState {
    /// Says that Isso itself failed. A bad line that was found since is the newer word.
    fn report_refused(&mut self, reason: &str, so: &str) {
        if self.problem.is_none() {
            let reason = format!("isso.cfg is not in force: {reason}; Isso {so}");
            tracing::warn!("{reason}");
            self.problem = Some(SettingsProblem {
                reason,
                problems: Vec::new(),
            });
        }
    }
}

/// Isso tries the mail server and every website before it answers, one after the other, for their
/// time-out at each of their addresses; and the system sets no limit to how long a name look-up takes.
fn ready_within(cfg: &Document) -> Duration {
    let websites = u64::try_from(cfg.read_lines(&keys::HOST).len()).unwrap_or(u64::MAX);
    let smtp = cfg.read_timedelta(&keys::SMTP_TIMEOUT).map_or(10, Timedelta::seconds);
    let checks = smtp.saturating_mul(4).saturating_add(websites.saturating_mul(30));
    Duration::from_secs(checks.saturating_add(60).min(3600))
}
