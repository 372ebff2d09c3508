//! `backup-age`: whether there is a backup of the last days.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use isso_actions::Language;
use isso_backup::is_backup;

use crate::checks::Check;
use crate::report::Finding;
use crate::tr;

pub const CHECK: Check = Check {
    id: "backup-age",
    run: |looks| Box::pin(async { vec![look(looks.patient.backups.as_deref(), looks.language())] }),
};

const DAY: u64 = 24 * 3600;
/// A weekly backup may be late by a day.
const OLD: u64 = 8;

fn look(folder: Option<&Path>, language: Language) -> Finding {
    match folder.map(newest) {
        None => CHECK.skip(tr!(language, "backup-age.elsewhere")),
        Some(Err(error)) => CHECK.unknown(tr!(language, "backup-age.unread", reason = error)),
        Some(Ok(newest)) => judge(newest, SystemTime::now(), language),
    }
}

/// When the newest backup of a folder was written. Nothing is opened.
fn newest(folder: &Path) -> io::Result<Option<SystemTime>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut newest = None;
    for entry in entries {
        let path = entry?.path();
        // Folders hold what a restore has replaced.
        if path.is_file() && is_backup(&path) {
            newest = newest.max(fs::metadata(&path)?.modified().ok());
        }
    }
    Ok(newest)
}

fn judge(newest: Option<SystemTime>, now: SystemTime, language: Language) -> Finding {
    let fix = || tr!(language, "backup-age.fix");
    let Some(newest) = newest else {
        return CHECK.warn(tr!(language, "backup-age.none"), fix());
    };
    let age = now.duration_since(newest).unwrap_or(Duration::ZERO);
    let days = age.as_secs() / DAY;
    match days < OLD {
        true => CHECK.pass(tr!(language, "backup-age.recent", days = days)),
        false => CHECK.warn(tr!(language, "backup-age.old", days = days), fix()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Status;

    #[test]
    fn a_backup_gets_old() {
        let folder = tempfile::tempdir().unwrap();
        let status = |folder: Option<&Path>| look(folder, Language::English).status;
        assert_eq!(status(None), Status::Skip);
        assert_eq!(status(Some(&folder.path().join("none"))), Status::Warn);
        let file = |name: &str| fs::File::create(folder.path().join(name)).unwrap();
        file("notes.txt");
        assert_eq!(status(Some(folder.path())), Status::Warn);
        let days = |days: u64| SystemTime::now() - Duration::from_secs(days * DAY + 60);
        let old = file("isso-2026-01-01T000000Z.isso-backup.tar.zst");
        old.set_modified(days(8)).unwrap();
        assert_eq!(status(Some(folder.path())), Status::Warn);
        let newer = file("isso-2026-01-02T000000Z.isso-backup.tar.zst");
        newer.set_modified(days(7)).unwrap();
        assert_eq!(status(Some(folder.path())), Status::Pass);
    }
}
