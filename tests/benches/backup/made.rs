//! Making a backup, and measuring what it costs.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use isso_tests::Site;

/// A backup that was made.
pub struct Made {
    pub began: Instant,
    pub ended: Instant,
    pub memory_kib: u64,
}

impl Made {
    pub fn took(&self) -> Duration {
        self.ended - self.began
    }
}

/// Makes a backup, and measures how much memory that takes. The database itself, which it maps for an instant, is not
/// counted: it is in the kernel's memory anyway.
pub fn back_up(site: &Site, work: &Path) -> Made {
    let into = work.join("backups");
    let mut command = site.command(&["backup", "create", "--keep", "daily=1", "--to"]);
    command.arg(&into).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let mut child = command.spawn().expect("issoctl runs");
    let mut memory_kib = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("it is our child") {
            break status;
        }
        memory_kib = memory_kib.max(anonymous_kib(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "a backup is made");
    Made {
        began,
        ended: Instant::now(),
        memory_kib,
    }
}

fn anonymous_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}

/// The newest backup in a folder.
pub fn newest(folder: &Path) -> PathBuf {
    let entries = std::fs::read_dir(folder).expect("backups were made");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    let backup = paths.filter(|path| path.extension().is_some_and(|it| it == "zst"));
    backup.max().expect("backups were made")
}
