//! A real SMTP server.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use serde_json::Value;

use crate::PATIENCE;

/// An SMTP server that takes mail from the user `isso`.
pub struct SmtpServer {
    child: Child,
    lines: Receiver<String>,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl SmtpServer {
    /// Starts it; it accepts this password alone.
    pub fn start(password: &str) -> Self {
        Self::slow(password, Duration::ZERO)
    }

    /// Starts a server that takes this long to accept a mail.
    pub fn slow(password: &str, delay: Duration) -> Self {
        let python = std::env::var_os("ISSO_TEST_PYTHON")
            .expect("ISSO_TEST_PYTHON names a Python with aiosmtpd; `make test` makes one");
        let mut child = Command::new(python)
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/smtp_server.py"))
            .arg(password)
            .arg(delay.as_secs_f64().to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python runs");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = sender.send(line);
            }
        });
        let mut server = Self { child, lines, port: 0 };
        let port = server.line_within(PATIENCE).expect("the server prints its port");
        server.port = port.parse().expect("a port is a number");
        server
    }

    /// Waits for the next mail.
    pub fn next_mail(&mut self) -> Value {
        self.mail_within(PATIENCE)
            .unwrap_or_else(|| panic!("no mail came within {PATIENCE:?}"))
    }

    /// Waits for the next mail, but no longer than this.
    pub fn mail_within(&mut self, patience: Duration) -> Option<Value> {
        let line = self.line_within(patience)?;
        Some(serde_json::from_str(&line).expect("a mail is a line of JSON"))
    }

    fn line_within(&mut self, patience: Duration) -> Option<String> {
        self.lines.recv_timeout(patience).ok()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The form of `configure-smtp` with a mail server that is not there.
pub fn mail(password: &str) -> Value {
    serde_json::json!({
        "smtp": { "selection": "custom", "value": { "provider": { "selection": "other", "value": {
            "host": "127.0.0.1",
            "security": { "selection": "starttls", "value": { "port": "2525" } },
            "from": "isso@example.org",
            "username": "isso",
            "password": password,
        } } } },
        "to": "owner@example.org",
        "replyNotifications": false,
    })
}
