//! Finds what is wrong with the `isso.cfg` of a volume.

use super::{Volume, VolumeError};
use crate::atomic::folder_of;
use crate::diagnose::{self, diagnose};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::document::Document;
use crate::keys::{self, Owner};

impl Volume {
    /// Finds everything that is wrong with `isso.cfg`, in the order of its lines. Writes nothing.
    ///
    /// To the findings of [`diagnose()`](crate::diagnose()) it adds the enforced keys that the next write will put
    /// right, and a database folder that is missing.
    pub fn check(&self) -> Result<Vec<Diagnostic>, VolumeError> {
        let cfg = match self.read_document() {
            Ok(cfg) => cfg,
            Err(VolumeError::Invalid { diagnostics, .. }) => return Ok(diagnostics),
            Err(error) => return Err(error),
        };
        let mut found = diagnose(&cfg);
        let untrusted = self.untrusted_password(&cfg);
        // The finding about the password says already that the panel is turned on.
        let is_reported = |wrong: &Diagnostic| untrusted.is_some() && wrong.message.starts_with("[admin]");
        let enforced = self.check_enforced(&cfg).into_iter();
        let enforced = enforced.filter(|wrong| !is_reported(wrong));
        found.extend(enforced.map(|wrong| Diagnostic {
            severity: Severity::Warning,
            fix: "It is put right before Isso starts.".to_owned(),
            ..wrong
        }));
        found.extend(untrusted);
        if cfg.effective(&keys::DBPATH) != Some(&self.dbpath) {
            found.retain(|wrong| wrong.code != Code::DatabasePath);
        }
        found.extend(self.check_database_folder(&cfg).map(|missing| {
            let is_made = folder_of(&self.database).starts_with(&self.root);
            Diagnostic {
                severity: if is_made { Severity::Warning } else { missing.severity },
                ..missing
            }
        }));
        found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
        Ok(found)
    }
}

/// Finds what Isso would refuse in a file, in the order of its lines, apart from the enforced keys.
pub(super) fn refused(cfg: &Document) -> Vec<Diagnostic> {
    diagnose::findings(cfg)
        .into_iter()
        .filter(|finding| finding.key.is_none_or(|key| key.owner != Owner::Enforced))
        .map(|finding| finding.diagnostic)
        .filter(|diagnostic| diagnostic.severity == Severity::Refused)
        .collect()
}
