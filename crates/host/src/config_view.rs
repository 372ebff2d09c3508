//! The settings as Isso reads them, and what is wrong with them. A running host reads them with its own environment;
//! while none runs, a command reads them with its own.

use std::path::PathBuf;

use isso_cfg::keys::{self, Kind};
use isso_cfg::{Diagnostic, Document, MASK, Volume, VolumeError};
use serde::{Deserialize, Serialize};

/// The settings as Isso sees them.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettingsView {
    /// The file.
    pub file: PathBuf,
    /// Every key that Isso knows, or what its parser refuses.
    pub read: Result<Vec<Setting>, Vec<Diagnostic>>,
}

/// One key.
#[derive(Serialize, Deserialize)]
pub struct Setting {
    /// The section.
    pub section: String,
    /// The key's name.
    pub name: String,
    /// The value as Isso reads it.
    pub value: String,
    /// Whether the file lacks the key, so that Isso's default counts.
    pub by_default: bool,
    /// Whether a part of the value is expanded from the environment.
    pub expanded: bool,
}

/// What is wrong with the settings.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettingsReport {
    /// The file.
    pub file: PathBuf,
    /// Everything that Isso would refuse or misread, or that a person ought to know.
    pub diagnostics: Vec<Diagnostic>,
}

impl SettingsView {
    /// Reads the settings of a volume. Passwords are hidden unless they are to be revealed.
    pub fn of(volume: &Volume, reveal: bool) -> Result<SettingsView, VolumeError> {
        let read = match volume.read() {
            Ok(contents) => Ok(settings(&contents.cfg, reveal)),
            Err(VolumeError::Invalid { diagnostics, .. }) => Err(diagnostics),
            Err(error) => return Err(error),
        };
        Ok(SettingsView {
            file: volume.config_path(),
            read,
        })
    }
}

impl SettingsReport {
    /// Checks the settings of a volume.
    pub fn of(volume: &Volume) -> Result<SettingsReport, VolumeError> {
        Ok(SettingsReport {
            file: volume.config_path(),
            diagnostics: volume.check()?,
        })
    }
}

fn settings(cfg: &Document, reveal: bool) -> Vec<Setting> {
    let setting = |key: &keys::Key| {
        let value = cfg.read_text(key);
        let hidden = key.kind == Kind::Secret && !reveal && !value.is_empty();
        Setting {
            section: key.section.to_owned(),
            name: key.name.to_owned(),
            value: if hidden { MASK.to_owned() } else { value },
            by_default: !cfg.has(key.section, key.name),
            expanded: cfg.is_expanded(key),
        }
    };
    keys::ALL.iter().map(setting).collect()
}

/// Shows no value: it may be a password.
impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}] {}", self.section, self.name)
    }
}
