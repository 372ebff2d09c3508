//! Examinations by the checks of [`isso_doctor`], each in a process of its own
//! ([`Commands::doctor`](crate::commands::Commands)): what it takes of memory is gone when it ends.

use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use isso_doctor::Finding;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::commands::{Commands, Examination, beside_us};

/// How many examinations there are at a time.
const MOST: usize = 2;
/// How much is read of what a process says why it has failed.
const MOST_SAID: u64 = 4096;

/// Starts examinations of one Isso.
#[derive(Debug, Clone)]
pub struct Examiner {
    commands: Commands,
    data: PathBuf,
    startos: bool,
    slots: Arc<Semaphore>,
}

/// Why an Isso is not examined.
#[derive(Debug, thiserror::Error)]
pub enum ExamineError {
    /// Others are under way.
    #[error("{MOST} examinations are under way already; try again when one has ended")]
    Busy,
    /// The process could not be started or read.
    #[error("the examination could not be run")]
    Process(#[from] io::Error),
    /// The process has failed.
    #[error("the examination failed: {0}")]
    Failed(String),
}

impl Examiner {
    /// Examines the Isso of a data folder.
    pub fn new(commands: Commands, data: PathBuf) -> Examiner {
        Examiner {
            commands,
            data,
            startos: false,
            slots: Arc::new(Semaphore::new(MOST)),
        }
    }

    /// Examines the Isso of a volume of StartOS.
    pub fn of_startos(commands: Commands, volume: PathBuf) -> Examiner {
        Examiner {
            startos: true,
            ..Examiner::new(commands, volume)
        }
    }

    /// Starts an examination. It ends when the value is dropped, and when this process ends.
    pub(crate) fn begin(&self, examination: Examination) -> Result<Examining, ExamineError> {
        let slot = Arc::clone(&self.slots).try_acquire_owned();
        let slot = slot.map_err(|_| ExamineError::Busy)?;
        let mut command = beside_us((self.commands.doctor)(&Examination {
            data: self.data.clone(),
            startos: self.startos,
            ..examination
        }));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().expect("it is piped");
        Ok(Examining {
            lines: BufReader::new(stdout).lines(),
            child,
            _slot: slot,
        })
    }

    /// The findings that are known by then, and whether these are all.
    pub(crate) async fn findings(
        &self,
        examination: Examination,
        within: Duration,
    ) -> Result<(Vec<Finding>, bool), ExamineError> {
        let end = Instant::now() + within;
        let mut examining = self.begin(examination)?;
        let mut findings = Vec::new();
        while let Ok(line) = timeout_at(end, examining.next()).await {
            match line? {
                Some(line) => findings.push(serde_json::from_str(&line).map_err(io::Error::from)?),
                None => return Ok((findings, true)),
            }
        }
        Ok((findings, false))
    }
}

/// An examination under way.
#[derive(Debug)]
pub(crate) struct Examining {
    lines: Lines<BufReader<ChildStdout>>,
    child: Child,
    _slot: OwnedSemaphorePermit,
}

impl Examining {
    /// Waits for the next finding, as a line of JSON. `None` once all are known.
    pub async fn next(&mut self) -> Result<Option<String>, ExamineError> {
        if let Some(line) = self.lines.next_line().await? {
            return Ok(Some(line));
        }
        let mut said = String::new();
        let stderr = self.child.stderr.as_mut().expect("it is piped");
        let read = stderr.take(MOST_SAID).read_to_string(&mut said).await;
        if self.child.wait().await?.success() {
            return Ok(None);
        }
        Err(read.map_or_else(ExamineError::from, |_| ExamineError::Failed(said.trim().to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use isso_doctor::Status;
    use isso_tests::PATIENCE;

    use super::*;

    const FINDING: &str = r#"{"id":"cors","status":"fail","cause":"seen","fix":null}"#;

    /// An examiner that starts this.
    fn examiner(doctor: fn(&Examination) -> Command) -> Examiner {
        let commands = Commands {
            check_database: |_| Command::new("false"),
            back_up: |_, _, _| Command::new("false"),
            doctor,
        };
        Examiner::new(commands, "/srv/isso".into())
    }

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[tokio::test]
    async fn findings_are_read_until_the_process_ends() {
        let examiner = examiner(|of| shell(&format!("test {} = /srv/isso && echo '{FINDING}'", of.data.display())));
        let (findings, all) = examiner.findings(Examination::default(), PATIENCE).await.unwrap();
        assert!(all);
        assert_eq!((findings.len(), findings[0].status), (1, Status::Fail));
    }

    #[tokio::test]
    async fn what_is_known_in_time_is_kept() {
        let examiner = examiner(|_| shell(&format!("echo '{FINDING}'; exec sleep 1000")));
        let (findings, all) = loop {
            let known = examiner
                .findings(Examination::default(), Duration::from_millis(200))
                .await;
            // A busy machine may not have started the shell by then.
            match known.unwrap() {
                (findings, _) if findings.is_empty() => {}
                known => break known,
            }
        };
        assert_eq!((findings.len(), all), (1, false));
    }

    #[tokio::test]
    async fn a_process_that_fails_says_why() {
        let examiner = examiner(|_| shell("echo 'no settings' >&2; exit 1"));
        let failed = examiner.findings(Examination::default(), PATIENCE).await.unwrap_err();
        assert_eq!(failed.to_string(), "the examination failed: no settings");
    }

    #[tokio::test]
    async fn an_examination_that_nobody_waits_for_is_ended() {
        let examiner = examiner(|_| shell("echo $$; exec sleep 1000"));
        let mut first = examiner.begin(Examination::default()).unwrap();
        let process = first.next().await.unwrap().unwrap();
        let second = examiner.begin(Examination::default()).unwrap();
        let third = examiner.begin(Examination::default());
        assert!(matches!(third, Err(ExamineError::Busy)));
        drop((first, second));
        let file = PathBuf::from(format!("/proc/{process}"));
        let gone = async {
            while file.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.expect("it is ended");
        assert!(examiner.begin(Examination::default()).is_ok());
    }
}
