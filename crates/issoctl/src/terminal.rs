//! Questions on a terminal that Ctrl-C ends cleanly.

use std::io::{self, IsTerminal, Write, stderr, stdin};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::signals::TermSignals;

/// Whether a person is there to answer: questions are printed on stderr.
pub fn is_person() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks a question that reads single keys, and takes also those that are typed or pasted faster than it reads: between
/// two keys the terminal would otherwise edit a line of its own.
pub fn by_keys<T>(question: impl FnOnce() -> dialoguer::Result<T>) -> dialoguer::Result<T> {
    let Ok(before) = tcgetattr(stdin()) else {
        return question();
    };
    let mut keys = before.clone();
    keys.local_flags -= LocalFlags::ICANON | LocalFlags::ECHO;
    tcsetattr(stdin(), SetArg::TCSANOW, &keys).map_err(io::Error::from)?;
    let answer = question();
    tcsetattr(stdin(), SetArg::TCSANOW, &before).map_err(io::Error::from)?;
    answer
}

/// A row of questions to the person at the terminal.
///
/// Ctrl-C at any of them is a failure that says so, and leaves the terminal as it was: the cursor is there, and what
/// is typed is shown.
pub struct Questions {
    signals: TermSignals,
    before: Option<Termios>,
}

impl Questions {
    /// Remembers how the terminal is.
    pub fn start() -> Result<Questions, Failure> {
        let signals = TermSignals::new()?;
        let before = tcgetattr(stdin()).ok();
        Ok(Questions { signals, before })
    }

    /// Asks one question, in a thread of its own, which a question without an answer does not keep the program from
    /// ending.
    pub async fn ask<T: Send + 'static>(
        &mut self,
        question: impl FnOnce() -> dialoguer::Result<T> + Send + 'static,
    ) -> Result<T, Failure> {
        let (sender, answer) = oneshot::channel();
        std::thread::Builder::new()
            .spawn(move || drop(sender.send(question())))
            .map_err(|source| Failure::new("nothing can be asked", source))?;
        tokio::select! {
            answer = answer => if let Ok(Ok(answer)) = answer {
                return Ok(answer);
            },
            () = self.signals.recv() => {}
        }
        if let Some(before) = &self.before {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(stdin(), SetArg::TCSANOW, before);
        }
        const SHOW_CURSOR: &str = "\x1b[?25h";
        let _ = writeln!(anstream::stderr(), "{SHOW_CURSOR}");
        Err(Failure::plain("nothing was changed"))
    }
}
