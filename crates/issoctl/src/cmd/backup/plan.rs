//! Describes what a restore adds, replaces, repairs and leaves unchanged, for people and for programs.

use std::fs;
use std::path::Path;

use isso_host::backup::{Counts, Inspection, RestoreSource, count};
use isso_host::cfg::keys::ADMIN_PASSWORD;
use isso_host::cfg::{Change, Mended, Severity, Volume};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::words::{bytes, comments, time};
use crate::output::{BOLD, DIM, WARN};

const CONFIG: &str = "config/isso.cfg";
const DATABASE: &str = "db/comments.db";
/// The files of a volume, each with its label in the plan.
const FILES: [(&str, &str); 3] = [
    ("Settings", CONFIG),
    ("Mail", "start9/store.json"),
    ("Comments", DATABASE),
];

/// What a restore will do. The restore uses the same inspection, so it does what the plan says.
pub struct Plan<'a> {
    source: &'a RestoreSource,
    inspection: &'a Inspection,
    volume: &'a Volume,
    /// The numbers of comments and threads in the present database.
    present: Option<Counts>,
    /// The repairs in the restored settings, in the order of their lines.
    repairs: Vec<Change>,
}

impl<'a> Plan<'a> {
    /// Plans to restore the inspected source into a volume.
    pub fn new(source: &'a RestoreSource, inspection: &'a Inspection, volume: &'a Volume) -> Plan<'a> {
        let of = |it: &Mended| [it.changes.clone(), volume.would_enforce(it)].concat();
        let mut repairs = inspection.settings.as_ref().map(of).unwrap_or_default();
        repairs.sort_by_key(|it| it.line);
        Plan {
            source,
            inspection,
            volume,
            present: count(&volume.db_path()),
            repairs,
        }
    }

    /// Whether the restore replaces or adds the database.
    pub fn replaces_database(&self) -> bool {
        self.source.files().contains(&DATABASE)
    }

    /// Summarizes what is restored.
    pub fn brings(&self) -> String {
        match (self.replaces_database(), self.source.files().contains(&CONFIG)) {
            (true, true) => format!("{} and the settings", comments(self.inspection.database)),
            (true, false) => comments(self.inspection.database),
            _ => "the settings".to_owned(),
        }
    }

    /// Lines about the source: its path, time, contents and size.
    pub fn source(&self) -> Vec<String> {
        let described = self.source.describe();
        let holds = match self.replaces_database() {
            true => comments(self.inspection.database),
            false => "no comments".to_owned(),
        };
        vec![
            line("Source", &self.source.path().display().to_string()),
            line("From", &time(described.created)),
            line("Holds", &format!("{holds} ({})", bytes(described.size))),
        ]
    }

    /// Lines about each file of the volume, and whether it is replaced, added or left.
    pub fn files(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, file) in FILES {
            lines.push(line(name, &self.of_file(file)));
            if file == CONFIG {
                lines.extend(self.findings());
            }
        }
        lines
    }

    /// Lines about each file in the source, and about its settings.
    pub fn found(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, file) in FILES {
            if let Some(from) = self.source.path_of(file) {
                lines.push(line(name, &self.named(from, file)));
            }
            if file == CONFIG {
                lines.extend(self.findings());
            }
        }
        lines
    }

    fn of_file(&self, file: &str) -> String {
        let is_there = self.is_there(file);
        let now = match (file == DATABASE, self.present) {
            (true, Some(present)) => format!("{file} ({})", comments(Some(present))),
            _ => file.to_owned(),
        };
        match (self.source.path_of(file), is_there) {
            (Some(from), true) => format!("{now} is replaced with {}", self.named(from, file)),
            (Some(from), false) => format!("{file} becomes {}", self.named(from, file)),
            (None, true) => format!("{now} stays as it is: {}", self.why_not(file)),
            (None, false) => match file {
                DATABASE => format!("there are none, before and after: {}", self.why_not(file)),
                CONFIG if self.volume.last_good().is_some() => {
                    format!("{file} is made anew, from {file}.last-good: {}", self.why_not(file))
                }
                _ => format!("{file} is made anew, with defaults: {}", self.why_not(file)),
            },
        }
    }

    /// Whether the volume has the file. An empty file of settings counts as none.
    fn is_there(&self, file: &str) -> bool {
        let path = self.volume.root().join(file);
        match file {
            DATABASE => path.exists(),
            _ => fs::read(&path).map_or_else(|_| path.exists(), |it| !it.trim_ascii().is_empty()),
        }
    }

    fn named(&self, from: &Path, file: &str) -> String {
        match self.source {
            RestoreSource::Archive(_) => format!("{file} of the backup"),
            RestoreSource::Folder(_) => from.display().to_string(),
        }
    }

    fn why_not(&self, file: &str) -> String {
        match self.source.missing_database().filter(|_| file == DATABASE) {
            Some(missing) => format!(
                "the settings name {}, which is not there (--database FILE takes it from elsewhere)",
                missing.display()
            ),
            None if file == DATABASE => "the source has none".to_owned(),
            None => "the source has none that can be read".to_owned(),
        }
    }

    /// Lines about the repairs in the settings, and about problems that a person has to solve.
    fn findings(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.repairs.iter().map(repaired).collect();
        let password = format!("[{}] {}", ADMIN_PASSWORD.section, ADMIN_PASSWORD.name);
        let is_kept = self.repairs.iter().any(|it| it.key.as_deref() == Some(&password));
        let kept = match &self.inspection.rejected {
            Some(rejected) => Some(rejected.display().to_string()),
            // The repair keeps it, under a name with the time of the repair.
            None => is_kept.then(|| format!("{CONFIG}.rejected-…")),
        };
        if let Some(kept) = kept {
            lines.push(line("", &format!("the file as it was is kept as {kept}")));
        }
        let left = &self.inspection.diagnostics;
        let left = left.iter().filter(|it| it.severity != Severity::Refused);
        lines.extend(left.map(|it| line("", &format!("{WARN}isso.cfg:{WARN:#} {it}"))));
        lines
    }

    /// The whole plan for programs.
    pub fn to_json(&self) -> Value {
        let described = self.source.describe();
        let files = FILES.map(|(_, file)| {
            let is_there = self.is_there(file);
            let from = self.source.path_of(file);
            json!({
                "file": file,
                "becomes": match (from.is_some(), is_there) {
                    (true, true) => "replaced",
                    (true, false) => "added",
                    (false, true) => "unchanged",
                    (false, false) => "none",
                },
                "from": from.map(Path::to_string_lossy),
            })
        });
        json!({
            "source": self.source.path().to_string_lossy(),
            "created": described.created.format(&Rfc3339).ok(),
            "size": described.size,
            "files": files,
            "database": self.inspection.database,
            "present": self.present,
            "missingDatabase": self.source.missing_database().map(Path::to_string_lossy),
            "repairs": self.repairs,
            "rejected": self.inspection.rejected,
            "diagnostics": self.inspection.diagnostics,
        })
    }
}

fn repaired(change: &Change) -> String {
    let Change {
        line: number,
        key,
        old,
        new,
        why,
    } = change;
    let key = key.as_deref().map_or(String::new(), |key| format!("{key} "));
    let quoted = |text: &str| format!("`{}`", text.trim().replace('\n', ", "));
    let becomes = match (old.trim(), new.as_deref().map(str::trim)) {
        ("", Some(new)) => format!("{key}is set to {}", quoted(new)),
        (_, Some("")) => format!("{key}is emptied"),
        (old, Some(new)) => format!("{key}{} becomes {}", quoted(old), quoted(new)),
        ("", None) => "it is repaired".to_owned(),
        (old, None) => format!("{} is repaired", quoted(old)),
    };
    line("", &format!("line {number}: {becomes} {DIM}({why}){DIM:#}"))
}

fn line(name: &str, text: &str) -> String {
    format!("{BOLD}{name:<10}{BOLD:#}{text}")
}
