//! A real SMTP server.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

/// An SMTP server that takes mail from the user `isso`.
pub struct SmtpServer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl SmtpServer {
    /// Starts it; `password` is the one it accepts.
    pub fn start(password: &str) -> Self {
        let python = std::env::var_os("ISSO_TEST_PYTHON")
            .expect("ISSO_TEST_PYTHON names a Python with aiosmtpd; `make test` makes one");
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/smtp_server.py"))
            .arg(password)
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is a pipe")).lines();
        let port = lines
            .next()
            .expect("the server prints its port")
            .expect("the port is text");
        Self {
            child,
            lines,
            port: port.parse().expect("a port is a number"),
        }
    }

    /// Waits for the next mail.
    pub fn next_mail(&mut self) -> Value {
        let line = self
            .lines
            .next()
            .expect("the server runs")
            .expect("a mail is a line of text");
        serde_json::from_str(&line).expect("a mail is JSON")
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
