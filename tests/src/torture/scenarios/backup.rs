//! Backups and restores whose processes are killed.
//!
//! There are two states, each a whole Isso of its own with other comments, another `isso.cfg` and another
//! `store.json`; each restore is from one to the other. Whatever is killed, the files must be one of them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};

use crate::torture::{
    Deployment, Files, Keeper, Load, Random, Save, Shape, Tally, database, processes, unfinished,
    within,
};

const PATIENCE: Duration = Duration::from_secs(20);
/// Visitors who comment meanwhile.
const LIGHT: Shape = Shape::Mixed(20);
/// After how many kills a whole backup is made and looked at.
const BATCH: usize = 10;

/// What became of a row of kills.
#[derive(Debug)]
pub struct Interrupted {
    /// The requests that were sent while somebody was there to answer them.
    pub tally: Tally,
    /// How long the command takes when nobody is killed.
    pub took: Duration,
    /// How many were killed before they were done.
    pub kills: usize,
    /// How many of them while files were being put in place.
    pub halfway: usize,
    /// How often the new state stood afterwards.
    pub new: usize,
    /// States that were neither the old nor the new one, or not whole.
    pub wrong: Vec<String>,
    /// How many comments Isso has acknowledged.
    pub taken: usize,
    /// Those of them that are nowhere, or not in a backup that was begun later.
    pub lost: Vec<String>,
    /// Starts after which something was left, or amiss.
    pub unclean: Vec<String>,
}

/// A deployment, and the two states of it.
#[derive(Debug)]
pub struct Stage {
    deployment: Deployment,
    random: Random,
    states: [State; 2],
    /// Which of them stands now.
    stands: usize,
    /// Comments of visitors that a restore has put aside.
    aside: HashSet<String>,
}

#[derive(Debug)]
struct State {
    files: Files,
    backup: PathBuf,
}

impl Stage {
    /// Starts an Isso with so many comments, and makes both states.
    pub fn new(comments: u32, seed: u64) -> Stage {
        let mut deployment = Deployment::start(Keeper::Up).expect("issoctl was built");
        let states = [
            ("one", r#"{"smtp":{"selection":"disabled","value":{}}}"#),
            (
                "two",
                "{ \"smtp\": { \"selection\": \"disabled\", \"value\": {} } }\n",
            ),
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

/// Kills `backup create` so often, while visitors comment.
pub fn kill_create(stage: &mut Stage, times: usize) -> Interrupted {
    let folder = backups(&stage.deployment);
    let load = Load::start(stage.deployment.address, LIGHT);
    let took = (0..5).map(|_| {
        let started = Instant::now();
        create(&stage.deployment, &folder).expect("it is made");
        started.elapsed()
    });
    let took = took.max().unwrap_or_default();
    let mut outcome = Interrupted::new(took, load.finish());
    while outcome.kills < times {
        let load = Load::start(stage.deployment.address, LIGHT);
        let end = times.min(outcome.kills + BATCH);
        while outcome.kills < end {
            forget(&folder);
            let taken = load.so_far().posted;
            let mut command = begin(&stage.deployment, &["backup", "create"]);
            sleep(stage.random.within(took));
            let killed = end_by_force(&mut command, &mut outcome);
            outcome.kills += usize::from(killed);
            let over = within(PATIENCE, || serves(&stage.deployment));
            outcome.unclean.extend(over.err());
            let made = made(&folder);
            if killed {
                outcome.new += made.len();
            }
            for backup in made {
                stage.look_into(&backup, &taken, &mut outcome);
            }
        }
        let taken = load.so_far().posted;
        stage.back_up(&taken, &mut outcome);
        outcome.tally.add(load.finish());
        stage.look(stage.stands, &mut outcome);
        stage.start_again(&mut outcome);
    }
    outcome.end()
}

/// Kills `backup restore` so often, while `up` runs and visitors comment.
pub fn kill_restore(stage: &mut Stage, times: usize) -> Interrupted {
    let load = Load::start(stage.deployment.address, LIGHT);
    let (took, _) = stage.measure();
    let mut outcome = Interrupted::new(took, load.finish());
    while outcome.kills < times {
        let load = Load::start(stage.deployment.address, LIGHT);
        let end = times.min(outcome.kills + BATCH);
        while outcome.kills < end {
            let mut command = stage.begin_restore();
            sleep(stage.random.within(took));
            let killed = end_by_force(&mut command, &mut outcome);
            outcome.kills += usize::from(killed);
            let over = within(PATIENCE, || serves(&stage.deployment));
            outcome.unclean.extend(over.err());
            let is_new = stage.settle(!killed, &mut outcome);
            outcome.new += usize::from(killed && is_new);
            stage.look_for(&load.so_far().posted, &mut outcome);
        }
        let taken = load.so_far().posted;
        stage.back_up(&taken, &mut outcome);
        let tally = load.finish();
        stage.look_for(&tally.posted, &mut outcome);
        outcome.tally.add(tally);
        stage.start_again(&mut outcome);
    }
    outcome.end()
}

/// Kills `backup restore` so often while no `up` runs, half of them while files are being put in place.
pub fn kill_restore_alone(stage: &mut Stage, times: usize) -> Interrupted {
    stage.stop();
    let (took, swap) = stage.measure();
    let mut outcome = Interrupted::new(took, Tally::new());
    let mut number = 0;
    while outcome.kills < times {
        number += 1;
        let mut command = stage.begin_restore();
        stage.wait(number, took, swap, &mut command);
        let killed = end_by_force(&mut command, &mut outcome);
        outcome.kills += usize::from(killed);
        let is_halfway = stage.is_halfway();
        outcome.halfway += usize::from(is_halfway);
        if is_halfway && number.is_multiple_of(4) {
            // Whoever comes first finishes it.
            stage.back_up(&[], &mut outcome);
        }
        stage.start_again(&mut outcome);
        let is_new = stage.settle(!killed, &mut outcome);
        outcome.new += usize::from(killed && is_new);
        stage.stop();
    }
    stage.start_again(&mut outcome);
    outcome.end()
}

/// Kills `up` so often while a restore is under way and visitors comment, half of the times while files are
/// being put in place.
pub fn kill_up_in_restore(stage: &mut Stage, times: usize) -> Interrupted {
    let load = Load::start(stage.deployment.address, LIGHT);
    let (took, swap) = stage.measure();
    let mut outcome = Interrupted::new(took, Tally::new());
    let mut number = 0;
    while outcome.kills < times {
        number += 1;
        let mut command = stage.begin_restore();
        stage.wait(number, took, swap, &mut command);
        let killed = is_at_work(&mut command);
        if killed {
            kill(stage.deployment.root(), Signal::SIGKILL).expect("`up` is there");
            outcome.halfway += usize::from(stage.is_halfway());
            outcome.kills += 1;
            command.wait().expect("it is our child");
            stage.start_again(&mut outcome);
        }
        let is_new = stage.settle(!killed, &mut outcome);
        outcome.new += usize::from(killed && is_new);
        let taken = load.so_far().posted;
        stage.look_for(&taken, &mut outcome);
        if outcome.kills.is_multiple_of(BATCH) {
            stage.back_up(&taken, &mut outcome);
        }
    }
    // Requests fail while nobody is there; what was acknowledged counts all the same.
    let tally = load.finish();
    stage.look_for(&tally.posted, &mut outcome);
    outcome.taken += tally.posted.len();
    outcome.end()
}

impl Stage {
    /// Begins to put back the state that does not stand.
    fn begin_restore(&self) -> Child {
        let backup = self.states[1 - self.stands].backup.to_string_lossy();
        begin(&self.deployment, &["backup", "restore", "--yes", &backup])
    }

    /// Waits for a moment of a restore: a random one of all of it, or in every second round one of those in which files
    /// are put in place, which are few.
    fn wait(&mut self, number: usize, took: Duration, swap: Duration, command: &mut Child) {
        if number.is_multiple_of(2) {
            sleep(self.random.within(took));
            return;
        }
        let ready = self.deployment.folder().join(".restore");
        while !ready.exists() && is_at_work(command) {}
        spin(self.random.within(swap));
    }

    /// Whether a restore was broken off in the middle of putting files in place.
    fn is_halfway(&self) -> bool {
        self.deployment.folder().join(".restore/plan.json").exists()
    }

    /// Puts the other state back a few times; says how long that takes at most, and how long putting files in place
    /// takes at least.
    fn measure(&mut self) -> (Duration, Duration) {
        let (mut took, mut swap) = (Duration::ZERO, Duration::MAX);
        for _ in 0..3 {
            let ready = self.deployment.folder().join(".restore");
            let started = Instant::now();
            let mut command = self.begin_restore();
            while !ready.exists() && is_at_work(&mut command) {}
            let swapping = Instant::now();
            while ready.exists() && is_at_work(&mut command) {}
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
    fn stop(&mut self) {
        let output = self.deployment.command(&["stop"]).output();
        let output = output.expect("issoctl runs");
        assert!(output.status.success(), "{output:?}");
    }

    /// Starts `up` after it has ended, or kills it before, and says what is amiss then.
    fn start_again(&mut self, outcome: &mut Interrupted) {
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

    /// Says which state stands after a restore that may have been done; it was if `must` says so.
    fn settle(&mut self, must: bool, outcome: &mut Interrupted) -> bool {
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
            outcome
                .wrong
                .push(format!("put aside, new {is_new}: {aside:?}"));
        }
        if is_new {
            self.stands = new;
        }
        is_new
    }

    /// Reads what restores have put aside, and forgets it but for the comments of visitors.
    fn put_aside(&mut self) -> Vec<Files> {
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

    /// Looks whether this state stands, comments of visitors apart.
    fn look(&self, state: usize, outcome: &mut Interrupted) {
        let (now, _) = of_state(Files::of(self.deployment.folder()));
        if now != self.states[state].files {
            outcome.wrong.push(self.describe(&now));
        }
        outcome.wrong.extend(damage(&self.deployment));
    }

    /// Looks for comments of visitors, here and in what was put aside.
    fn look_for(&self, taken: &[String], outcome: &mut Interrupted) {
        let here = database::texts(&self.deployment.database());
        outcome.miss(taken, |text| {
            here.contains(text) || self.aside.contains(text)
        });
    }

    /// Makes a whole backup, and looks whether it holds the state that stands, and all comments taken before.
    fn back_up(&mut self, taken: &[String], outcome: &mut Interrupted) {
        let folder = backups(&self.deployment);
        let backup = match create(&self.deployment, &folder) {
            Ok(backup) => backup,
            Err(error) => return outcome.unclean.push(error),
        };
        self.look_into(&backup, taken, outcome);
        fs::remove_file(backup).expect("it is ours");
        // What a killed restore has left elsewhere is for the next one, or the next start.
        let mut left = unfinished(self.deployment.folder());
        left.retain(|path| path.starts_with(&folder));
        if !left.is_empty() {
            outcome.unclean.push(format!("after a backup: {left:?}"));
        }
    }

    /// Looks whether a backup is whole and holds all comments that were taken before.
    fn look_into(&self, backup: &Path, taken: &[String], outcome: &mut Interrupted) {
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
            outcome
                .wrong
                .push(format!("{backup}: {}", self.describe(&files)));
        }
        outcome.miss(taken, |text| {
            visitors.contains(text) || self.aside.contains(text)
        });
    }

    fn describe(&self, files: &Files) -> String {
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

impl Interrupted {
    fn new(took: Duration, tally: Tally) -> Self {
        Self {
            tally,
            took,
            kills: 0,
            halfway: 0,
            new: 0,
            wrong: Vec::new(),
            taken: 0,
            lost: Vec::new(),
            unclean: Vec::new(),
        }
    }

    fn miss(&mut self, taken: &[String], has: impl Fn(&String) -> bool) {
        let missing = taken.iter().filter(|text| !has(text));
        self.lost.extend(missing.cloned());
    }

    fn end(mut self) -> Self {
        self.taken += self.tally.posted.len();
        // Each may have been missed by several looks.
        self.lost.sort();
        self.lost.dedup();
        self
    }
}

/// The state, and the comments of visitors.
fn of_state(mut files: Files) -> (Files, HashSet<String>) {
    let (visitors, texts) = files
        .texts
        .into_iter()
        .partition(|text| text.starts_with("comment "));
    files.texts = texts;
    (files, visitors)
}

fn begin(deployment: &Deployment, args: &[&str]) -> Child {
    let mut command = deployment.command(args);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("issoctl runs")
}

fn is_at_work(command: &mut Child) -> bool {
    command.try_wait().expect("it is our child").is_none()
}

/// Kills a command and says whether it was still at work. One that was not must have done it.
fn end_by_force(command: &mut Child, outcome: &mut Interrupted) -> bool {
    let ended = command.try_wait().expect("it is our child");
    let Some(status) = ended else {
        command.kill().expect("it is our child");
        command.wait().expect("it is our child");
        return true;
    };
    if !status.success() {
        outcome.unclean.push(format!("it ended with {status}"));
    }
    false
}

fn create(deployment: &Deployment, to: &Path) -> Result<PathBuf, String> {
    let to = to.to_string_lossy();
    let output = deployment
        .command(&["backup", "create", "--to", &to])
        .output()
        .expect("issoctl runs");
    if !output.status.success() {
        return Err(format!("no backup: {output:?}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

fn backups(deployment: &Deployment) -> PathBuf {
    deployment.folder().join("backups")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// The files in a folder that look like backups.
fn made(folder: &Path) -> Vec<PathBuf> {
    let mut found = entries(folder);
    found.retain(|path| path.to_string_lossy().ends_with(".isso-backup.tar.zst"));
    found
}

fn forget(folder: &Path) {
    for backup in made(folder) {
        fs::remove_file(backup).expect("it is ours");
    }
}

/// Whether Isso serves, and nothing else is going on.
fn serves(deployment: &Deployment) -> Result<(), String> {
    deployment.well()?;
    let status = deployment.status().unwrap_or_default();
    if status["state"] == "serving" {
        Ok(())
    } else {
        Err(format!("status {status}"))
    }
}

/// Whether nothing is left of what was killed.
fn is_tidy(deployment: &Deployment) -> Result<(), String> {
    let left = unfinished(deployment.folder());
    if !left.is_empty() {
        return Err(format!("left: {left:?}"));
    }
    // Isso makes one for each comment, and takes it away.
    let journal = deployment.database().with_extension("db-journal");
    if journal.exists() {
        return Err("a journal".into());
    }
    let mut others = processes::naming(&deployment.folder().to_string_lossy());
    others.retain(|process| process.pid != deployment.root() && !process.is_gunicorn());
    if others.is_empty() {
        Ok(())
    } else {
        Err(format!("processes {others:?}"))
    }
}

fn damage(deployment: &Deployment) -> Option<String> {
    database::damage(&deployment.database())
}

/// Shorter than what the kernel would let a thread sleep.
fn spin(time: Duration) {
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::hint::spin_loop();
    }
}
