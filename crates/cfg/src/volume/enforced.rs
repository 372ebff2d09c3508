//! What must hold for the database to be found and comments to be approved.

use super::Volume;
use super::files::folder;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::{Document, EditError};
use crate::keys::{self, Key};

impl Volume {
    /// Puts the enforced keys right, and says which of them were wrong.
    pub(super) fn enforce(&self, cfg: &mut Document) -> Result<Vec<&'static Key>, EditError> {
        let written = [
            (&keys::DBPATH, cfg.write_text(&keys::DBPATH, &self.dbpath)?),
            (
                &keys::ADMIN_ENABLED,
                cfg.write_bool(&keys::ADMIN_ENABLED, true)?,
            ),
        ];
        Ok(written
            .into_iter()
            .filter_map(|(key, changed)| changed.then_some(key))
            .collect())
    }

    /// Says which enforced keys are wrong, and what must stand there.
    pub(super) fn check_enforced(&self, cfg: &Document) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if cfg.effective(&keys::DBPATH) != Some(&self.dbpath) {
            let message = format!(
                "[general] dbpath is not {}, where the database is kept",
                self.dbpath
            );
            let fix = format!("Write dbpath = {} under [general].", self.dbpath);
            found.push(finding(cfg, &keys::DBPATH, Code::Enforced, message, fix));
        }
        if cfg.read_bool(&keys::ADMIN_ENABLED) != Some(true) {
            found.push(finding(
                cfg,
                &keys::ADMIN_ENABLED,
                Code::Enforced,
                "[admin] enabled is not on, so nobody could approve comments".to_owned(),
                "Write enabled = true under [admin].".to_owned(),
            ));
        }
        found
    }

    /// Says whether the folder of the database is missing.
    pub(super) fn check_database_folder(&self, cfg: &Document) -> Option<Diagnostic> {
        let folder = folder(&self.database);
        if folder.is_dir() {
            return None;
        }
        let message = format!(
            "the folder of the database, {}, is missing",
            folder.display()
        );
        let fix = if folder.starts_with(&self.root) {
            "It is made before Isso starts."
        } else {
            "Make it, or mount what belongs there: Isso does not start without it."
        };
        Some(finding(
            cfg,
            &keys::DBPATH,
            Code::DatabaseFolder,
            message,
            fix.to_owned(),
        ))
    }
}

fn finding(cfg: &Document, key: &Key, code: Code, message: String, fix: String) -> Diagnostic {
    let (line, column) = cfg.place(key);
    Diagnostic {
        severity: Severity::Refused,
        code,
        line,
        column,
        text: cfg.read_text(key),
        message,
        fix,
    }
}
