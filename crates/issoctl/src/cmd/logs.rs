//! `issoctl logs`.

use std::io::{self, IsTerminal, Write, stdout};
use std::process::ExitCode;

use crate::cli::LogsArgs;
use crate::escape::{Escape, escape};
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::output::Output;
use crate::waiting::waiting;

/// Prints the log of the running `up`: lines, or with `--json` one object on each line.
pub async fn run(data: &DataFolder, output: Output, args: LogsArgs) -> Result<ExitCode, Failure> {
    let client = data.client()?;
    let mut log = waiting(client.logs(args.lines, args.follow, output.json)).await?;
    let form = if output.json { Escape::Json } else { Escape::Text };
    let mut lines = stdout().is_terminal().then(|| LineEscaper::new(form));
    while let Some(part) = log.next().await? {
        let printed = match &mut lines {
            Some(lines) => put(lines.whole(&part).as_bytes()),
            None => put(&part),
        };
        if printed.is_err() {
            // The reader has closed the pipe, as in `… | head`.
            break;
        }
    }
    if let Some(lines) = lines {
        let _ = put(lines.rest().as_bytes());
    }
    Ok(ExitCode::SUCCESS)
}

fn put(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()
}

/// Escapes the log for a terminal. Keeps an unfinished line back until its end comes.
struct LineEscaper {
    form: Escape,
    /// The unfinished last line.
    begun: Vec<u8>,
}

impl LineEscaper {
    fn new(form: Escape) -> LineEscaper {
        LineEscaper {
            form,
            begun: Vec::new(),
        }
    }

    /// Adds a part of the log, and returns the lines that it finishes.
    fn whole(&mut self, part: &[u8]) -> String {
        self.begun.extend_from_slice(part);
        let last = self.begun.iter().rposition(|byte| *byte == b'\n');
        let rest = self.begun.split_off(last.map_or(0, |end| end + 1));
        let lines = std::mem::replace(&mut self.begun, rest);
        self.shown(&lines)
    }

    fn rest(self) -> String {
        self.shown(&self.begun)
    }

    fn shown(&self, lines: &[u8]) -> String {
        escape(&String::from_utf8_lossy(lines), self.form).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_escaped_wherever_the_log_is_cut_into_parts() {
        let log = "caf\u{e9} \x1b]0;title\x07\nright\u{202e}left\nno end \x1b[2J";
        let shown = "caf\u{e9} \\x1b]0;title\\x07\nright\\u{202e}left\nno end \\x1b[2J";
        for cut in 0..=log.len() {
            let (first, second) = log.as_bytes().split_at(cut);
            let mut lines = LineEscaper::new(Escape::Text);
            let all = [lines.whole(first), lines.whole(second), lines.rest()];
            assert_eq!(all.concat(), shown, "cut at {cut}");
        }
    }
}
