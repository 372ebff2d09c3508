//! Other processes that use a database. SQLite's locks do not hold within one process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

const SCRIPT: &str = include_str!("beside.py");

/// A running process, killed when dropped.
pub struct Python {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<Said>,
}

#[derive(Default)]
struct Said {
    /// The lines that it printed, and whether it has ended.
    lines: Mutex<(Vec<String>, bool)>,
    more: Condvar,
}

impl Python {
    /// Runs one of the functions of `beside.py` on a database.
    pub fn start(function: &str, database: &Path) -> Python {
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT, function])
            .arg(database)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = Arc::new(Said::default());
        let (stdout, listener) = (child.stdout.take().unwrap(), Arc::clone(&said));
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines() {
                listener.lines.lock().unwrap().0.push(line.unwrap());
                listener.more.notify_all();
            }
            listener.lines.lock().unwrap().1 = true;
            listener.more.notify_all();
        });
        let stdin = child.stdin.take();
        Python { child, stdin, said }
    }

    /// Waits until it has printed so many lines, and returns all of them.
    pub fn said(&self, count: usize) -> Vec<String> {
        let lines = self.said.lines.lock().unwrap();
        let lines = self
            .said
            .more
            .wait_while(lines, |(lines, ended)| lines.len() < count && !*ended);
        let lines = lines.unwrap();
        assert!(lines.0.len() >= count, "it ended: {:?}", lines.0);
        lines.0.clone()
    }

    /// Tells it to end, and waits for that. It must not have failed.
    pub fn end(mut self) {
        drop(self.stdin.take());
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{:?}", self.said(0).last());
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
