//! Prints results on stdout, and messages about the work on stderr. [Escapes](escape) all text for a terminal.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};
use std::sync::mpsc;
use std::thread;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::escape::{Escape, escape, strip_colours};
use crate::printer::{self, FLUSH_WITHIN};

/// Bold, for headings and names.
pub const BOLD: Style = Style::new().bold();
/// Dim, for what matters less.
pub const DIM: Style = Style::new().dimmed();
/// Green, for success.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Yellow, for what a person should look at.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Red, for failures.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// How a command prints. Colours go to terminals only, and not if the environment forbids them.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether a program reads stdout.
    pub json: bool,
}

impl Output {
    /// Prints a value for a program.
    pub fn json(&self, value: &impl Serialize) {
        let text = serde_json::to_string_pretty(value).expect("our own types have string keys");
        self.line(&escape(&text, Escape::Json));
    }

    /// Prints a line of the result. A pipe that its reader has closed, as in `… | head`, is no error.
    pub fn line(&self, text: &str) {
        let text = shown(text, &io::stdout()).into_owned();
        if printer::installed().is_none() {
            return print(&text);
        }
        // A host whose stdout blocks must still end, so it waits a second at most.
        let (done, is_done) = mpsc::channel();
        let printed = text.clone();
        let printing = thread::Builder::new().spawn(move || {
            print(&printed);
            let _ = done.send(());
        });
        match printing {
            Ok(_) => {
                let _ = is_done.recv_timeout(FLUSH_WITHIN);
            }
            // The system allows no more threads.
            Err(_) => print(&text),
        }
    }

    /// Prints a message for a person.
    pub fn note(&self, text: &str) {
        let text = shown(text, &io::stderr());
        print_on_stderr(&format!("{text}\n"));
    }

    /// Prints an error with its causes and what to do next.
    pub fn error(&self, message: &str, causes: &[String], hint: Option<&str>) {
        self.note(&format!("{BAD}error:{BAD:#} {message}"));
        for cause in causes {
            self.note(&format!("  {DIM}because:{DIM:#} {cause}"));
        }
        if let Some(hint) = hint {
            self.note(&format!("  {BOLD}try:{BOLD:#} {hint}"));
        }
    }
}

/// Writes the log of this process, which contains lines of Isso, to stderr.
#[derive(Debug, Clone, Copy)]
pub struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let text = match io::stderr().is_terminal() {
            true => escape(&text, Escape::Text),
            false => text,
        };
        print_on_stderr(&text);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn print(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Prints on stderr. A failure to print does not end a command.
fn print_on_stderr(text: &str) {
    match printer::installed() {
        Some(printer) => printer.print(text),
        None => {
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }
}

/// Prepares text for a stream: escapes it for a terminal, and removes the colours unless the stream wants them. Files
/// and pipes get the text unescaped.
fn shown<'t>(text: &'t str, to: &impl RawStream) -> Cow<'t, str> {
    let text = match to.is_terminal() {
        true => escape(text, Escape::Text),
        false => Cow::Borrowed(text),
    };
    match AutoStream::choice(to) {
        ColorChoice::Never => Cow::Owned(strip_colours(&text)),
        _ => text,
    }
}
