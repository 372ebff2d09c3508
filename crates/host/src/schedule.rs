//! Backups that `up` makes at an interval.

use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use isso_backup::{BackupFile, list};
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::blocking::on_thread;
use crate::commands::{Commands, beside_us};
use crate::data_dir::DataDir;

/// The longest wait after a backup that failed.
const RETRY_AFTER: Duration = Duration::from_secs(3600);

/// When to make backups, and where.
pub struct Schedule {
    /// The time between two backups.
    pub every: Duration,
    /// The folder that receives them.
    pub to: PathBuf,
    /// The rules for which backups to keep; nothing keeps all.
    pub keep: Option<String>,
    /// How to start the program that makes a backup.
    pub commands: Commands,
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
                    sleep(self.every.min(RETRY_AFTER)).await;
                }
            }
        }
    }

    /// Counts from the newest backup, however it was made, so that a restart of `up` changes nothing.
    async fn due_in(&self) -> Duration {
        let to = self.to.clone();
        // The folder may lie on a disk that does not answer, and Isso must be kept up meanwhile.
        let newest = on_thread(move || {
            let backups = list(&to).unwrap_or_default();
            backups.iter().filter_map(BackupFile::created).max()
        });
        let Some(newest) = newest.await.ok().flatten() else {
            return Duration::ZERO;
        };
        // A clock that was put back makes no backup wait for longer than usual.
        let age = OffsetDateTime::now_utc() - newest;
        let age = Duration::try_from(age).unwrap_or_default();
        self.every.saturating_sub(age)
    }

    /// Makes a backup in a process of its own, and returns its path.
    async fn back_up(&self, data: &DataDir) -> Result<String, String> {
        let command = (self.commands.back_up)(data.path(), &self.to, self.keep.as_deref());
        let done = beside_us(command).output().await.map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().replace('\n', " ");
        if done.status.success() {
            Ok(text(&done.stdout))
        } else {
            Err(text(&done.stderr))
        }
    }
}
