//! Signals, as a command or a host takes them.

use std::fs;
use std::io::{self, IsTerminal};
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use isso_host::HostHandle;
use isso_host::lifecycle::{Event, with_causes};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use tokio::signal::unix::{self, SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::spawn_local;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::output::Output;
use crate::printer::{self, FLUSH_WITHIN};

/// How many parts of the program wait for Ctrl-C or SIGTERM themselves.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);
/// Counts the times that one came.
static RECEIVED: OnceLock<watch::Sender<u64>> = OnceLock::new();
/// The signals that were ignored when this program began, a bit each.
static IGNORED: OnceLock<u64> = OnceLock::new();

/// Undoes two things that a parent may pass on: blocked signals, and an ignored SIGCHLD, with which no child can be
/// waited for.
pub fn undo_inherited() {
    IGNORED.get_or_init(ignored);
    // Without it a stop would never be heard. No signal is known that cannot be let through.
    let _ = SigSet::all().thread_unblock();
    set(Signal::SIGCHLD, SigHandler::SigDfl);
}

/// Ignores the signals with which the system would end or stop a host because of what it prints: into a file that may
/// grow no more, and from the background onto a terminal that wants none of it (`stty tostop`).
pub fn ignore_output_signals() {
    set(Signal::SIGXFSZ, SigHandler::SigIgn);
    set(Signal::SIGTTOU, SigHandler::SigIgn);
}

/// Whether this program was started with the signal ignored, as by `nohup`, or by a script in the background. Its
/// starter wants it to go on at that signal.
pub fn was_ignored(signal: Signal) -> bool {
    IGNORED.get().is_some_and(|mask| has(*mask, signal))
}

#[expect(unsafe_code, reason = "no code of ours runs at these signals")]
fn set(signal: Signal, handler: SigHandler) {
    let action = SigAction::new(handler, SaFlags::empty(), SigSet::empty());
    // SAFETY: to ignore a signal, or to do what the system does by default, runs no code of ours.
    let done = unsafe { sigaction(signal, &action) };
    debug_assert!(done.is_ok(), "each of these signals can be set");
}

fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

fn has(mask: u64, signal: Signal) -> bool {
    mask & (1 << (signal as i32 - 1)) != 0
}

/// Ctrl-C and SIGTERM, as long as this lives: neither ends the program by itself. Before the first claim both do what
/// the system does by default, and between two claims they end the program.
pub struct TermSignals(watch::Receiver<u64>);

impl TermSignals {
    /// Takes them.
    pub fn new() -> Result<TermSignals, Failure> {
        let ends = match RECEIVED.get() {
            Some(ends) => ends,
            None => {
                listen().map_err(cannot_listen)?;
                RECEIVED.get_or_init(|| watch::Sender::new(0))
            }
        };
        LISTENERS.fetch_add(1, Ordering::SeqCst);
        Ok(TermSignals(ends.subscribe()))
    }

    /// Waits for the next one.
    pub async fn recv(&mut self) {
        // The sender lives as long as the program.
        let _ = self.0.changed().await;
    }
}

impl Drop for TermSignals {
    fn drop(&mut self) {
        LISTENERS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// tokio's handlers stay once they are set, so from then on some task has to listen.
fn listen() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = match was_ignored(Signal::SIGINT) {
        true => None,
        false => Some(signal(SignalKind::interrupt())?),
    };
    tokio::spawn(async move {
        loop {
            match &mut interrupt {
                Some(interrupt) => tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                },
                None => {
                    terminate.recv().await;
                }
            }
            if LISTENERS.load(Ordering::SeqCst) == 0 {
                end();
            }
            if let Some(ends) = RECEIVED.get() {
                ends.send_modify(|times| *times += 1);
            }
        }
    });
    Ok(())
}

fn end() -> ! {
    Output { json: false }.error("ended by a signal", &[], None);
    std::process::exit(i32::from(Failure::FAILED))
}

/// What a host does at a signal:
///
/// | signal | what happens |
/// |---|---|
/// | SIGTERM, SIGINT (Ctrl-C) | a graceful stop; a second one does not wait, and Isso's processes go with this one |
/// | SIGQUIT | as the second one |
/// | SIGHUP | `isso.cfg` is looked at, as after an edit; a graceful stop if the terminal is gone that the host was started on |
/// | SIGUSR1, SIGUSR2 | nothing: gunicorn would open its logs again, or start a successor |
///
/// SIGINT, SIGQUIT, and the loss of a terminal, are ignored where they were ignored when the host was started.
pub struct HostSignals {
    hangup: unix::Signal,
    user: [unix::Signal; 2],
    terminals: Vec<Stream>,
}

#[derive(Clone, Copy)]
enum Stream {
    Stdin,
    Stderr,
}

impl HostSignals {
    /// From here on no signal but those that are to stop the host ends it.
    pub fn new() -> Result<HostSignals, Failure> {
        let hear = |kind| signal(kind).map_err(cannot_listen);
        let mut terminals = vec![Stream::Stdin, Stream::Stderr];
        terminals.retain(|stream| stream.is_terminal());
        Ok(HostSignals {
            hangup: hear(SignalKind::hangup())?,
            user: [hear(SignalKind::user_defined1())?, hear(SignalKind::user_defined2())?],
            terminals,
        })
    }

    /// Does what they say, from here to the end of the host.
    pub fn handle(self, stop: CancellationToken, host: HostHandle) -> Result<(), Failure> {
        let HostSignals {
            mut hangup,
            user: [mut first, mut second],
            terminals,
        } = self;
        let mut ends = TermSignals::new()?;
        let stopped = stop.clone();
        spawn_local(async move {
            ends.recv().await;
            stopped.cancel();
            ends.recv().await;
            end_at_once();
        });
        if !was_ignored(Signal::SIGQUIT) {
            let mut quit = signal(SignalKind::quit()).map_err(cannot_listen)?;
            spawn_local(async move {
                quit.recv().await;
                end_at_once();
            });
        }
        let reviews = Rc::new(Notify::new());
        let review = Rc::clone(&reviews);
        spawn_local(async move {
            loop {
                hangup.recv().await;
                let is_gone = terminals.iter().any(|stream| !stream.is_terminal());
                if is_gone && !was_ignored(Signal::SIGHUP) {
                    tracing::info!("the terminal is gone: stopping");
                    stop.cancel();
                } else {
                    review.notify_one();
                }
            }
        });
        // A task of its own: the machine may be busy for long, and a lost terminal is noticed all the same.
        spawn_local(async move {
            loop {
                reviews.notified().await;
                if let Err(refusal) = host.send(Event::SettingsChanged).await {
                    tracing::warn!("{}", with_causes(&refusal));
                }
            }
        });
        spawn_local(async move {
            loop {
                let name = tokio::select! {
                    _ = first.recv() => "SIGUSR1",
                    _ = second.recv() => "SIGUSR2",
                };
                tracing::info!("{name} is ignored: send it to gunicorn itself if it is meant for gunicorn");
            }
        });
        Ok(())
    }
}

impl Stream {
    /// A terminal that was hung up is none any more.
    fn is_terminal(self) -> bool {
        match self {
            Stream::Stdin => io::stdin().is_terminal(),
            Stream::Stderr => io::stderr().is_terminal(),
        }
    }
}

fn cannot_listen(source: io::Error) -> Failure {
    Failure::new("cannot listen for signals", source)
}

fn end_at_once() -> ! {
    printer::flush(FLUSH_WITHIN / 10);
    std::process::exit(i32::from(Failure::FAILED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_a_bit_for_each_signal() {
        // As a shell sets for `issoctl up &` in a script.
        let mask = u64::from_str_radix("0000000000000006", 16).unwrap();
        assert!(has(mask, Signal::SIGINT) && has(mask, Signal::SIGQUIT));
        assert!(!has(mask, Signal::SIGHUP) && !has(mask, Signal::SIGTERM));
    }
}
