//! The settings on their way from `isso.cfg` to Isso: what it runs on, what it is to run on next, and
//! why the file is not in force if it is not.
//!
//! ```text
//! isso.cfg ──looked at──→ accepted ──Isso gets ready on them──→ in force, and kept as last-good
//!              │ refused                │ Isso refuses them
//!              └────────→ trouble ←─────┘   (what is in force stays so)
//! ```

use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use isso_cfg::{Diagnostic, Document, Found, Timedelta, Volume, VolumeError, keys};
use isso_daemon::{SettingsSource, Snapshot};
use isso_lifecycle::{Gate, PortError, Review, SettingsFiles, with_causes};
use serde::{Deserialize, Serialize};

use crate::aside::on_thread;

/// How often Isso may fail on a file before the last good one is tried.
const TRIES: u32 = 2;

/// The one place that knows which settings count.
#[derive(Debug)]
pub struct Desk {
    volume: Volume,
    papers: Mutex<Papers>,
}

#[derive(Debug, Default)]
struct Papers {
    /// What the next generation gets.
    accepted: Option<Document>,
    /// What Isso serves on, or served on last.
    in_force: Option<Document>,
    /// What Isso failed to start with, while the last good settings are tried in its place.
    given_up: Option<Document>,
    /// Starts that failed with nothing to fall back on.
    failures: u32,
    /// Why the file is not in force.
    trouble: Option<Trouble>,
    /// The settings that Isso served on before this process, read when the files were settled: asked for by the
    /// supervisor, which must not wait for a disk.
    last_good: Option<Document>,
    /// Whether the files could not be settled, for a reason that may pass.
    unsettled: bool,
}

/// Why `isso.cfg` is not in force.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    reason: String,
    problems: Vec<Problem>,
}

/// How `isso.cfg` and the running Isso stand to each other.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettingsStatus {
    /// Whether Isso runs, or ran last, on what the file says.
    pub in_force: bool,
    /// Why it does not, unless it is just taking the file over or has not run yet.
    pub reason: Option<String>,
    /// The lines at fault.
    pub problems: Vec<Problem>,
}

/// A line of `isso.cfg` that Isso would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1.
    pub column: usize,
    /// The offending text, never a secret.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl SettingsStatus {
    /// What the file says cannot be told, for this reason.
    pub fn unknown(reason: String) -> SettingsStatus {
        SettingsStatus {
            in_force: false,
            reason: Some(reason),
            problems: Vec::new(),
        }
    }
}

impl Desk {
    /// An empty desk for the settings of a volume.
    pub fn new(volume: Volume) -> Desk {
        Desk {
            volume,
            papers: Mutex::default(),
        }
    }

    /// How the file and the running Isso stand to each other.
    pub fn status(&self) -> SettingsStatus {
        // An edit that nobody has looked at yet is not in force either.
        let file = self.volume.read().ok().map(|contents| contents.cfg);
        let papers = self.papers();
        let taken = match (&papers.in_force, file) {
            (Some(in_force), Some(file)) => file.means_the_same(in_force),
            _ => false,
        };
        let (reason, problems) = match papers.trouble.clone() {
            Some(Trouble { reason, problems }) => (Some(reason), problems),
            None => (None, Vec::new()),
        };
        SettingsStatus {
            in_force: taken && reason.is_none(),
            reason,
            problems,
        }
    }

    /// The websites that may embed comments, as Isso has them, or will.
    pub fn websites(&self) -> Vec<String> {
        let papers = self.papers();
        let cfg = papers.in_force.as_ref().or(papers.accepted.as_ref());
        let websites = cfg.map_or_else(Vec::new, |cfg| cfg.read_lines(&keys::HOST));
        websites.into_iter().filter(|it| it != "localhost").collect()
    }

    fn papers(&self) -> MutexGuard<'_, Papers> {
        // Every change is a few assignments, so there is no half of one.
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the file is not in force, as far as that was seen.
    pub fn reason(&self) -> Option<String> {
        let papers = self.papers();
        papers.trouble.as_ref().map(|it| it.reason.clone())
    }

    /// Whether the files could not be settled: the cause may lie outside of them, so that no change of theirs tells
    /// when it is gone.
    pub fn is_unsettled(&self) -> bool {
        self.papers().unsettled
    }

    /// Settles the files, and remembers why that failed: without it, a status could tell only that there is no
    /// password.
    fn settle(&self) -> Result<Gate, PortError> {
        let settled = self.try_to_settle();
        if let Err(error) = &settled {
            let reason = format!("the settings cannot be used: {}", with_causes(&**error));
            let mut papers = self.papers();
            papers.unsettled = true;
            papers.trouble = Some(Trouble {
                reason,
                problems: Vec::new(),
            });
        }
        settled
    }

    /// Puts the file right, or where it cannot be written, takes it as it is if it will do.
    fn try_to_settle(&self) -> Result<Gate, PortError> {
        *self.papers() = Papers::default();
        let root = self.volume.root();
        // Settling would make new files where a folder was moved away, and the folder could not be moved back.
        if self.volume.store_path().is_some() && !root.exists() {
            return Err(format!("the data folder {} is gone", root.display()).into());
        }
        // Until a restore that was broken off is finished, the files are neither the old ones nor the new ones.
        if isso_backup::finish(root)?.is_some() {
            tracing::warn!("a restore that was broken off is finished");
        }
        let unwritable = match self.volume.prepare() {
            Ok(settled) => {
                for note in &settled.notes {
                    tracing::warn!("{note}");
                }
                let cfg = self.volume.read()?.cfg;
                let last_good = self.volume.last_good();
                let mut papers = self.papers();
                papers.accepted = Some(cfg);
                papers.last_good = last_good;
                return Ok(gate(settled.usable_password));
            }
            Err(error) => error,
        };
        let last_good = self.volume.last_good();
        let nothing = || Document::parse(String::new()).expect("an empty file is well-formed");
        let base = last_good.clone().unwrap_or_else(nothing);
        let found = self.volume.review(&base)?.found;
        let mut papers = self.papers();
        papers.last_good.clone_from(&last_good);
        match found {
            Found::Same => papers.accepted = Some(base),
            Found::Changed(cfg) => papers.accepted = Some(cfg),
            Found::Refused(diagnostics) => {
                papers.accepted = last_good;
                papers.trouble = Some(Trouble::of_file(&diagnostics));
            }
        }
        match papers.gate() {
            // Nothing is wrong with the file itself, so what kept it from being settled is the news.
            // Nor is it known what is wrong with a file that another process may be changing.
            Gate::Locked if papers.trouble.is_none() || is_locked(&unwritable) => Err(unwritable.into()),
            gate => Ok(gate),
        }
    }

    fn look(&self) -> Result<Review, VolumeError> {
        loop {
            let Some(base) = self.papers().accepted.clone() else {
                return Ok(Review::Unchanged);
            };
            let review = self.volume.review(&base)?;
            for note in &review.notes {
                tracing::warn!("{note}");
            }
            let mut papers = self.papers();
            // Isso may have refused meanwhile what the file was compared with.
            if papers.accepted.as_ref() == Some(&base) {
                return Ok(papers.take(review.found));
            }
        }
    }
}

impl Papers {
    /// Takes in what a look at the file found.
    fn take(&mut self, found: Found) -> Review {
        match found {
            Found::Changed(cfg) => {
                self.trouble = None;
                self.given_up = None;
                self.failures = 0;
                self.accepted = Some(cfg);
                return Review::Changed;
            }
            Found::Same => self.trouble = None,
            Found::Refused(diagnostics) => {
                let trouble = Trouble::of_file(&diagnostics);
                if self.trouble.as_ref() != Some(&trouble) {
                    tracing::warn!("{}; Isso goes on with the settings before", trouble.reason);
                }
                self.trouble = Some(trouble);
            }
        }
        Review::Unchanged
    }

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

    fn gate(&self) -> Gate {
        gate(self.accepted.as_ref().is_some_and(Document::has_usable_password))
    }
}

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

/// The desk as the state machine sees it.
pub struct ConfigPort(pub Arc<Desk>);

#[async_trait]
impl SettingsFiles for ConfigPort {
    async fn prepare(&mut self) -> Result<Gate, PortError> {
        let desk = Arc::clone(&self.0);
        // Waits for the volume's lock, and looks again before it believes that a file is bad.
        on_thread(move || desk.settle()).await?
    }

    async fn gate(&mut self) -> Result<Gate, PortError> {
        Ok(self.0.papers().gate())
    }

    async fn review(&mut self) -> Result<Review, PortError> {
        let desk = Arc::clone(&self.0);
        // Looks again before it believes that a file is bad, and sleeps in between.
        Ok(on_thread(move || desk.look()).await??)
    }
}

impl Trouble {
    fn of_file(diagnostics: &[Diagnostic]) -> Trouble {
        let problems = diagnostics.iter().map(|found| Problem {
            line: found.line,
            column: found.column,
            text: found.text.clone(),
            message: found.message.clone(),
            fix: found.fix.clone(),
        });
        let reason = diagnostics.first().map_or_else(String::new, ToString::to_string);
        Trouble {
            reason: format!("isso.cfg is not in force: {reason}"),
            problems: problems.collect(),
        }
    }
}

/// Whether another process holds the volume's lock.
fn is_locked(error: &VolumeError) -> bool {
    matches!(error, VolumeError::Lock { source, .. } if source.kind() == ErrorKind::TimedOut)
}

fn gate(usable_password: bool) -> Gate {
    match usable_password {
        true => Gate::Open,
        false => Gate::Locked,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn files_that_cannot_be_settled_are_told_as_the_reason_and_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("comments.db");
        let volume =
            Volume::new(folder.path(), database.to_string_lossy()).with_lock_timeout(Duration::from_millis(20));
        volume.prepare().unwrap();
        let desk = Arc::new(Desk::new(volume));
        let mut port = ConfigPort(Arc::clone(&desk));
        let lock = std::fs::File::open(folder.path().join(".lock")).unwrap();
        lock.lock().unwrap();
        port.prepare().await.unwrap_err();
        let reason = desk.status().reason.unwrap();
        assert!(reason.contains(".lock could not be taken"), "{reason}");
        assert!(desk.is_unsettled());
        assert_eq!(desk.reason(), Some(reason));
        drop(lock);
        assert_eq!(port.prepare().await.unwrap(), Gate::Locked);
        assert!(!desk.is_unsettled() && desk.status().reason.is_none());
    }

    #[tokio::test]
    async fn a_folder_that_was_moved_away_is_not_made_again() {
        let around = tempfile::tempdir().unwrap();
        let (root, moved) = (around.path().join("data"), around.path().join("moved"));
        let volume = Volume::new(&root, root.join("db/comments.db").to_string_lossy());
        volume.prepare().unwrap();
        let desk = Arc::new(Desk::new(volume));
        let mut port = ConfigPort(Arc::clone(&desk));
        port.prepare().await.unwrap();
        std::fs::rename(&root, &moved).unwrap();
        port.prepare().await.unwrap_err();
        assert!(!root.exists());
        std::fs::rename(&moved, &root).unwrap();
        assert_eq!(port.prepare().await.unwrap(), Gate::Locked);
    }
}
