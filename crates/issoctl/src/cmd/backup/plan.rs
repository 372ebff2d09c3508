//! What a restore brings, replaces, repairs and leaves, for a person and for programs.

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
/// Where the files stand in a volume, and what they are called on the lines of a plan.
const FILES: [(&str, &str); 3] = [
    ("Settings", CONFIG),
    ("Mail", "start9/store.json"),
    ("Comments", DATABASE),
];

/// A look at everything before it is done; what is done is what was looked at.
pub struct Plan<'a> {
    source: &'a RestoreSource,
    inspection: &'a Inspection,
    volume: &'a Volume,
    /// What is in the database that is there now.
    present: Option<Counts>,
    /// What becomes another text in the settings that are brought, in the order of their lines.
    repairs: Vec<Change>,
}

impl<'a> Plan<'a> {
    /// The plan to put into a volume what was looked at.
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

    /// Whether another database is put in place.
    pub fn replaces_database(&self) -> bool {
        self.source.files().contains(&DATABASE)
    }

    /// What it brings, in a few words.
    pub fn brings(&self) -> String {
        match (self.replaces_database(), self.source.files().contains(&CONFIG)) {
            (true, true) => format!("{} and the settings", comments(self.inspection.database)),
            (true, false) => comments(self.inspection.database),
            _ => "the settings".to_owned(),
        }
    }

    /// What it comes from and holds.
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

    /// What becomes of each file of the volume.
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

    /// Where each file is, and what is found in the settings.
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

    /// An empty file of settings is as good as none.
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

    /// What is repaired in the settings, how, and what is left to the person.
    fn findings(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.repairs.iter().map(repaired).collect();
        let password = format!("[{}] {}", ADMIN_PASSWORD.section, ADMIN_PASSWORD.name);
        let is_kept = self.repairs.iter().any(|it| it.key.as_deref() == Some(&password));
        let kept = match &self.inspection.rejected {
            Some(rejected) => Some(rejected.display().to_string()),
            // Settling keeps it, under the time at which it does.
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

    /// All of it for programs.
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
                "from": from,
            })
        });
        json!({
            "source": self.source.path(),
            "created": described.created.format(&Rfc3339).ok(),
            "size": described.size,
            "files": files,
            "database": self.inspection.database,
            "present": self.present,
            "missingDatabase": self.source.missing_database(),
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
