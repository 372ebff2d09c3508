//! A deployment with two states, one of which stands.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use super::command::{backups, begin, create, damage, entries, is_at_work, is_tidy, serves, spin};
use super::outcome::Interrupted;
use crate::torture::{Deployment, Files, Keeper, Random, Save, database, unfinished, within};
use crate::{PATIENCE, spin_until};

/// A deployment, and the two states of it.
#[derive(Debug)]
pub struct Stage {
    pub(super) deployment: Deployment,
    pub(super) random: Random,
    pub(super) states: [State; 2],
    /// Which of them stands now.
    pub(super) stands: usize,
    /// Comments of visitors that a restore has put aside.
    aside: HashSet<String>,
}

#[derive(Debug)]
pub(super) struct State {
    files: Files,
    backup: PathBuf,
}

impl Stage {
    /// Starts an Isso with this many comments, and makes both states.
    pub fn new(comments: u32, seed: u64) -> Stage {
        let mut deployment = Deployment::start(Keeper::Up).expect("issoctl was built");
        let states = [
            ("one", r#"{"smtp":{"selection":"disabled","value":{}}}"#),
            ("two", "{ \"smtp\": { \"selection\": \"disabled\", \"value\": {} } }\n"),
        ];
        let states = states.map(|(name, store)| {
            let settings = deployment.settings().with_origin(name);
            deployment.change(&settings, Save::Rename);
            Save::Rename.save(&deployment.folder().join("start9/store.json"), store);
            database::fill(&deployment.database(), name, comments);
            State {
                backup: create(&deployment, &deployment.folder().join(name)).expect("it is made"),
                files: Files::of(deployment.folder()),
            }
        });
        Stage {
            deployment,
            random: Random::new(seed),
            states,
            stands: 1,
            aside: HashSet::new(),
        }
    }

    /// How large the database is, in bytes.
    pub fn size(&self) -> u64 {
        let file = fs::metadata(self.deployment.database());
        file.map_or(0, |file| file.len())
    }
}

impl Stage {
    /// Begins to put back the state that does not stand.
    pub(super) fn begin_restore(&self) -> Child {
        let backup = self.states[1 - self.stands].backup.to_string_lossy();
        begin(&self.deployment, &["backup", "restore", "--yes", &backup])
    }

    /// Waits for a random moment of a restore: in even rounds any moment, in odd rounds a moment at which files are
    /// being put in place, since these are few.
    pub(super) fn wait(&mut self, number: usize, took: Duration, swap: Duration, command: &mut Child) {
        if number.is_multiple_of(2) {
            sleep(self.random.within(took));
            return;
        }
        let ready = self.deployment.folder().join(".restore");
        spin_until("the command hangs", || ready.exists() || !is_at_work(command));
        spin(self.random.within(swap));
    }

    /// Whether a restore was broken off in the middle of putting files in place.
    pub(super) fn is_halfway(&self) -> bool {
        self.deployment.folder().join(".restore/plan.json").exists()
    }

    /// Puts the other state back a few times; returns how long that takes at most, and how long putting files in place
    /// takes at least.
    pub(super) fn measure(&mut self) -> (Duration, Duration) {
        let (mut took, mut swap) = (Duration::ZERO, Duration::MAX);
        for _ in 0..3 {
            let ready = self.deployment.folder().join(".restore");
            let started = Instant::now();
            let mut command = self.begin_restore();
            spin_until("the command hangs", || ready.exists() || !is_at_work(&mut command));
            let swapping = Instant::now();
            spin_until("the command hangs", || !ready.exists() || !is_at_work(&mut command));
            swap = swap.min(swapping.elapsed());
            let status = command.wait().expect("it is our child");
            assert!(status.success(), "a restore fails: {status}");
            took = took.max(started.elapsed());
            self.stands = 1 - self.stands;
            self.put_aside();
        }
        (took, swap)
    }

    /// Stops `up` as a person would.
    pub(super) fn stop(&mut self) {
        let output = self.deployment.command(&["stop"]).output();
        let output = output.expect("issoctl runs");
        assert!(output.status.success(), "{output:?}");
    }

    /// Kills `up` unless it has ended, starts it again, and records what is amiss then.
    pub(super) fn start_again(&mut self, outcome: &mut Interrupted) {
        // It may have ended already.
        let _ = kill(self.deployment.root(), Signal::SIGKILL);
        self.deployment.start_again();
        let clean = within(PATIENCE, || {
            serves(&self.deployment)?;
            self.deployment.clean()?;
            is_tidy(&self.deployment)
        });
        outcome.unclean.extend(clean.err());
    }

    /// Returns whether the new state stands after a restore, and records any other fault. If `must` is true the restore
    /// was done.
    pub(super) fn settle(&mut self, must: bool, outcome: &mut Interrupted) -> bool {
        let (now, _) = of_state(Files::of(self.deployment.folder()));
        let (old, new) = (self.stands, 1 - self.stands);
        let is_new = now == self.states[new].files;
        if !is_new && (must || now != self.states[old].files) {
            outcome.wrong.push(self.describe(&now));
        }
        outcome.wrong.extend(damage(&self.deployment));
        let aside = self.put_aside();
        let expected: &[Files] = match is_new {
            true => std::slice::from_ref(&self.states[old].files),
            false => &[],
        };
        if aside != expected {
            let aside: Vec<_> = aside.iter().map(|files| self.describe(files)).collect();
            outcome.wrong.push(format!("put aside, new {is_new}: {aside:?}"));
        }
        if is_new {
            self.stands = new;
        }
        is_new
    }

    /// Reads and removes what restores have put aside. The comments of visitors in it are kept.
    pub(super) fn put_aside(&mut self) -> Vec<Files> {
        let mut found = Vec::new();
        for path in entries(&backups(&self.deployment)) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with("before-restore-") {
                let (files, visitors) = of_state(Files::of(&path));
                self.aside.extend(visitors);
                found.push(files);
                fs::remove_dir_all(&path).expect("it is ours");
            }
        }
        found
    }

    /// Checks that this state stands, leaving aside the comments of visitors.
    pub(super) fn look(&self, state: usize, outcome: &mut Interrupted) {
        let (now, _) = of_state(Files::of(self.deployment.folder()));
        if now != self.states[state].files {
            outcome.wrong.push(self.describe(&now));
        }
        outcome.wrong.extend(damage(&self.deployment));
    }

    /// Looks for comments of visitors, in the database and in what restores have put aside.
    pub(super) fn look_for(&self, taken: &[String], outcome: &mut Interrupted) {
        let here = database::texts(&self.deployment.database());
        outcome.miss(taken, |text| here.contains(text) || self.aside.contains(text));
    }

    /// Makes a whole backup, and checks that it holds the state that stands, and all comments taken before.
    pub(super) fn back_up(&mut self, taken: &[String], outcome: &mut Interrupted) {
        let folder = backups(&self.deployment);
        let backup = match create(&self.deployment, &folder) {
            Ok(backup) => backup,
            Err(error) => return outcome.unclean.push(error),
        };
        self.look_into(&backup, taken, outcome);
        fs::remove_file(backup).expect("it is ours");
        // The next restore or start removes what a killed restore has left elsewhere.
        let mut left = unfinished(self.deployment.folder());
        left.retain(|path| path.starts_with(&folder));
        if !left.is_empty() {
            outcome.unclean.push(format!("after a backup: {left:?}"));
        }
    }

    /// Checks that a backup is whole and holds all comments that were taken before.
    pub(super) fn look_into(&self, backup: &Path, taken: &[String], outcome: &mut Interrupted) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (backup, into) = (backup.to_string_lossy(), folder.path().to_string_lossy());
        let mut unpack = self
            .deployment
            .command(&["backup", "restore", &backup, "--into", &into]);
        let unpacked = unpack.output().expect("issoctl runs");
        if !unpacked.status.success() {
            outcome.wrong.push(format!("{backup}: {unpacked:?}"));
            return;
        }
        let (files, visitors) = of_state(Files::of(folder.path()));
        if !self.states.iter().any(|state| state.files == files) {
            outcome.wrong.push(format!("{backup}: {}", self.describe(&files)));
        }
        outcome.miss(taken, |text| visitors.contains(text) || self.aside.contains(text));
    }

    pub(super) fn describe(&self, files: &Files) -> String {
        let parts = self.states.iter().map(|State { files: state, .. }| {
            format!(
                "isso.cfg {}, store.json {}, {} of {} comments",
                files.cfg == state.cfg,
                files.store == state.store,
                files.texts.intersection(&state.texts).count(),
                files.texts.len()
            )
        });
        parts.collect::<Vec<_>>().join("; ")
    }
}

/// The state, and the comments of visitors.
fn of_state(mut files: Files) -> (Files, HashSet<String>) {
    let (visitors, texts) = files.texts.into_iter().partition(|text| text.starts_with("comment "));
    files.texts = texts;
    (files, visitors)
}
