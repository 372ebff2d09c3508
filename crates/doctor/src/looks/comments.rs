//! The comments of the database, counted once for the checks that judge them.

use std::path::Path;
use std::time::Duration;

use isso_actions::Language;
use isso_cfg::keys;
use isso_database::{CommentCounts, ReadError, count_comments};

use super::Looks;
use crate::checks::Check;
use crate::report::Finding;
use crate::tr;

/// The comments of the database, or why they were not counted.
#[derive(Debug)]
pub enum Comments {
    /// They were counted.
    Counted(CommentCounts),
    /// There is no database yet.
    New,
    /// The limit was over first.
    Slow,
    /// SQLite cannot read them, for this reason.
    Unread(String),
}

impl Looks {
    /// The comments of the database.
    pub async fn comments(&self) -> &Comments {
        let look = || async {
            let after = self.patient.contents.cfg.read_timedelta(&keys::PURGE_AFTER);
            // Without an end, no comment is overdue.
            let overdue = after.map_or(Duration::MAX, |after| Duration::from_secs(after.seconds()));
            let (database, limit) = (self.patient.database.clone(), self.options.limit);
            let counted = tokio::task::spawn_blocking(move || Comments::count(&database, overdue, limit));
            // A disk may never answer, and SQLite waits for a lock.
            match tokio::time::timeout(limit, counted).await {
                Ok(Ok(comments)) => comments,
                _ => Comments::Slow,
            }
        };
        self.comments.get_or_init(look).await
    }
}

impl Comments {
    fn count(database: &Path, overdue: Duration, limit: Duration) -> Self {
        if !database.exists() {
            return Self::New;
        }
        match count_comments(database, overdue, limit) {
            Ok(counts) => Self::Counted(counts),
            Err(ReadError::TooSlow(..)) => Self::Slow,
            Err(ReadError::Sqlite(_, error)) => Self::Unread(error.to_string()),
        }
    }

    /// The finding of a check that needs the counts.
    pub fn finding(&self, check: &Check, language: Language) -> Finding {
        match self {
            Self::New => check.skip(tr!(language, "database.new")),
            Self::Unread(reason) => check.unknown(tr!(language, "database.unread", reason = reason)),
            Self::Slow | Self::Counted(_) => check.unknown(tr!(language, "database.slow")),
        }
    }
}
