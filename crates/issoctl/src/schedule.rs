//! Backups that `up` makes by itself.

use std::path::PathBuf;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;

use isso_backup::{Shelved, list};
use isso_daemon::end_with_us;
use nix::sys::signal::Signal;
use time::OffsetDateTime;
use tokio::process::Command;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use crate::data::DataDir;

/// How long to wait after a backup that failed, at most.
const AGAIN: Duration = Duration::from_secs(3600);

/// When to make backups, and where.
pub struct Schedule {
    /// The time between two of them.
    pub every: Duration,
    /// The folder that receives them.
    pub to: PathBuf,
    /// Which ones to keep; all if nothing is said.
    pub keep: Option<String>,
}

impl Schedule {
    /// Makes a backup whenever the newest one in the folder is old enough, for ever.
    pub async fn run(self: Rc<Self>, data: DataDir) {
        // Isso comes first.
        sleep(Duration::from_secs(1)).await;
        loop {
            sleep(self.due_in().await).await;
            match self.back_up(&data).await {
                Ok(path) => tracing::info!("backed up to {path}"),
                Err(reason) => {
                    tracing::error!("the scheduled backup failed: {reason}");
                    sleep(self.every.min(AGAIN)).await;
                }
            }
        }
    }

    /// Counts from the newest backup, whoever made it, so that a restart of `up` changes nothing.
    async fn due_in(&self) -> Duration {
        let to = self.to.clone();
        // The folder may lie on a disk that does not answer, and Isso must be kept up meanwhile.
        let newest = spawn_blocking(move || {
            let shelved = list(&to).unwrap_or_default();
            shelved.iter().filter_map(Shelved::created).max()
        });
        let Some(newest) = newest.await.ok().flatten() else {
            return Duration::ZERO;
        };
        // A clock that was put back makes no backup wait for longer than usual.
        let age = OffsetDateTime::now_utc() - newest;
        let age = Duration::try_from(age).unwrap_or_default();
        self.every.saturating_sub(age)
    }

    /// The same command that a person would type, in a process of its own.
    async fn back_up(&self, data: &DataDir) -> Result<String, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("--data").arg(data.path());
        command.args(["backup", "create", "--to"]).arg(&self.to);
        if let Some(keep) = &self.keep {
            command.arg("--keep").arg(keep);
        }
        // When this process ends, the backup is told to: it cleans up behind itself.
        end_with_us(command.as_std_mut(), Signal::SIGTERM);
        let done = command
            .stdin(Stdio::null())
            // As the first process of a container, the daemon reaps what is in its own group.
            .process_group(0)
            .output()
            .await;
        let done = done.map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().replace('\n', " ");
        if done.status.success() {
            Ok(text(&done.stdout))
        } else {
            Err(text(&done.stderr))
        }
    }
}
