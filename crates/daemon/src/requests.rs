//! Requests that Isso answered with an error of its own (500), as its log tells.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use isso_database::{User, Written};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

/// A failure to save that the look at the database does not explain counts for so long, unless something is saved before.
const COUNTS_FOR: Duration = Duration::from_secs(3600);
/// How much of an exception is shown.
const LONGEST: usize = 200;

/// The requests that the present gunicorn has answered with an error 500.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedRequests {
    /// How many there were.
    pub count: u64,
    /// The last one.
    pub last: Option<FailedRequest>,
}

/// A request that Isso answered with an error 500.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedRequest {
    /// When Isso logged it, in milliseconds since 1970.
    pub unix_ms: u64,
    /// Python's exception, up to what it quotes: that may be a visitor's or a secret.
    pub exception: String,
}

/// Counts them, and keeps the last one that should have saved something.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    tally: Mutex<Tally>,
    /// A request could not save something.
    pub(crate) unsaved: Notify,
}

#[derive(Debug, Default)]
struct Tally {
    generation: u64,
    failed: FailedRequests,
    unsaved: Option<Unsaved>,
}

/// A request that could not save something, for a reason of the database.
#[derive(Debug, Clone)]
pub(crate) struct Unsaved {
    /// What SQLite said, without the class.
    pub(crate) said: String,
    /// Who held a lock at that moment, if SQLite said that the database was locked.
    pub(crate) lockers: Vec<User>,
    /// The state that the database was left in. Another one later means that something was saved.
    pub(crate) written: Option<Written>,
    pub(crate) at: Instant,
}

impl Requests {
    /// Reads what a generation logs. One that is older than the last to be counted is not counted.
    pub(crate) fn note(&self, generation: u64, failure: Failure) {
        let mut tally = self.tally();
        if generation < tally.generation {
            return;
        }
        if generation > tally.generation {
            *tally = Tally {
                generation,
                ..Tally::default()
            };
        }
        let Failure {
            exception,
            is_new,
            saves,
        } = failure;
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_millis();
        tally.failed.count += u64::from(is_new);
        if let Some(said) = exception.strip_prefix("sqlite3.OperationalError: ")
            && saves
        {
            tally.unsaved = Some(Unsaved {
                said: said.to_owned(),
                lockers: Vec::new(),
                written: None,
                at: Instant::now(),
            });
            self.unsaved.notify_one();
        }
        tally.failed.last = Some(FailedRequest {
            unix_ms: u64::try_from(now).unwrap_or(u64::MAX),
            exception,
        });
    }

    /// Those of a generation.
    pub(crate) fn failed(&self, generation: u64) -> FailedRequests {
        let tally = self.tally();
        match tally.generation == generation {
            true => tally.failed.clone(),
            false => FailedRequests::default(),
        }
    }

    /// The last request of a generation that could not save something, while that counts.
    pub(crate) fn unsaved(&self, generation: Option<u64>) -> Option<Unsaved> {
        let tally = self.tally();
        let of = generation.is_none_or(|generation| generation == tally.generation);
        let counts = |it: &&Unsaved| of && it.at.elapsed() < COUNTS_FOR;
        tally.unsaved.as_ref().filter(counts).cloned()
    }

    /// Replaces what is known of one such request, unless another one has failed since.
    pub(crate) fn explain(&self, unsaved: &Unsaved, explained: Option<Unsaved>) {
        let mut tally = self.tally();
        if tally.unsaved.as_ref().is_some_and(|it| it.at == unsaved.at) {
            tally.unsaved = explained;
        }
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        // The tally is whole even when a thread panicked while holding it.
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the log of one gunicorn says of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exception: String,
    /// Not another exception of the same request.
    pub(crate) is_new: bool,
    /// Whether the request was to save something.
    pub(crate) saves: bool,
}

/// Finds the tracebacks of requests in the lines of one gunicorn.
///
/// [Isso](https://github.com/isso-comments/isso/blob/0.14.0/isso/__init__.py) logs `…:ERROR: POST /new` and gunicorn
/// `[ERROR] Error handling request POST /new`; the next line begins the traceback. All of one is written at once, so the lines
/// of two workers do not mix.
#[derive(Debug, Default)]
pub(crate) struct Tracebacks {
    at: At,
    saves: bool,
    is_new: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum At {
    #[default]
    Elsewhere,
    /// A request has failed, and its traceback follows.
    Failed,
    Traceback,
    /// After the exception. Another one, which came of it, may follow.
    Exception,
}

impl Tracebacks {
    /// Takes the next line; gives a failure when the line ends its traceback.
    pub(crate) fn line(&mut self, line: &str) -> Option<Failure> {
        if let Some(method) = failed_method(line) {
            self.at = At::Failed;
            self.saves = ["POST", "PUT", "DELETE"].contains(&method);
            self.is_new = true;
        } else if line.starts_with("Traceback (most recent call last):") {
            self.at = match self.at {
                At::Elsewhere => At::Elsewhere,
                _ => At::Traceback,
            };
        } else if self.at == At::Traceback {
            let exception = exception(line)?;
            self.at = At::Exception;
            return Some(Failure {
                exception,
                is_new: std::mem::take(&mut self.is_new),
                saves: self.saves,
            });
        } else if !between_exceptions(line) {
            self.at = At::Elsewhere;
        }
        None
    }
}

/// The method of the request that failed, if the line says so.
fn failed_method(line: &str) -> Option<&str> {
    let request = line
        .split_once(":ERROR: ")
        .or_else(|| line.split_once("[ERROR] Error handling request "))
        .map(|(_, request)| request)?;
    let method = request.split(' ').next()?;
    let is_method = !method.is_empty() && method.bytes().all(|it| it.is_ascii_uppercase());
    (is_method && request[method.len()..].starts_with(" /")).then_some(method)
}

fn between_exceptions(line: &str) -> bool {
    line.is_empty()
        || line.starts_with("During handling of the above exception")
        || line.starts_with("The above exception was the direct cause")
}

/// The exception that ends a traceback, up to what it quotes.
fn exception(line: &str) -> Option<String> {
    let class = line.split(':').next()?;
    let begins = line.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_');
    let is_path = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '.';
    if !begins || !class.chars().all(is_path) {
        return None;
    }
    let unquoted = line.split(['\'', '"', '`', '{', '<']).next()?;
    let words: String = unquoted.chars().take(LONGEST).collect();
    let words = words.trim_end_matches([' ', ':', '(', ',', '[']);
    Some(words.escape_debug().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, expected: &[(&str, bool, bool)]) {
        let mut tracebacks = Tracebacks::default();
        let found: Vec<_> = log.lines().filter_map(|it| tracebacks.line(it)).collect();
        let expected = expected.iter().map(|(exception, is_new, saves)| Failure {
            exception: (*exception).to_owned(),
            is_new: *is_new,
            saves: *saves,
        });
        assert_eq!(found, expected.collect::<Vec<_>>(), "{log}");
    }

    const LOCKED: &str = "2026-01-01 00:00:00,000:ERROR: POST /new\nTraceback (most recent call last):\n  \
         File \"x.py\", line 1, in new\n    rv = self.comments.add(uri, data)\n         ^^^^\n\
         sqlite3.OperationalError: database is locked\n";

    #[test]
    fn the_exception_of_a_request_is_found() {
        let found = ("sqlite3.OperationalError: database is locked", true, true);
        check(LOCKED, &[found]);
        check(
            &format!("{LOCKED}2026-01-01 00:00:01,000:INFO: x\n{LOCKED}"),
            &[found, found],
        );
        let get = LOCKED.replace("POST /new", "GET /");
        check(&get, &[(found.0, true, false)]);
        let gunicorn = LOCKED.replace(
            "2026-01-01 00:00:00,000:ERROR: POST",
            "[2026-01-01 00:00:00 +0000] [7] [ERROR] Error handling request PUT",
        );
        check(&gunicorn, &[found]);
        check(
            &LOCKED.replace("Error: database is locked", "Error"),
            &[("sqlite3.OperationalError", true, true)],
        );
    }

    #[test]
    fn of_chained_exceptions_one_request_is_counted_with_the_last() {
        let more = "\nDuring handling of the above exception, another exception occurred:\n\n\
             Traceback (most recent call last):\n  File \"y.py\"\nValueError: no\n";
        let first = ("sqlite3.OperationalError: database is locked", true, true);
        check(
            &format!("{LOCKED}{more}"),
            &[first, ("ValueError: no", false, true)],
        );
    }

    #[test]
    fn a_traceback_without_a_request_is_none_of_one() {
        check(
            "Exception in thread Thread-1:\nTraceback (most recent call last):\n  File \"x\"\nKeyError: 1\n",
            &[],
        );
        check(
            "2026-01-01 00:00:00,000:ERROR: unable to send mail\nTraceback (most recent call last):\n  File \"x\"\nOSError\n",
            &[],
        );
        check(
            &format!(
                "{}KeyError: 1\n",
                LOCKED
                    .split("sqlite3")
                    .next()
                    .unwrap_or_default()
                    .replace("POST ", "")
            ),
            &[],
        );
        // A line of another process is no exception.
        let other = LOCKED.replace(
            "sqlite3",
            "[2026-01-01 00:00:00 +0000] [7] [INFO] Booting worker\nsqlite3",
        );
        check(
            &other,
            &[("sqlite3.OperationalError: database is locked", true, true)],
        );
    }

    #[test]
    fn nothing_that_an_exception_quotes_is_kept() {
        let quoting = |line: &str, kept: &str| {
            check(
                &LOCKED.replace("sqlite3.OperationalError: database is locked", line),
                &[(kept, true, true)],
            );
        };
        quoting("KeyError: 'hunter2'", "KeyError");
        quoting(
            "ValueError: invalid literal for int() with base 10: 'hunter2'",
            "ValueError: invalid literal for int() with base 10",
        );
        quoting(
            "smtplib.SMTPAuthenticationError: (535, b'hunter2')",
            "smtplib.SMTPAuthenticationError: (535, b",
        );
        quoting(
            "x.SMTPRecipientsRefused: {'a@b': 1}",
            "x.SMTPRecipientsRefused",
        );
        quoting(
            &format!("E: {}", "x".repeat(4000)),
            &format!("E: {}", "x".repeat(LONGEST - 3)),
        );
        quoting("E: \u{1b}[31m", "E: \\u{1b}[31m");
    }

    #[test]
    fn a_new_generation_begins_anew_and_an_old_one_is_not_counted() {
        let requests = Requests::default();
        let failure = |exception: &str| Failure {
            exception: exception.to_owned(),
            is_new: true,
            saves: true,
        };
        requests.note(1, failure("sqlite3.OperationalError: disk I/O error"));
        requests.note(1, failure("KeyError"));
        assert_eq!(requests.failed(1).count, 2);
        assert_eq!(
            requests.failed(1).last.map(|it| it.exception).as_deref(),
            Some("KeyError")
        );
        assert_eq!(
            requests.unsaved(Some(1)).map(|it| it.said).as_deref(),
            Some("disk I/O error")
        );
        assert_eq!(requests.failed(2), FailedRequests::default());
        assert!(requests.unsaved(Some(2)).is_none());
        requests.note(2, failure("KeyError"));
        requests.note(1, failure("sqlite3.OperationalError: disk I/O error"));
        assert_eq!(requests.failed(2).count, 1);
        assert!(requests.unsaved(None).is_none());
    }
}
