//! Handles the signals of commands and hosts.

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

/// The number of [`TermSignals`] in use.
static LISTENERS: AtomicUsize = AtomicUsize::new(0);
/// Counts the signals that came while one was in use.
static RECEIVED: OnceLock<watch::Sender<u64>> = OnceLock::new();
/// The signals that were ignored when this program started, one bit for each.
static IGNORED: OnceLock<u64> = OnceLock::new();

/// Undoes what a parent may pass on: blocked signals, and an ignored SIGCHLD, with which a process cannot wait for its
/// children.
pub fn undo_inherited() {
    IGNORED.get_or_init(ignored);
    // A blocked SIGTERM would never arrive. To unblock signals cannot fail.
    let _ = SigSet::all().thread_unblock();
    set(Signal::SIGCHLD, SigHandler::SigDfl);
}

/// Ignores the signals that the system sends to a process that prints: into a file at its size limit, or from the
/// background to a terminal with `stty tostop`. They would end or stop a host.
pub fn ignore_output_signals() {
    set(Signal::SIGXFSZ, SigHandler::SigIgn);
    set(Signal::SIGTTOU, SigHandler::SigIgn);
}

/// Whether this program was started with the signal ignored, as by `nohup`, or in the background by a script. Then the
/// program should continue at that signal.
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

/// Receives Ctrl-C and SIGTERM. While a value exists, neither signal ends the program by itself. Before the first
/// value, both have the system's default effect; after the last one is dropped, they end the program.
pub struct TermSignals(watch::Receiver<u64>);

impl TermSignals {
    /// Starts to receive both signals.
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

    /// Waits for the next signal.
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

/// Starts the task that receives both signals. tokio never removes its handlers, so the task runs until the program
/// ends.
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
/// | SIGTERM, SIGINT (Ctrl-C) | a graceful stop; a second signal ends the host and Isso at once |
/// | SIGQUIT | the host and Isso end at once |
/// | SIGHUP | `isso.cfg` is reviewed, as after an edit; a graceful stop if the host's terminal was closed |
/// | SIGUSR1, SIGUSR2 | nothing; gunicorn would reopen its logs, or start a successor |
///
/// A host that was started with SIGINT, SIGQUIT or SIGHUP ignored does not stop at that signal.
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
    /// Starts to receive SIGHUP, SIGUSR1 and SIGUSR2, which would end the host otherwise.
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

    /// Handles the signals until the host ends.
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
        // In a separate task, because the state machine may be busy, and a closed terminal must be noticed anyway.
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
    /// Whether the stream is a terminal. One that was closed is none any more.
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
        // A shell sets this mask for `issoctl up &` in a script.
        let mask = u64::from_str_radix("0000000000000006", 16).unwrap();
        assert!(has(mask, Signal::SIGINT) && has(mask, Signal::SIGQUIT));
        assert!(!has(mask, Signal::SIGHUP) && !has(mask, Signal::SIGTERM));
    }
}
