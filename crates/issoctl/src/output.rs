//! What is printed: results on stdout, words about them on stderr. On a terminal, all of it is [escaped](escape).

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
/// Green, for what is well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Yellow, for what needs a person.
pub const WARN: Style = AnsiColor::Yellow.on_default().bold();
/// Red, for what went wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// Where a command prints. Colours go to terminals only, and not where the environment forbids them.
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

    /// Prints a line of the result. A reader that went away, as in `… | head`, is no error.
    pub fn line(&self, text: &str) {
        let text = shown(text, &io::stdout()).into_owned();
        if printer::installed().is_none() {
            return print(&text);
        }
        // A host that ends prints why within a second, or ends without.
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
            // No more threads are allowed.
            Err(_) => print(&text),
        }
    }

    /// Prints a line about the work, for a person.
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

/// Stderr, for the log of this process, in which lines of Isso stand.
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

/// What cannot be printed ends no command.
fn print_on_stderr(text: &str) {
    match printer::installed() {
        Some(printer) => printer.print(text),
        None => {
            let _ = io::stderr().write_all(text.as_bytes());
        }
    }
}

/// Text for a stream: a terminal gets nothing that it would obey, and only who wants colours gets them. Anything else
/// is for a program, which gets it as it is.
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
