//! An Isso with its supervisor: how it is started, changed and looked at.

mod gunicorns;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use super::http::{ask_now, get};
use super::keeper::{Keeper, issoctl};
use super::processes;
use super::settings::{Save, Settings};
use super::wait::wait;
use crate::PATIENCE;

/// A running Isso with its supervisor and its files. Dropping it kills all of its processes.
#[derive(Debug)]
pub struct Deployment {
    /// Its supervisor.
    pub keeper: Keeper,
    /// Where Isso answers.
    pub address: SocketAddr,
    folder: TempDir,
    child: Child,
}

impl Deployment {
    /// Starts Isso and waits until it serves with all its workers. `None` if this supervisor is not installed.
    pub fn start(keeper: Keeper) -> Option<Self> {
        Self::start_with(keeper, |database| Settings::new(database.to_owned()).to_string())
    }

    /// Starts it with another text of `isso.cfg`, which names the same origin.
    pub fn start_with(keeper: Keeper, text: impl FnOnce(&Path) -> String) -> Option<Self> {
        let deployment = Self::launch(keeper, text)?;
        deployment.wait_until_in_force(&deployment.settings());
        deployment.wait_until_clean();
        Some(deployment)
    }

    /// Starts it without an admin password, and waits until requests are answered with 503.
    pub fn start_locked(keeper: Keeper) -> Option<Self> {
        let deployment = Self::launch(keeper, |database| {
            let text = Settings::new(database.to_owned()).to_string();
            let kept = text.lines().filter(|line| !line.starts_with("password"));
            kept.collect::<Vec<_>>().join("\n")
        })?;
        wait("the gate is locked", PATIENCE, || {
            match ask_now(deployment.address, &get("/info", "http://localhost")) {
                Ok(answer) if answer.status == 503 => Ok(()),
                other => Err(format!("{other:?}")),
            }
        });
        Some(deployment)
    }

    fn launch(keeper: Keeper, text: impl FnOnce(&Path) -> String) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for name in ["config", "db", "state"] {
            fs::create_dir(folder.path().join(name)).expect("the folder is new");
        }
        let text = text(&folder.path().join("db/comments.db"));
        Save::InPlace.save(&folder.path().join("config/isso.cfg"), text);
        let address = crate::free_address();
        let command = keeper.command(folder.path(), address)?;
        Some(Self {
            keeper,
            address,
            child: spawn(command, folder.path()),
            folder,
        })
    }

    /// Starts it again after all of its processes were killed; returns how long it took until it served.
    pub fn start_again(&mut self) -> Duration {
        self.child.wait().expect("it is our child");
        let command = self.keeper.command(self.folder.path(), self.address);
        self.child = spawn(command.expect("it was here before"), self.folder.path());
        let (_, took) = wait("Isso serves again", PATIENCE, || self.answers());
        took
    }

    /// A command of issoctl on its files, which are a data folder where the keeper is [`Keeper::Up`].
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = issoctl(self.folder());
        command.args(args).stdin(Stdio::null());
        command
    }

    /// The folder of its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The settings as they stand in the file.
    pub fn text(&self) -> String {
        fs::read_to_string(self.cfg()).expect("isso.cfg can be read")
    }

    /// `isso.cfg`.
    pub fn cfg(&self) -> PathBuf {
        self.folder.path().join("config/isso.cfg")
    }

    /// Settings like those it was started with.
    pub fn settings(&self) -> Settings {
        Settings::new(self.database())
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.folder.path().join("db/comments.db")
    }

    /// Saves settings as a person would, and restarts Isso if its supervisor does not do so for an edit.
    pub fn edit(&mut self, text: impl AsRef<[u8]>, save: Save) {
        save.save(&self.cfg(), text);
        if self.keeper == Keeper::Nobody {
            let _ = kill(self.root(), Signal::SIGTERM);
            self.start_again();
        } else if let Some(mut restart) = self.keeper.restart(self.folder.path()) {
            // Some of these commands wait until Isso is restarted.
            let output = restart.output().expect("it runs");
            assert!(output.status.success(), "{restart:?}: {output:#?}");
        }
    }

    /// Changes the settings and waits until they are in force; returns how long that took.
    pub fn change(&mut self, settings: &Settings, save: Save) -> Duration {
        let started = Instant::now();
        self.edit(settings.to_string(), save);
        self.wait_until_in_force(settings);
        started.elapsed()
    }

    /// Waits until these settings are in force, as a website sees it and as the status says.
    pub fn wait_until_in_force(&self, settings: &Settings) {
        let origin = &settings.origin;
        let what = format!("the settings with {origin} are in force");
        wait(&what, PATIENCE, || {
            let seen = self.allowed(origin)?;
            if &seen != origin {
                return Err(format!("{seen} is allowed; status: {:?}", self.status()));
            }
            self.well()
        });
    }

    /// The website that Isso lets read its answers when this one asks.
    pub fn allowed(&self, origin: &str) -> Result<String, String> {
        match ask_now(self.address, &get("/info", origin)) {
            Ok(answer) if answer.status == 200 => Ok(answer
                .header("Access-Control-Allow-Origin")
                .unwrap_or_default()
                .to_owned()),
            other => Err(format!("{other:?}")),
        }
    }

    /// Whether Isso answers.
    pub fn answers(&self) -> Result<(), String> {
        self.allowed("http://localhost").map(|_| ())
    }

    /// Checks that the status reports a serving Isso without problems. Passes if the supervisor has no status.
    pub fn well(&self) -> Result<(), String> {
        let Some(status) = self.status() else {
            return Ok(());
        };
        let settings = &status["settings"];
        let problems = settings["problems"].as_array().is_some_and(|all| !all.is_empty());
        let well = status["serving"] == true && settings["inForce"] == true && !problems;
        if well { Ok(()) } else { Err(format!("status {status}")) }
    }

    /// What `issoctl status --json` prints; `None` if the supervisor is another one.
    pub fn status(&self) -> Option<Value> {
        let output = self.keeper.status(self.folder.path())?.output().expect("issoctl runs");
        let status = serde_json::from_slice(&output.stdout);
        Some(status.unwrap_or_else(|_| Value::String(format!("{output:?}"))))
    }

    /// The process that was started: the supervisor, or the program that runs it.
    pub fn root(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("process ids are small"))
    }

    /// The last lines of its log.
    fn tail(&self) -> String {
        let log = fs::read_to_string(log(self.folder.path())).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{:?} said last:\n{}", self.keeper, self.tail());
        }
        let mut left = processes::tree(self.root());
        left.extend(self.gunicorns());
        // It may have ended already.
        let _ = self.child.kill();
        for process in left {
            let _ = kill(process.pid, Signal::SIGKILL);
        }
        let _ = self.child.wait();
    }
}

fn spawn(mut command: Command, folder: &Path) -> Child {
    let log = File::options().create(true).append(true).open(log(folder));
    let log = log.expect("the folder can be written");
    let errors = log.try_clone().expect("descriptors can be copied");
    // gunicorn puts a socket below HOME.
    command.current_dir(folder).env("HOME", folder);
    command.stdin(Stdio::null()).stdout(log).stderr(errors);
    command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}
