//! Keeps the last lines that Isso and gunicorn have written.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::sync::broadcast;

use crate::requests::{Requests, Tracebacks};

/// Longer lines are cut into pieces, so that a line without an end cannot fill the memory.
const MAX_LINE: u64 = 4096;
/// So many bytes of lines are kept at most, for long lines would take many times the memory of usual ones.
const MAX_BYTES: usize = 1024 * 1024;

/// One line of output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// The generation that wrote it.
    pub generation: u64,
    /// When it arrived, in milliseconds since 1970.
    pub unix_ms: u64,
    /// The line, without its end.
    pub text: String,
}

/// The last lines of output. All clones share them.
#[derive(Debug, Clone)]
pub struct LogRing {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    capacity: usize,
    lines: Mutex<Lines>,
    live: broadcast::Sender<Arc<LogLine>>,
    requests: Arc<Requests>,
}

#[derive(Debug, Default)]
struct Lines {
    kept: VecDeque<Arc<LogLine>>,
    bytes: usize,
}

impl Lines {
    fn push(&mut self, line: Arc<LogLine>, capacity: usize) {
        self.bytes += line.text.len();
        self.kept.push_back(line);
        while self.kept.len() > 1 && (self.kept.len() > capacity || self.bytes > MAX_BYTES) {
            let oldest = self.kept.pop_front();
            self.bytes -= oldest.map_or(0, |line| line.text.len());
        }
    }

    fn tail(&self, count: usize) -> Vec<Arc<LogLine>> {
        let skipped = self.kept.len().saturating_sub(count);
        self.kept.iter().skip(skipped).cloned().collect()
    }
}

impl LogRing {
    /// Makes a ring for so many lines, and for no more than 1 MiB of them.
    pub fn new(capacity: usize) -> LogRing {
        let lines = Mutex::default();
        let live = broadcast::Sender::new(256);
        LogRing {
            shared: Arc::new(Shared {
                capacity,
                lines,
                live,
                requests: Arc::default(),
            }),
        }
    }

    /// The last `count` lines, oldest first. They are shared with the ring: their text is not copied.
    pub fn tail(&self, count: usize) -> Vec<Arc<LogLine>> {
        self.lines().tail(count)
    }

    /// The last `count` lines and every later one: none is missing between the two, none is twice.
    ///
    /// A receiver that falls more than 256 lines behind gets an error with the number of lines it missed.
    pub fn subscribe(&self, count: usize) -> (Vec<Arc<LogLine>>, broadcast::Receiver<Arc<LogLine>>) {
        let lines = self.lines();
        let live = self.shared.live.subscribe();
        (lines.tail(count), live)
    }

    /// Adds a line, forgetting the oldest when the ring is full.
    pub fn push(&self, generation: u64, text: String) {
        tracing::info!(target: "isso", "{text}");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let line = Arc::new(LogLine {
            generation,
            unix_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            text,
        });
        let mut lines = self.lines();
        lines.push(Arc::clone(&line), self.shared.capacity);
        // Sent under the lock, so that `subscribe` cuts at one place. To have no subscriber is no error.
        let _ = self.shared.live.send(line);
    }

    /// Adds what a generation writes, until every process that can write has gone. Requests that failed are noted.
    pub(crate) async fn drain(self, generation: u64, output: impl AsyncRead + Unpin) {
        let mut tracebacks = Tracebacks::default();
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            let mut piece = (&mut output).take(MAX_LINE);
            match piece.read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => {
                    let text = String::from_utf8_lossy(&line);
                    let text = text.trim_end();
                    if let Some(failure) = tracebacks.line(text) {
                        self.shared.requests.note(generation, failure);
                    }
                    self.push(generation, text.to_owned());
                }
            }
        }
    }

    /// The requests that failed, as the lines say.
    pub(crate) fn requests(&self) -> &Arc<Requests> {
        &self.shared.requests
    }

    /// The line that tells why a generation has ended.
    pub(crate) fn cause(&self, generation: u64) -> Option<String> {
        let lines = self.lines();
        let texts = lines.kept.iter().filter(|l| l.generation == generation);
        cause(texts.map(|l| l.text.as_str()))
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        // The lines are whole even when a thread panicked while it held them.
        self.shared.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds what Python, Isso or gunicorn gave as the cause: the exception of the last traceback, else
/// the last error message, else the last line.
///
/// Only the first line of an exception is taken: configparser's syntax errors go on with the
/// offending line of the file, which may hold a password.
fn cause<'a>(lines: impl Iterator<Item = &'a str>) -> Option<String> {
    let (mut exception, mut error, mut last) = (None, None, None);
    let mut in_traceback = false;
    for line in lines.filter(|l| !l.trim().is_empty()) {
        if line.starts_with("Traceback (most recent call last):") {
            in_traceback = true;
        } else if in_traceback && !line.starts_with(char::is_whitespace) {
            in_traceback = false;
            exception = Some(line);
        } else if line.contains(":ERROR:") || line.contains("[ERROR]") {
            error = Some(line);
        }
        last = Some(line);
    }
    exception.or(error).or(last).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[Arc<LogLine>]) -> Vec<&str> {
        lines.iter().map(|l| l.text.as_str()).collect()
    }

    fn check(output: &str, expected: Option<&str>) {
        assert_eq!(cause(output.lines()).as_deref(), expected);
    }

    #[test]
    fn the_cause_is_the_exception_without_the_quoted_file() {
        check(
            "2026-01-01 00:00:00,000:INFO: hello\nTraceback (most recent call last):\n  File \"x\", line 1\n\
             configparser.MissingSectionHeaderError: File contains no section headers.\n\
             file: '/config/isso.cfg', line: 1\n'password = hunter2\\n'\n",
            Some("configparser.MissingSectionHeaderError: File contains no section headers."),
        );
    }

    #[test]
    fn the_last_of_chained_exceptions_counts() {
        check(
            "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'a'\n\n\
             During handling of the above exception, another exception occurred:\n\n\
             Traceback (most recent call last):\n  File \"y\"\nValueError: Not a boolean: maybe\n",
            Some("ValueError: Not a boolean: maybe"),
        );
    }

    #[test]
    fn the_cause_without_an_exception_is_the_error_then_the_last_line() {
        let error = "2026-01-01 00:00:00,000:ERROR: No website(s) configured, Isso won't work.";
        check(&format!("a\n{error}\nb\n"), Some(error));
        check("a\nb\n\n", Some("b"));
        check("", None);
    }

    #[test]
    fn the_ring_forgets_the_oldest() {
        let ring = LogRing::new(2);
        for text in ["a", "b", "c"] {
            ring.push(1, text.to_owned());
        }
        assert_eq!(texts(&ring.tail(9)), ["b", "c"]);
        assert_eq!(texts(&ring.tail(1)), ["c"]);
        assert!(Arc::ptr_eq(&ring.tail(1)[0], &ring.tail(1)[0]), "no copy");
    }

    #[test]
    fn the_ring_keeps_fewer_lines_where_they_are_long() {
        let ring = LogRing::new(2000);
        for number in 0..2000 {
            ring.push(1, format!("{number:04096}"));
        }
        let kept = ring.tail(2000);
        assert_eq!(kept.len(), MAX_BYTES / 4096);
        assert_eq!(kept[0].text, format!("{:04096}", 2000 - kept.len()));
        for _ in 0..2000 {
            ring.push(1, "short".to_owned());
        }
        assert_eq!(ring.tail(9999).len(), 2000);
    }

    #[tokio::test]
    async fn a_subscriber_misses_no_line() {
        let ring = LogRing::new(8);
        ring.push(1, "before".to_owned());
        let (kept, mut live) = ring.subscribe(8);
        ring.push(1, "after".to_owned());
        assert_eq!(texts(&kept), ["before"]);
        assert_eq!(live.recv().await.unwrap().text, "after");
    }

    #[tokio::test]
    async fn output_becomes_lines_whatever_it_holds() {
        let ring = LogRing::new(8);
        let output = [b"caf\xe9\r\n\nlast ".as_slice(), &[b'x'; 5000]].concat();
        ring.clone().drain(7, output.as_slice()).await;
        let lines = ring.tail(8);
        assert_eq!(texts(&lines)[..2], ["caf\u{fffd}", ""]);
        assert_eq!(lines[2].text.len(), 4096);
        assert_eq!(lines[3].text.len(), "last ".len() + 5000 - 4096);
        assert!(lines.iter().all(|l| l.generation == 7));
    }
}
