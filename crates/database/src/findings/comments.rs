//! Comments that Isso keeps and never shows, or that break a page of its own.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Result, Row};

use super::{ReadError, open_within, read_error};

/// What is wrong with a comment. Isso's own requests make none of these; other programs, imports and hands do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentProblem {
    /// It belongs to no page.
    NoThread,
    /// Its `mode` is none that Isso knows, so it is neither shown nor listed.
    Mode,
    /// Its date is not a number. The admin pages answer with an error because of it.
    Date,
    /// Its date is zero or less, so it is never shown.
    Past,
    /// Its date lies in the future. Isso takes it for one of the last minute and refuses new comments from its address.
    Future,
    /// The comment that it replies to is not there, so it is never shown.
    ParentMissing,
    /// The comment that it replies to belongs to another page, so it is never shown.
    ParentElsewhere,
    /// It replies to a reply, and Isso shows replies to first comments alone.
    ParentIsReply,
    /// It has neither an address nor an e-mail. Isso answers with an error for its whole page.
    Nobody,
}

/// The comments with one problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problems {
    /// The problem.
    pub problem: CommentProblem,
    /// How many have it.
    pub count: u64,
    /// The id of the first.
    pub first: i64,
}

/// The comments of a database, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommentCounts {
    /// All.
    pub all: u64,
    /// Those that wait for approval for longer than was asked.
    pub overdue: u64,
    /// Those with a problem. A comment with several problems counts for the first.
    pub problems: Vec<Problems>,
}

/// The problems in the order in which they are looked for; each number in the statement is a place in this list.
const PROBLEMS: [CommentProblem; 9] = [
    CommentProblem::NoThread,
    CommentProblem::Mode,
    CommentProblem::Date,
    CommentProblem::Past,
    CommentProblem::Future,
    CommentProblem::ParentMissing,
    CommentProblem::ParentElsewhere,
    CommentProblem::ParentIsReply,
    CommentProblem::Nobody,
];

/// So many rows are read in well below the five seconds that Isso waits for a reader, even from a slow disk.
const STEP: i64 = 5_000;
const PAUSE: Duration = Duration::from_millis(2);

/// Some rows, by problem. Modes and dates are judged as Isso's own statements do; a clock may be off by an hour.
const COUNT: &str = "
    SELECT problem, count(*), min(id), max(id), ifnull(sum(overdue), 0) FROM (
        SELECT c.id AS id, c.mode = 2 AND ?3 - c.created > ?4 AS overdue, CASE
            WHEN NOT EXISTS (SELECT 1 FROM threads t WHERE t.id = c.tid) THEN 0
            WHEN c.mode IS NULL OR (c.mode <> 2 AND (5 | c.mode) <> 5) THEN 1
            WHEN typeof(c.created) NOT IN ('real', 'integer') THEN 2
            WHEN c.created <= 0 THEN 3
            WHEN c.created > ?3 + 3600 THEN 4
            WHEN c.parent IS NOT NULL AND p.id IS NULL THEN 5
            WHEN c.parent IS NOT NULL AND p.tid IS NOT c.tid THEN 6
            WHEN c.parent IS NOT NULL AND p.parent IS NOT NULL THEN 7
            WHEN c.remote_addr IS NULL AND ifnull(c.email, '') = '' THEN 8
        END AS problem
        FROM (
            SELECT id, tid, parent, created, mode, remote_addr, email FROM comments WHERE id > ?1 ORDER BY id LIMIT ?2
        ) c LEFT JOIN comments p ON p.id = c.parent
    ) GROUP BY problem";

/// Counts the comments. `overdue` is how long one may wait for approval. It takes no longer than the limit.
pub fn count_comments(database: &Path, overdue: Duration, limit: Duration) -> Result<CommentCounts, ReadError> {
    let connection = open_within(database, limit)?;
    let counted = count(&connection, overdue);
    counted.map_err(|error| read_error(database, limit, error))
}

fn count(connection: &Connection, overdue: Duration) -> Result<CommentCounts> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let mut statement = connection.prepare(COUNT)?;
    let mut counts = CommentCounts::default();
    let mut last = i64::MIN;
    loop {
        let step = (last, STEP, now.as_secs_f64(), overdue.as_secs_f64());
        let groups = statement.query_map(step, Group::read)?.collect::<Result<Vec<_>>>()?;
        let Some(greatest) = groups.iter().map(|group| group.last).max() else {
            return Ok(counts);
        };
        last = greatest;
        groups.into_iter().for_each(|group| counts.add(&group));
        sleep(PAUSE);
    }
}

/// Rows of one step with the same problem.
struct Group {
    problem: Option<CommentProblem>,
    count: u64,
    first: i64,
    last: i64,
    overdue: u64,
}

impl Group {
    fn read(row: &Row<'_>) -> Result<Self> {
        let problem: Option<u8> = row.get(0)?;
        let count = |place| Ok::<_, rusqlite::Error>(row.get::<_, i64>(place)?.unsigned_abs());
        Ok(Self {
            problem: problem.and_then(|place| PROBLEMS.get(usize::from(place)).copied()),
            count: count(1)?,
            first: row.get(2)?,
            last: row.get(3)?,
            overdue: count(4)?,
        })
    }
}

impl CommentCounts {
    fn add(&mut self, group: &Group) {
        self.all += group.count;
        self.overdue += group.overdue;
        let Some(problem) = group.problem else {
            return;
        };
        match self.problems.iter_mut().find(|it| it.problem == problem) {
            Some(known) => known.count += group.count,
            None => self.problems.push(Problems {
                problem,
                count: group.count,
                first: group.first,
            }),
        }
    }
}
