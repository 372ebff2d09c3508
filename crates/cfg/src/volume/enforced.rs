//! Puts the enforced keys right, so that Isso finds its database and has its admin panel.

use super::Volume;
use crate::atomic::folder_of;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Document, EditError};
use crate::keys::{self, Key};

impl Volume {
    /// Turns the admin panel on, takes an [untrusted password](Document::untrusted_password) out, and says whether
    /// there was one.
    pub(super) fn enforce_panel(&self, cfg: &mut Document) -> Result<bool, EditError> {
        enforce_panel(cfg, || self.remembered())
    }

    /// Finds a password beside an admin panel that is off, unless Isso has run with this password and the panel on.
    pub(super) fn untrusted_password(&self, cfg: &Document) -> Option<Diagnostic> {
        untrusted_password(cfg, || self.remembered())
    }

    /// Puts the enforced keys right, and returns those that were wrong.
    pub(super) fn enforce(&self, cfg: &mut Document) -> Result<Vec<&'static Key>, EditError> {
        let mut wrong = Vec::new();
        if is_known(cfg, &keys::DBPATH) && cfg.write_text(&keys::DBPATH, &self.dbpath)? {
            wrong.push(&keys::DBPATH);
        }
        if is_known(cfg, &keys::ADMIN_ENABLED) && cfg.write_bool(&keys::ADMIN_ENABLED, true)? {
            wrong.push(&keys::ADMIN_ENABLED);
        }
        Ok(wrong)
    }

    /// Finds the enforced keys that are wrong, and says which values they must have.
    pub(super) fn check_enforced(&self, cfg: &Document) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if is_known(cfg, &keys::DBPATH) && cfg.effective(&keys::DBPATH) != Some(&self.dbpath) {
            let message = format!("[general] dbpath is not {}, where the database is kept", self.dbpath);
            let fix = format!("Write dbpath = {} under [general].", self.dbpath);
            found.push(at(cfg, &keys::DBPATH).refused(Code::Enforced, message).fix(fix));
        }
        if is_known(cfg, &keys::ADMIN_ENABLED) && cfg.read_bool(&keys::ADMIN_ENABLED) != Some(true) {
            let message = "[admin] enabled is not on, so nobody could approve comments";
            let fix = "Write enabled = true under [admin].";
            found.push(at(cfg, &keys::ADMIN_ENABLED).refused(Code::Enforced, message).fix(fix));
        }
        found
    }

    /// Finds a missing folder of the database.
    pub(super) fn check_database_folder(&self, cfg: &Document) -> Option<Diagnostic> {
        let folder = folder_of(&self.database);
        if folder.is_dir() {
            return None;
        }
        let message = format!("the folder of the database, {}, is missing", folder.display());
        let fix = if folder.starts_with(&self.root) {
            "It is made before Isso starts."
        } else {
            "Make it, or mount what belongs there: Isso does not start without it."
        };
        Some(at(cfg, &keys::DBPATH).refused(Code::DatabaseFolder, message).fix(fix))
    }
}

/// Does the work of [`Volume::enforce_panel`]. `remembered` reads the settings that Isso has run with.
pub(super) fn enforce_panel(
    cfg: &mut Document,
    remembered: impl FnOnce() -> Option<Document>,
) -> Result<bool, EditError> {
    let untrusted = untrusted_password(cfg, remembered).is_some();
    if untrusted {
        cfg.set(keys::ADMIN_PASSWORD.section, keys::ADMIN_PASSWORD.name, "")?;
    }
    if is_known(cfg, &keys::ADMIN_ENABLED) {
        cfg.write_bool(&keys::ADMIN_ENABLED, true)?;
    }
    Ok(untrusted)
}

fn untrusted_password(cfg: &Document, remembered: impl FnOnce() -> Option<Document>) -> Option<Diagnostic> {
    let untrusted = cfg
        .untrusted_password()
        .filter(|_| is_known(cfg, &keys::ADMIN_ENABLED))?;
    let has_been_in_force = remembered().is_some_and(|good| {
        good.read_bool(&keys::ADMIN_ENABLED) == Some(true)
            && good.read_text(&keys::ADMIN_PASSWORD) == cfg.read_text(&keys::ADMIN_PASSWORD)
    });
    (!has_been_in_force).then_some(untrusted)
}

/// Whether this process knows what Isso sees of a key. If a value names a variable, only a host that knows Isso's
/// environment may change it.
fn is_known(cfg: &Document, key: &Key) -> bool {
    cfg.environment().is_complete() || !cfg.is_undecided(key)
}

fn at(cfg: &Document, key: &Key) -> Place {
    Diagnostic::at(cfg.place(key), cfg.read_text(key))
}
