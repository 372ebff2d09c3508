//! What is printed: results on stdout, words about them on stderr.

use std::io::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

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

/// Where a command prints. Colours go to terminals only; anstream sees to that.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Whether a program reads stdout.
    pub json: bool,
}

impl Output {
    /// Prints a value for a program.
    pub fn json(&self, value: &impl Serialize) {
        let text = serde_json::to_string_pretty(value).expect("our own types have string keys");
        self.line(&text);
    }

    /// Prints a line of the result. A reader that went away, as in `… | head`, is no error.
    pub fn line(&self, text: &str) {
        let _ = writeln!(anstream::stdout(), "{text}");
    }

    /// Prints a line about the work, for a person.
    pub fn note(&self, text: &str) {
        let _ = writeln!(anstream::stderr(), "{text}");
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
