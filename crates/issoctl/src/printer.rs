//! Prints for a host, in a way that never ends the host or keeps it waiting.
//!
//! Lines go through a queue of at most [`MAX_QUEUED`] bytes to a thread that writes them. A stderr that accepts no
//! more, such as a terminal stopped with Ctrl-S, holds up that thread alone. A line that finds the queue full, or
//! cannot be written, such as to a full disk, is dropped and counted. The count is printed before the next line that
//! can be written, and `issoctl status --json` shows it.

use std::collections::VecDeque;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::write;

/// The most bytes that may wait in the queue.
const MAX_QUEUED: usize = 256 * 1024;
/// The number of lines for which an emptied queue keeps memory.
const KEPT_CAPACITY: usize = 64;
/// The stack of the thread, which only writes.
const STACK_SIZE: usize = 64 * 1024;
/// How long the program waits at its end until the last lines are written.
pub const FLUSH_WITHIN: Duration = Duration::from_secs(1);

/// Sends lines to the thread that writes. Clones share the thread.
#[derive(Clone, Default)]
pub struct Printer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    /// The number of dropped lines.
    dropped: Arc<AtomicU64>,
}

#[derive(Default)]
struct Queue {
    lines: VecDeque<Line>,
    bytes: usize,
    /// Whether the thread is writing a line.
    is_writing: bool,
    /// The number of refused lines since the last accepted one.
    refused: u64,
}

impl Queue {
    fn is_busy(&self) -> bool {
        self.is_writing || !self.lines.is_empty()
    }
}

struct Line {
    /// The number of refused lines directly before this one.
    refused: u64,
    text: String,
}

static INSTALLED: OnceLock<Printer> = OnceLock::new();

/// The printer of this process, if it is a host.
pub fn installed() -> Option<&'static Printer> {
    INSTALLED.get()
}

/// Starts the thread that writes stderr from now on.
pub fn install() -> io::Result<&'static Printer> {
    if let Some(printer) = installed() {
        return Ok(printer);
    }
    // The thread writes to the descriptor itself; the lock of `io::stderr()` would be held during each write.
    let printer = Printer::start(io::stderr())?;
    Ok(INSTALLED.get_or_init(|| printer))
}

/// Waits until all lines are written, at most for this time.
pub fn flush(within: Duration) {
    if let Some(printer) = installed() {
        printer.flush(within);
    }
}

impl Printer {
    fn start(to: impl AsFd + Send + 'static) -> io::Result<Printer> {
        let printer = Printer::default();
        let shared = Arc::clone(&printer.shared);
        std::thread::Builder::new()
            .name("printer".to_owned())
            .stack_size(STACK_SIZE)
            .spawn(move || shared.write_all(&to))?;
        Ok(printer)
    }

    /// The number of dropped lines.
    pub fn dropped(&self) -> &Arc<AtomicU64> {
        &self.shared.dropped
    }

    /// Queues lines, or drops them if the queue is full.
    pub fn print(&self, text: &str) {
        let mut queue = self.shared.queue();
        if queue.bytes + text.len() > MAX_QUEUED {
            queue.refused += 1;
            self.shared.count_dropped();
            return;
        }
        queue.bytes += text.len();
        let refused = std::mem::take(&mut queue.refused);
        let text = text.to_owned();
        queue.lines.push_back(Line { refused, text });
        self.shared.changed.notify_all();
    }

    fn flush(&self, within: Duration) {
        let queue = self.shared.queue();
        let wait = self
            .shared
            .changed
            .wait_timeout_while(queue, within, |queue| queue.is_busy());
        drop(wait);
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count_dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    fn write_all(&self, to: &impl AsFd) {
        let mut missing = 0;
        loop {
            let line = self.next();
            missing += line.refused;
            let noted = missing == 0 || write_line(to, &notice(missing)).is_ok();
            if noted {
                missing = 0;
            }
            if !noted || write_line(to, &line.text).is_err() {
                missing += 1;
                self.count_dropped();
            }
        }
    }

    /// Marks the previous line as done, and waits for the next one.
    fn next(&self) -> Line {
        let mut queue = self.queue();
        queue.is_writing = false;
        self.changed.notify_all();
        loop {
            if let Some(line) = queue.lines.pop_front() {
                queue.is_writing = true;
                queue.bytes -= line.text.len();
                return line;
            }
            queue.lines.shrink_to(KEPT_CAPACITY);
            queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn notice(missing: u64) -> String {
    let lines = if missing == 1 { "line" } else { "lines" };
    format!("({missing} {lines} could not be printed here)\n")
}

/// Writes a line. If this fails after a part, the part stays and the line counts as not written.
fn write_line(to: &impl AsFd, line: &str) -> Result<(), Errno> {
    let mut rest = line.as_bytes();
    while !rest.is_empty() {
        match write(to, rest) {
            Ok(0) => return Err(Errno::EIO),
            Ok(written) => rest = &rest[written..],
            Err(Errno::EINTR) => {}
            // Another program may have made the shared terminal non-blocking.
            Err(Errno::EAGAIN) => {
                let mut ready = [PollFd::new(to.as_fd(), PollFlags::POLLOUT)];
                let _ = poll(&mut ready, PollTimeout::from(100_u8));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{BufRead, BufReader};

    use isso_tests::spin_until;

    use super::*;

    fn dropped(printer: &Printer) -> u64 {
        printer.dropped().load(Ordering::Relaxed)
    }

    #[test]
    fn a_reader_that_does_not_read_loses_lines_and_delays_nothing() {
        let (reader, writer) = io::pipe().unwrap();
        let printer = Printer::start(writer).unwrap();
        // More than the pipe and the queue can hold.
        for number in 0..1000 {
            printer.print(&format!("{number:1023}\n"));
        }
        assert!(dropped(&printer) > 0 && dropped(&printer) < 1000);
        printer.flush(Duration::from_millis(1));

        let reading = std::thread::spawn(move || {
            let (mut written, mut missing) = (0, 0);
            for line in BufReader::new(reader).lines().map(Result::unwrap) {
                match line.strip_prefix('(').and_then(|it| it.split_once(' ')) {
                    Some((noted, _)) => missing += noted.parse::<u64>().unwrap(),
                    None => written += 1,
                }
                if line == "the end" {
                    break;
                }
            }
            (written, missing)
        });
        let mut printed = 1000;
        spin_until("there is never room for a line", || {
            let before = dropped(&printer);
            printer.print("the end\n");
            printed += 1;
            dropped(&printer) == before
        });
        let (written, missing) = reading.join().unwrap();
        assert_eq!(missing, dropped(&printer), "all that is missing is noted");
        assert_eq!(written + missing, printed);
    }

    #[test]
    fn lines_that_cannot_be_written_are_counted() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let printer = Printer::start(full).unwrap();
        printer.print("one\n");
        printer.print("two\n");
        printer.flush(Duration::from_secs(60));
        assert_eq!(dropped(&printer), 2);
    }
}
