//! Asks questions on a terminal. Ctrl-C ends them and leaves the terminal as it was.

use std::io::{self, IsTerminal, Write, stderr, stdin};

use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use tokio::sync::oneshot;

use crate::failure::Failure;
use crate::signals::TermSignals;

/// Whether a person can answer: stdin is a terminal, and stderr too, on which questions are printed.
pub fn is_person() -> bool {
    stdin().is_terminal() && stderr().is_terminal()
}

/// Asks a question that reads single keys, without losing keys that are typed or pasted faster than it reads. The
/// terminal would otherwise collect them in a line of its own between two reads.
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

/// A series of questions to the person at the terminal.
///
/// Ctrl-C at any question returns a failure, and restores the terminal: it shows the cursor and what is typed.
pub struct Questions {
    signals: TermSignals,
    before: Option<Termios>,
}

impl Questions {
    /// Saves the state of the terminal.
    pub fn start() -> Result<Questions, Failure> {
        let signals = TermSignals::new()?;
        let before = tcgetattr(stdin()).ok();
        Ok(Questions { signals, before })
    }

    /// Asks a question in a separate thread, so that the program can end while the question has no answer.
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
            // This fails if the terminal was closed, and then nothing is left to restore.
            let _ = tcsetattr(stdin(), SetArg::TCSANOW, before);
        }
        const SHOW_CURSOR: &str = "\x1b[?25h";
        let _ = writeln!(anstream::stderr(), "{SHOW_CURSOR}");
        Err(Failure::plain("nothing was changed"))
    }
}
