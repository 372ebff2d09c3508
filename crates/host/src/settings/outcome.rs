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
        let mut state = self.state();
        let cfg = state.accepted.clone().ok_or("isso.cfg was not looked at yet")?;
        let snapshot = Snapshot {
            text: cfg.as_str().to_owned(),
            variables: cfg.variables(),
            session_key: state.session_key.clone(),
            ready_within: ready_within(&cfg),
        };
        state.given = Some(cfg);
        Ok(Arc::new(snapshot))
    }

    fn in_force(&self, snapshot: &Snapshot) {
        let Some(cfg) = self.document_of(snapshot) else {
            return;
        };
        let mut state = self.state();
        state.failures = 0;
        state.in_force = Some(cfg.clone());
        if snapshot.session_key == state.session_key {
            state.session_key_problem = None;
        }
        state.session_key_in_force = Some(snapshot.session_key.clone());
        drop(state);
        self.changed.send_replace(());
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
        self.state().refuse(snapshot, reason);
        self.changed.send_replace(());
    }
}

impl ActiveSettings {
    /// Returns the document that a snapshot was made of.
    fn document_of(&self, snapshot: &Snapshot) -> Option<Document> {
        let known = self.state().document(&snapshot.text);
        // Parsed again only if the files were prepared anew since Isso was given them. The supervisor waits meanwhile.
        known.or_else(|| {
            let cfg = Document::parse(snapshot.text.clone()).ok()?;
            Some(cfg.with_environment(self.volume.environment()))
        })
    }
}

impl SettingsState {
    fn document(&self, text: &str) -> Option<Document> {
        let known = [&self.given, &self.accepted, &self.in_force];
        known.into_iter().flatten().find(|cfg| cfg.as_str() == text).cloned()
    }

    /// Takes the settings that Isso refused out of use, if no newer ones were accepted since.
    fn refuse(&mut self, snapshot: &Snapshot, reason: &str) {
        self.refuse_session_key(snapshot, reason);
        let is = |cfg: Option<&Document>| cfg.is_some_and(|it| it.as_str() == snapshot.text);
        // Settings that a newer change has replaced, or on which Isso has run before, are not the cause.
        if !is(self.accepted.as_ref()) || is(self.in_force.as_ref()) {
            return;
        }
        if let Some(in_force) = self.in_force.clone() {
            self.accepted = Some(in_force);
            self.report_refused(reason, "goes on with the settings before");
            return;
        }
        if let Some(file) = self.given_up.take() {
            self.accepted = Some(file);
            self.problem = None;
            self.report_refused(reason, "starts with the last good settings no better");
            return;
        }
        self.failures += 1;
        let other = self.last_good.clone().filter(|good| !is(Some(good)));
        if self.failures == TRIES
            && let Some(good) = other
        {
            self.report_refused(reason, "was started with the last good settings");
            self.given_up = self.accepted.replace(good);
        }
    }

    /// Records that an Isso with a new session key failed to start, if no newer one has taken its place.
    fn refuse_session_key(&mut self, snapshot: &Snapshot, reason: &str) {
        let before = self.session_key_in_force.as_ref();
        if before.is_some_and(|before| *before != snapshot.session_key) && snapshot.session_key == self.session_key {
            let reason =
                format!("the new session key is not in force: {reason}; Isso takes it when it is started again");
            tracing::warn!("{reason}");
            self.session_key_problem = Some(reason);
        }
    }

    /// Records that Isso failed to start. A problem found in the file later takes precedence.
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

/// How long Isso may take to get ready. It tries the mail server and every website before it answers, one after the
/// other, for their time-out at each of their addresses; and the system does not limit how long a name look-up takes.
fn ready_within(cfg: &Document) -> Duration {
    let websites = u64::try_from(cfg.read_lines(&keys::HOST).len()).unwrap_or(u64::MAX);
    let smtp = cfg.read_timedelta(&keys::SMTP_TIMEOUT).map_or(10, Timedelta::seconds);
    let checks = smtp.saturating_mul(4).saturating_add(websites.saturating_mul(30));
    Duration::from_secs(checks.saturating_add(60).min(3600))
}

#[cfg(test)]
mod tests {
    use isso_actions::{Action, Language};
    use isso_cfg::Volume;
    use isso_lifecycle::{Review, SettingsFiles};
    use serde_json::Value;
    use tokio::sync::watch;

    use super::*;
    use crate::host_info::HostInfoSource;
    use crate::settings::SettingsPort;

    /// Whether a change was notified since the last call.
    fn is_notified(changes: &mut watch::Receiver<()>) -> bool {
        let is = changes.has_changed().unwrap();
        changes.mark_unchanged();
        is
    }

    fn set_password(volume: &Volume) {
        volume.prepare().unwrap();
        let host_info = HostInfoSource::Local(None).host_info(volume);
        let set = Action::SetAdminPassword.run(volume, &host_info, Language::English, &Value::Null);
        set.unwrap();
    }

    #[tokio::test]
    async fn every_change_of_the_status_is_notified() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), folder.path().join("comments.db").to_string_lossy());
        let settings = Arc::new(ActiveSettings::new(volume.clone()));
        let mut port = SettingsPort(Arc::clone(&settings));
        let mut changes = settings.changes();
        set_password(&volume);
        port.prepare().await.unwrap();
        assert!(is_notified(&mut changes));

        let first = settings.next().unwrap();
        assert!(!is_notified(&mut changes) && !settings.status().in_force);
        settings.in_force(&first);
        assert!(is_notified(&mut changes) && settings.status().in_force);

        #[expect(clippy::disallowed_methods, reason = "an editor writes it in place")]
        let save = |text: &str| std::fs::write(volume.config_path(), text).unwrap();
        let mut changed = volume.read().unwrap().cfg;
        changed.set("guard", "ratelimit", "7").unwrap();
        save(changed.as_str());
        assert_eq!(port.review().await.unwrap(), Review::Changed);
        assert!(is_notified(&mut changes) && !settings.status().in_force);
        let second = settings.next().unwrap();
        settings.refused(&second, "it ended");
        assert!(is_notified(&mut changes) && settings.status().reason.is_some());

        save(&first.text);
        assert_eq!(port.review().await.unwrap(), Review::Unchanged);
        assert!(is_notified(&mut changes) && settings.status().in_force);
    }

    #[tokio::test]
    async fn a_session_key_is_in_force_once_isso_was_started_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), folder.path().join("comments.db").to_string_lossy());
        let settings = Arc::new(ActiveSettings::new(volume.clone()));
        let mut port = SettingsPort(Arc::clone(&settings));
        set_password(&volume);
        port.prepare().await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "nothing is left of the file before")]
        let write = |path: &std::path::Path, text: &str| std::fs::write(path, text).unwrap();
        let signed_out = volume.db_path().with_file_name("comments.db.signed-out");
        let first = settings.next().unwrap();
        settings.in_force(&first);
        assert!(settings.status().in_force);
        assert_eq!(port.review().await.unwrap(), Review::Unchanged);

        write(&signed_out, "a");
        assert!(!settings.status().in_force, "the file is new");
        assert_eq!(port.review().await.unwrap(), Review::Changed);
        let second = settings.next().unwrap();
        assert!(second.text == first.text && second != first);
        settings.refused(&second, "it ended");
        let reason = settings.reason().unwrap_or_default();
        assert!(reason.contains("new session key is not in force: it ended"), "{reason}");
        assert!(!settings.status().in_force && settings.status().reason.is_some());
        assert_eq!(port.review().await.unwrap(), Review::Unchanged, "Isso was given it");

        // Another one is tried, whatever stands in isso.cfg.
        write(&signed_out, "ab");
        let good = volume.read().unwrap().cfg;
        write(&volume.config_path(), "a line of no section\n");
        assert_eq!(port.review().await.unwrap(), Review::Changed);
        let third = settings.next().unwrap();
        assert_eq!(third.text, first.text);
        settings.in_force(&third);
        assert!(settings.reason().is_some_and(|it| it.contains("isso.cfg")));
        write(&volume.config_path(), good.as_str());
        assert_eq!(port.review().await.unwrap(), Review::Unchanged);
        assert!(settings.status().in_force && settings.reason().is_none());

        // A host that begins later is given the key that there is.
        let later = ActiveSettings::new(volume);
        later.prepare().unwrap();
        assert_eq!(later.next().unwrap().session_key, third.session_key);
    }

    #[tokio::test]
    async fn settings_are_in_force_whatever_was_accepted_since_they_were_given() {
        let folder = tempfile::tempdir().unwrap();
        let volume = Volume::new(folder.path(), folder.path().join("comments.db").to_string_lossy());
        let settings = ActiveSettings::new(volume);
        settings.prepare().unwrap();
        let given = settings.next().unwrap();
        let newer = || Document::parse("[guard]\nratelimit = 7\n").unwrap();
        settings.state().accepted = Some(newer());
        settings.in_force(&given);
        let in_force = |settings: &ActiveSettings| settings.state().in_force.clone().unwrap();
        assert_eq!(in_force(&settings).as_str(), given.text);
        *settings.state() = SettingsState::default();
        settings.in_force(&given);
        assert_eq!(in_force(&settings).as_str(), given.text, "it is not known any more");
    }
}
