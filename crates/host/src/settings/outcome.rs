//! What became of the settings that Isso was given.

use std::sync::Arc;
use std::time::Duration;

use isso_cfg::{Document, Timedelta, keys};
use isso_daemon::{SettingsSource, Snapshot};
use isso_lifecycle::{PortError, with_causes};

use super::{Desk, Papers, Trouble};
use crate::aside::on_thread;

/// How often Isso may fail on a file before the last good one is tried.
const TRIES: u32 = 2;

impl SettingsSource for Desk {
    fn next(&self) -> Result<Arc<Snapshot>, PortError> {
        let papers = self.papers();
        let cfg = papers.accepted.as_ref().ok_or("isso.cfg was not looked at yet")?;
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
        let mut papers = self.papers();
        papers.failures = 0;
        papers.in_force = Some(cfg.clone());
        drop(papers);
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
        let mut papers = self.papers();
        let is = |cfg: Option<&Document>| cfg.is_some_and(|it| it.as_str() == snapshot.text);
        // What was overtaken by a newer change, or what Isso has run on before, is not to blame.
        if !is(papers.accepted.as_ref()) || is(papers.in_force.as_ref()) {
            return;
        }
        if let Some(in_force) = papers.in_force.clone() {
            papers.accepted = Some(in_force);
            papers.blame(reason, "goes on with the settings before");
            return;
        }
        if let Some(file) = papers.given_up.take() {
            papers.accepted = Some(file);
            papers.trouble = None;
            papers.blame(reason, "starts with the last good settings no better");
            return;
        }
        papers.failures += 1;
        let other = papers.last_good.clone().filter(|good| !is(Some(good)));
        if papers.failures == TRIES
            && let Some(good) = other
        {
            papers.blame(reason, "was started with the last good settings");
            papers.given_up = papers.accepted.replace(good);
        }
    }
}

impl Papers {
    /// Says that Isso itself failed. A bad line that was found since is the newer word.
    fn blame(&mut self, reason: &str, so: &str) {
        if self.trouble.is_none() {
            let reason = format!("isso.cfg is not in force: {reason}; Isso {so}");
            tracing::warn!("{reason}");
            self.trouble = Some(Trouble {
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
