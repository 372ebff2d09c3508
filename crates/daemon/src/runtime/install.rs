//! Makes an environment: `python3 -m venv`, then pip.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::Command;

use super::environment::Environment;
use super::lock::{Batch, batches};
use super::python::{Interpreter, PythonError};
use super::{InstallProgress, InstallStep, RuntimeError, file};
use crate::spawn::begin_afresh;

/// So many lines of a failed program's output go into the error.
const LAST_LINES: usize = 12;

/// Makes one environment.
pub(super) struct Installer<'a, P> {
    folder: &'a Path,
    environment: &'a Environment,
    /// Every child has it as its standard input, so that the lock is held until the last one ends
    /// even when this process is killed.
    lock: &'a File,
    progress: &'a mut P,
    done: usize,
    total: usize,
}

impl<'a, P: FnMut(InstallProgress)> Installer<'a, P> {
    pub(super) fn new(folder: &'a Path, environment: &'a Environment, lock: &'a File, progress: &'a mut P) -> Self {
        Installer {
            folder,
            environment,
            lock,
            progress,
            done: 0,
            total: 0,
        }
    }

    /// Fills the folder, which must not exist.
    pub(super) fn run(mut self, python: &Interpreter, misaka: bool) -> Result<(), RuntimeError> {
        let batches = batches(misaka);
        let steps = |batch: &Batch| batch.packages.len() + usize::from(!batch.from_source);
        self.total = 1 + batches.iter().map(steps).sum::<usize>();

        self.create(python)?;
        for batch in &batches {
            self.install(batch)?;
        }
        Ok(())
    }

    fn create(&mut self, python: &Interpreter) -> Result<(), RuntimeError> {
        self.report(InstallStep::Create);
        let mut command = Command::new(&python.path);
        command.args(["-I", "-m", "venv"]).arg(self.folder);
        self.environment.apply(&mut command);
        let failure = match run(command, self.lock, |_| {}) {
            Ok(()) => {
                self.done += 1;
                return Ok(());
            }
            Err(failure) => failure,
        };
        match failure {
            InstallFailure::Start(source) => Err(PythonError::Broken(python.path.clone(), source).into()),
            // Debian's Python has venv but not ensurepip, and says so; others lack the module.
            InstallFailure::Exit(output) if output.contains("ensurepip") || output.contains("No module named venv") => {
                Err(RuntimeError::NoVenv)
            }
            InstallFailure::Exit(output) => Err(RuntimeError::Venv {
                python: python.path.clone(),
                output,
            }),
        }
    }

    fn install(&mut self, batch: &Batch) -> Result<(), RuntimeError> {
        let requirements = self.folder.join("requirements.txt");
        File::create(&requirements)
            .and_then(|mut file| file.write_all(batch.text.as_bytes()))
            .map_err(file("write", &requirements))?;
        let mut command = Command::new(self.folder.join("bin/python"));
        command
            .args(["-I", "-m", "pip", "install", "--no-user", "--compile", "--no-input"])
            .args(["--disable-pip-version-check", "--no-deps", "--require-hashes"])
            .args(match batch.from_source {
                // Isolation would fetch what builds the package without looking at hashes.
                true => ["--no-build-isolation", "--no-binary=:all:"].as_slice(),
                false => &["--only-binary=:all:"],
            })
            .arg("-r")
            .arg(&requirements);

        if batch.from_source {
            self.report(InstallStep::Build(batch.packages.join(", ")));
        }
        self.environment.apply(&mut command);
        let last = self.done + batch.packages.len();
        let lock = self.lock;
        let outcome = run(command, lock, |line| self.read_output(line, batch, last));
        self.done = last + usize::from(!batch.from_source);
        outcome.map_err(|failure| match failure {
            InstallFailure::Start(source) => file("run", &self.folder.join("bin/python"))(source),
            InstallFailure::Exit(output) if batch.packages.contains(&"misaka") => RuntimeError::Misaka { output },
            InstallFailure::Exit(output) => RuntimeError::Pip { output },
        })
    }

    /// Reports progress from pip's output, which names each package of a batch as it is fetched or skipped.
    fn read_output(&mut self, line: &str, batch: &Batch, last: usize) {
        if batch.from_source {
            return;
        }
        if let Some(package) = line.strip_prefix("Collecting ") {
            let name = package.split("==").next().unwrap_or(package);
            self.report(InstallStep::Fetch(name.to_owned()));
            self.done = last.min(self.done + 1);
        } else if line.starts_with("Ignoring ") {
            self.done = last.min(self.done + 1);
        } else if line.starts_with("Installing collected packages") {
            self.done = last;
            self.report(InstallStep::Install);
        }
    }

    fn report(&mut self, step: InstallStep) {
        (self.progress)(InstallProgress {
            step,
            done: self.done,
            total: self.total,
        });
    }
}

/// How a program failed.
enum InstallFailure {
    Start(io::Error),
    /// It ended with an error; the text is its last lines.
    Exit(String),
}

/// Runs a program to its end and hands over each line it writes.
fn run(mut command: Command, lock: &File, mut each: impl FnMut(&str)) -> Result<(), InstallFailure> {
    let (output, stdout) = io::pipe().map_err(InstallFailure::Start)?;
    let stderr = stdout.try_clone().map_err(InstallFailure::Start)?;
    let stdin = lock.try_clone().map_err(InstallFailure::Start)?;
    command.stdin(stdin).stdout(stdout).stderr(stderr);
    begin_afresh(&mut command);
    let mut child = command.spawn().map_err(InstallFailure::Start)?;
    // The command holds the pipe's other end, which must close for the output to end.
    drop(command);

    let mut last = VecDeque::new();
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        each(line);
        if !line.is_empty() {
            last.push_back(line.to_owned());
        }
        if last.len() > LAST_LINES {
            last.pop_front();
        }
    }
    let status = child.wait().map_err(InstallFailure::Start)?;
    match status.success() {
        true => Ok(()),
        false => Err(InstallFailure::Exit(Vec::from(last).join("\n"))),
    }
}
