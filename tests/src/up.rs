//! A running `up` or `supervise`.

use std::cell::OnceCell;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ExitStatus};
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::{PATIENCE, Site};

/// A running `issoctl up` or `supervise`. It is killed, and Isso with it, when the test ends.
pub struct Up<'a> {
    site: &'a Site,
    child: Child,
    /// Read from the status when it is first asked for.
    address: OnceCell<SocketAddr>,
    lines: Receiver<String>,
    seen: String,
}

impl<'a> Up<'a> {
    pub(crate) fn new(site: &'a Site, mut child: Child) -> Up<'a> {
        let lines = follow(&mut child);
        Up {
            site,
            child,
            address: OnceCell::new(),
            lines,
            seen: String::new(),
        }
    }

    /// Where Isso answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// The address alone.
    pub fn address(&self) -> SocketAddr {
        *self.address.get_or_init(|| self.site.address())
    }

    /// The process id of `up`.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("process ids are small"))
    }

    /// Waits for a line with this text on stdout or stderr.
    pub fn wait_for_line(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen += &format!("{line}\n");
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => panic!("`up` did not say {text:?}; it said:\n{}", self.seen),
            }
        }
    }

    /// Everything that `up` has printed up to here.
    pub fn printed(&mut self) -> &str {
        for line in self.lines.try_iter() {
            self.seen += &format!("{line}\n");
        }
        &self.seen
    }

    /// The status, as a program reads it.
    pub fn status(&self) -> Value {
        self.site.status()
    }

    /// Waits until the status is as wanted.
    pub fn wait_for_status(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.site.wait_for_status(wanted)
    }

    /// The gunicorn master that serves, once no other one is taking over from it.
    pub fn master(&self) -> Pid {
        let status = self.wait_for_status(|status| status["supervisor"]["phase"] == "serving");
        let pid = status["supervisor"]["pid"].as_i64().expect("a process id is a number");
        Pid::from_raw(pid.try_into().expect("process ids are small"))
    }

    /// Kills gunicorn's master, and returns the status once the supervisor says that another one serves. An answer of
    /// Isso does not show that: a worker of the killed master may give it.
    pub fn kill_master(&self) -> Value {
        let master = self.master();
        kill(master, Signal::SIGKILL).expect("the master is there");
        self.wait_for_status(|status| {
            let supervisor = &status["supervisor"];
            supervisor["phase"] == "serving" && supervisor["pid"] != master.as_raw() && status["serving"] == true
        })
    }

    /// Sends a signal to `up`.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("`up` is there");
    }

    /// Ends `up` as a service manager would.
    pub fn terminate(mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        self.child.wait().expect("`up` is our child")
    }

    /// Waits until `up` has ended by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("`up` is our child")
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn follow(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let mut streams: Vec<Box<dyn std::io::Read + Send>> = vec![Box::new(stdout)];
    if let Some(stderr) = child.stderr.take() {
        streams.push(Box::new(stderr));
    }
    for stream in streams {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = sender.send(line);
            }
        });
    }
    lines
}
