//! A person at a terminal.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::pty::openpty;
use nix::sys::signal::{Signal, killpg};
use nix::sys::termios::{LocalFlags, tcgetattr};
use nix::unistd::Pid;

use crate::{PATIENCE, wait_for};

/// A command on a pseudo-terminal of its own.
pub struct Terminal {
    child: Child,
    /// The side on which a person types. `None` once the terminal is hung up.
    keyboard: Option<Arc<File>>,
    screen: Receiver<Vec<u8>>,
    shown: String,
}

impl Terminal {
    /// Runs the command in a session whose terminal it is, as a shell would.
    pub fn run(command: &Command) -> Terminal {
        let pty = openpty(None, None).expect("there are pseudo-terminals");
        // A terminal of which the command had both sides could not be hung up.
        for side in [&pty.master, &pty.slave] {
            fcntl(side, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).expect("it can be kept");
        }
        let side = || Stdio::from(pty.slave.try_clone().expect("it can be shared"));
        let mut session = Command::new("setsid");
        // The leader of the session stays until all is read: its end would throw away what is still on the way.
        session
            .args([
                "--ctty",
                "sh",
                "-c",
                "trap : INT; \"$@\"; echo \"ended: $?.\"; read -r _",
                "sh",
            ])
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(side())
            .stdout(side())
            .stderr(side());
        for (name, value) in command.get_envs() {
            session.env(name, value.unwrap_or_default());
        }
        let child = session.spawn().expect("setsid runs");
        let keyboard = Arc::new(File::from(pty.master));
        let output = Arc::downgrade(&keyboard);
        let (sender, screen) = mpsc::channel();
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Some(output) = output.upgrade() {
                let mut ready = [PollFd::new(output.as_fd(), PollFlags::POLLIN)];
                if poll(&mut ready, PollTimeout::from(50_u8)) == Ok(0) {
                    continue;
                }
                // Reading fails when the last process that has the terminal is gone.
                let Ok(read @ 1..) = (&*output).read(&mut part) else {
                    return;
                };
                if sender.send(part[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal {
            child,
            keyboard: Some(keyboard),
            screen,
            shown: String::new(),
        }
    }

    /// Waits until the text is on the screen, behind what was waited for before; returns what is there up to its end.
    pub fn wait_for(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown.find(text) {
                return self.shown.drain(..at + text.len()).collect();
            }
            let left = end.saturating_duration_since(Instant::now());
            match self.screen.recv_timeout(left) {
                Ok(part) => self.shown += &String::from_utf8_lossy(&part),
                Err(_) => panic!("the terminal does not show {text:?} but {:?}", self.shown),
            }
        }
    }

    /// Waits for a question and types the answer, without Enter.
    pub fn answer(&mut self, question: &str, keys: &str) {
        self.wait_for(question);
        self.keyboard()
            .write_all(keys.as_bytes())
            .expect("the terminal is there");
    }

    fn keyboard(&self) -> &File {
        self.keyboard.as_deref().expect("it is not hung up")
    }

    /// Whether the terminal shows what is typed.
    pub fn echoes(&self) -> bool {
        let attributes = tcgetattr(self.keyboard()).expect("it is a terminal");
        attributes.local_flags.contains(LocalFlags::ECHO)
    }

    /// Closes the window that the terminal is shown in. The command is not ended.
    pub fn hang_up(mut self) {
        self.keyboard = None;
        self.screen = mpsc::channel().1;
        wait_for(
            || self.child.try_wait().expect("it is our child"),
            || "the shell goes on without its terminal".into(),
        );
    }

    /// Waits for the end of the command; returns its exit code, and what was shown since the last answer.
    pub fn end(mut self) -> (i32, String) {
        let before = self.wait_for("ended: ");
        let code = self.wait_for(".");
        let code = code.trim_end_matches('.').parse();
        (code.expect("an exit code is a number"), before)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The command is in the group of the session's leader, and may ignore its hangup. All may have ended already.
        if self.keyboard.is_none() {
            return;
        }
        let leader = Pid::from_raw(self.child.id().cast_signed());
        let _ = killpg(leader, Signal::SIGKILL);
        let _ = self.child.wait();
    }
}
