//! A real mail server.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// A process of aiosmtpd that knows the user `me` with the password `right`.
pub struct MailServer {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    pub port: u16,
}

impl MailServer {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// Starts it with arguments, which `server.py` lists.
    pub fn with(arguments: &[&str]) -> Self {
        let mut process = python("server.py")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("ISSO_TEST_PYTHON can be run");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.next().expect("the server prints its port").unwrap();
        Self {
            port: port.parse().expect("a port is a number"),
            lines,
            process,
        }
    }

    /// The next mail that it took.
    pub fn next_mail(&mut self) -> Value {
        let line = self.lines.next().expect("a mail has arrived").unwrap();
        serde_json::from_str(&line).expect("a mail is a line of JSON")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        // The server ends when its standard input closes.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// A Python script of `tests/smtp`.
pub fn python(script: &str) -> Command {
    let python = std::env::var_os("ISSO_TEST_PYTHON")
        .expect("ISSO_TEST_PYTHON must name a Python with aiosmtpd and Isso installed; `make test` makes one");
    let mut command = Command::new(python);
    // aiosmtpd warns of passwords without TLS.
    command.args(["-W", "ignore"]);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp").join(script));
    command
}
