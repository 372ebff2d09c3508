//! Prepares the files before Isso is started on them.

use std::io::ErrorKind;

use isso_cfg::{Document, Found, VolumeError};
use isso_lifecycle::{Gate, PortError, with_causes};

use super::{ActiveSettings, SettingsProblem, SettingsState, gate};

impl ActiveSettings {
    /// Prepares the files, and remembers why that failed. Otherwise the status could say only that there is no
    /// password.
    pub(super) fn prepare(&self) -> Result<Gate, PortError> {
        let prepared = self.try_to_prepare();
        if let Err(error) = &prepared {
            let reason = format!("the settings cannot be used: {}", with_causes(&**error));
            let mut state = self.state();
            state.unprepared = true;
            state.problem = Some(SettingsProblem {
                reason,
                problems: Vec::new(),
            });
        }
        self.changed.send_replace(());
        prepared
    }

    /// Repairs the file. Where it cannot be written, accepts it as it is if Isso can start on it.
    fn try_to_prepare(&self) -> Result<Gate, PortError> {
        let session_key = self.look_at_session_key().unwrap_or_default();
        *self.state() = SettingsState {
            session_key,
            ..SettingsState::default()
        };
        let root = self.volume.root();
        // Preparing would make new files where a folder was moved away, and the folder could not be moved back.
        if self.volume.store_path().is_some() && !root.exists() {
            return Err(format!("the data folder {} is gone", root.display()).into());
        }
        // Until a restore that was broken off is finished, the files are neither the old ones nor the new ones.
        if isso_backup::finish(root)?.is_some() {
            tracing::warn!("a restore that was broken off is finished");
        }
        let unwritable = match self.volume.prepare() {
            Ok(prepared) => {
                for note in &prepared.notes {
                    tracing::warn!("{note}");
                }
                let cfg = self.volume.read()?.cfg;
                let last_good = self.volume.last_good();
                let mut state = self.state();
                state.accepted = Some(cfg);
                state.last_good = last_good;
                return Ok(gate(prepared.usable_password));
            }
            Err(error) => error,
        };
        let last_good = self.volume.last_good();
        let nothing = || Document::parse(String::new()).expect("an empty file is well-formed");
        let base = last_good.clone().unwrap_or_else(nothing);
        let found = self.volume.review(&base)?.found;
        let mut state = self.state();
        state.last_good.clone_from(&last_good);
        match found {
            Found::Same => state.accepted = Some(base),
            Found::Changed(cfg) => state.accepted = Some(cfg),
            Found::Refused(diagnostics) => {
                state.accepted = last_good;
                state.problem = Some(SettingsProblem::of_file(&diagnostics));
            }
        }
        match state.gate() {
            // Nothing is wrong with the file itself, so the reason is what kept it from being prepared. Nor is it known
            // what is wrong with a file that another process may be changing.
            Gate::Locked if state.problem.is_none() || is_locked(&unwritable) => Err(unwritable.into()),
            gate => Ok(gate),
        }
    }
}

/// Whether another process holds the volume's lock.
fn is_locked(error: &VolumeError) -> bool {
    matches!(error, VolumeError::Lock { source, .. } if source.kind() == ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use isso_cfg::Volume;
    use isso_lifecycle::SettingsFiles;

    use super::*;
    use crate::settings::SettingsPort;

    #[tokio::test]
    async fn files_that_cannot_be_prepared_are_told_as_the_reason_and_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        let volume =
            Volume::new(folder.path(), database.to_string_lossy()).with_lock_timeout(Duration::from_millis(20));
        volume.prepare().unwrap();
        let settings = Arc::new(ActiveSettings::new(volume));
        let mut port = SettingsPort(Arc::clone(&settings));
        let lock = std::fs::File::open(folder.path().join(".lock")).unwrap();
        lock.lock().unwrap();
        port.prepare().await.unwrap_err();
        let reason = settings.status().reason.unwrap();
        assert!(reason.contains(".lock could not be taken"), "{reason}");
        assert!(settings.is_unprepared());
        assert_eq!(settings.reason(), Some(reason));
        drop(lock);
        assert_eq!(port.prepare().await.unwrap(), Gate::Locked);
        assert!(!settings.is_unprepared() && settings.status().reason.is_none());
    }

    #[tokio::test]
    async fn a_folder_that_was_moved_away_is_not_made_again() {
        let around = tempfile::tempdir().unwrap();
        let (root, moved) = (around.path().join("data"), around.path().join("moved"));
        let volume = Volume::new(&root, root.join("db/comments.db").to_string_lossy());
        volume.prepare().unwrap();
        let settings = Arc::new(ActiveSettings::new(volume));
        let mut port = SettingsPort(Arc::clone(&settings));
        port.prepare().await.unwrap();
        std::fs::rename(&root, &moved).unwrap();
        port.prepare().await.unwrap_err();
        assert!(!root.exists());
        std::fs::rename(&moved, &root).unwrap();
        assert_eq!(port.prepare().await.unwrap(), Gate::Locked);
    }
}
