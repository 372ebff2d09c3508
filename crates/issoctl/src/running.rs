//! The long-running host behind `up` and `supervise`: lock, API, signals, main loop.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::unix::net::UnixListener;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use isso_cfg::Volume;
use isso_daemon::{Listener, LogRing, Owner, Program, Supervisor, SupervisorConfig, raise_descriptor_limit};
use isso_lifecycle::{Event, Ports, Refusal, State};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::filter::LevelFilter;

use crate::announce;
use crate::api::{self, App, Bound, Current, SocketPath};
use crate::checks::Checks;
use crate::data::{DataDir, Taken};
use crate::desk::{ConfigPort, Desk};
use crate::error::Failure;
use crate::home;
use crate::host::{self, ArchivePort, Reports, Restores, TaskFlag};
use crate::output::{BOLD, LogWriter, Output, WARN};
use crate::printer;
use crate::service::Service;
use crate::signals::{self, HostSignals};
use crate::surroundings::Surroundings;
use crate::watch::follow;

/// How long the state machine waits for another process that holds the volume's lock. Meanwhile it starts no Isso in
/// place of one that has died, so actions wait before they reach it.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many lines of Isso's output are kept for `issoctl logs`.
const LOG_LINES: usize = 2000;

/// The data folder of a host, which is the only one in it as long as this lives.
pub struct Place<'a> {
    data: &'a DataDir,
    owner: Owner,
    signals: HostSignals,
    _lock: Option<File>,
    socket: Bound,
}

/// A host that was initialised and has not started Isso yet.
pub struct Running<'a> {
    place: Place<'a>,
    app: App,
    checks: Checks,
}

/// Has what is logged from this level on written to stderr, once in a process.
pub fn log(least: LevelFilter) {
    tracing_subscriber::fmt()
        .with_max_level(least)
        .with_writer(|| LogWriter)
        // It would print what cannot be printed, and panic.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        // Isso's own lines bear their time, and a service manager adds one to the others.
        .without_time()
        .compact()
        .init();
}

impl<'a> Place<'a> {
    /// Makes the folder and takes it, with the API's socket: a host that no command could reach would be taken for
    /// none. From here on there is a log, and nothing that is printed ends this process.
    pub async fn take(data: &'a DataDir) -> Result<Place<'a>, Failure> {
        signals::ignore_those_of_printing();
        raise_descriptor_limit();
        let printer =
            printer::install().map_err(|source| Failure::new("cannot start the thread that prints", source))?;
        log(LevelFilter::INFO);
        std::panic::set_hook(Box::new(|panic| {
            printer.print(&format!("issoctl {panic}\n"));
        }));
        data.create()?;
        let _lock = match data.lock().await? {
            Taken::Now(lock) => lock,
            Taken::ByHost => {
                return Err(
                    Failure::plain(format!("another `issoctl up` runs on {}", data.path().display()))
                        .hint("see it with `issoctl status`, end it with `issoctl stop`"),
                );
            }
        };
        let socket =
            SocketPath::new(data.path()).map_err(|source| Failure::new("the data folder cannot be used", source))?;
        let socket = socket.bind().map_err(|source| {
            Failure::new(
                format!(
                    "commands could not reach this `issoctl up`: the socket {} cannot be made",
                    data.path().join(SocketPath::NAME).display()
                ),
                source,
            )
            .hint(
                "remove what stands in its place; where the file system knows no unix sockets, as on some network \
                 shares, choose a folder elsewhere with --data DIR",
            )
        })?;
        let owner =
            Owner::of_folder(data.path()).map_err(|source| Failure::new("the data folder cannot be used", source))?;
        match owner.end_leftovers() {
            0 => {}
            count => {
                tracing::warn!("ended {count} processes of an Isso whose supervisor was killed");
            }
        }
        let signals = HostSignals::new()?;
        Ok(Place {
            data,
            owner,
            signals,
            _lock,
            socket,
        })
    }

    /// Looks at the volume and puts it right.
    pub async fn init(self, volume: Volume, program: Program, listener: Listener) -> Result<Running<'a>, Failure> {
        let listen = listener.local_address();
        let inherited: Vec<_> = volume
            .environment()
            .inherited()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let volume = volume.with_lock_timeout(PATIENCE);
        let desk = Arc::new(Desk::new(volume.clone()));
        let logs = LogRing::new(LOG_LINES);
        let (events, daemon_events) = mpsc::channel(16);
        let config = SupervisorConfig {
            program: program.variables(inherited),
            database: volume.db_path(),
            settings: Arc::clone(&desk) as _,
            owner: self.owner.clone(),
            stop_within: SupervisorConfig::STOP_WITHIN,
        };
        let supervisor = Supervisor::new(config, listener, logs.clone(), events)
            .map_err(|source| Failure::new("cannot supervise Isso", source))?;
        let monitor = supervisor.monitor();
        let task = watch::Sender::new(false);
        let password_needed = task.subscribe();
        let (archive, Reports { events, outcome }) = ArchivePort::new(&volume);
        let ports = Ports {
            settings: Box::new(ConfigPort(Arc::clone(&desk))),
            tasks: Box::new(TaskFlag(task)),
            daemon: Box::new(supervisor),
            restorer: Box::new(archive),
        };
        let host = host::spawn(ports, daemon_events, events);
        host.send(Event::Init)
            .await
            .map_err(|refusal| Failure::new("the settings cannot be used", refusal))?;
        let restores = Restores {
            host: host.clone(),
            outcome,
        };
        let (checks, database) = Checks::new(volume.db_path());
        let app = App {
            database,
            restores,
            backup: Current::default(),
            service: Service {
                volume,
                surroundings: Surroundings::Machine(Some(listen)),
                host,
            },
            desk,
            supervisor: monitor,
            listen,
            logs,
            password_needed,
            descriptors: raise_descriptor_limit(),
            stop: CancellationToken::new(),
        };
        Ok(Running {
            place: self,
            app,
            checks,
        })
    }
}

impl Running<'_> {
    /// The actions, and the state machine.
    pub fn service(&self) -> &Service {
        &self.app.service
    }

    /// Starts Isso and runs it until a signal, `issoctl stop`, or the loss of the data folder.
    pub async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let Running { place, app, checks } = self;
        let Place {
            data,
            signals,
            _lock,
            socket,
            ..
        } = place;
        let unserved = |source| Failure::new("the API could not be served", source);
        let App {
            service, stop, desk, ..
        } = app.clone();
        let host = service.host;
        let (listener, published) = socket.publish().map_err(unserved)?;
        let api = tokio::task::spawn_local(serve(app.clone(), listener, published));
        keep_going("telling the state", move || announce::follow(app.clone(), output));
        signals.obey(stop.clone(), host.clone())?;

        match host.send(Event::Start).await {
            // Files that could not be settled count as files without a password, and the reason is told.
            Err(Refusal::NoPassword | Refusal::Failed(_)) if host.state() == State::AwaitingPassword => {
                output.note(&waits(&desk, data));
            }
            // Whatever else is wrong with Isso is told as its state.
            Ok(_) | Err(Refusal::NoPassword | Refusal::Failed(_)) => {}
            Err(refusal) => return Err(Failure::new("Isso could not be started", refusal)),
        }
        let (config, watching) = (service.volume.config_path(), host.clone());
        keep_going("watching isso.cfg", move || {
            follow(config.clone(), watching.clone(), Arc::clone(&desk))
        });
        let (checks, checking) = (Rc::new(checks), host.clone());
        keep_going("checking the database", move || {
            Rc::clone(&checks).run(checking.clone())
        });
        // The files of `supervise` lie elsewhere, and outlive a folder that holds but locks.
        let is_home = service.volume.root() == data.path();
        let gone = is_home.then(|| home::gone(data.path(), socket.folder()?));
        let gone = async {
            match gone {
                Some(Ok(gone)) => gone.await.ok(),
                Some(Err(error)) => {
                    tracing::warn!("if the data folder is moved away, that is not noticed: {error}");
                    None
                }
                None => None,
            }
        };
        let gone = tokio::select! {
            () = stop.cancelled() => None,
            Some(gone) = gone => Some(gone),
        };
        stop.cancel();
        announce::stopping();
        host.send(Event::Stop)
            .await
            .map_err(|refusal| Failure::new("Isso could not be stopped", refusal))?;
        api.await
            .map_err(|bug| Failure::new("the API could not be served", bug))?
            .map_err(unserved)?;
        gone.map_or(Ok(ExitCode::SUCCESS), Err)
    }
}

async fn serve(app: App, listener: UnixListener, socket: SocketPath) -> io::Result<()> {
    let served = api::serve(app, listener, socket).await;
    if let Err(error) = &served {
        tracing::error!("no command reaches this Isso, for the API is not served: {error}");
    }
    served
}

/// Does work that is needed as long as the host lives: after a panic it begins again.
pub fn keep_going<F>(what: &'static str, work: impl Fn() -> F + 'static)
where
    F: Future<Output = ()> + 'static,
{
    tokio::task::spawn_local(isso_daemon::keep_going(what, work));
}

fn waits(desk: &Desk, data: &DataDir) -> String {
    match desk.reason() {
        Some(reason) => format!("{WARN}Isso is not started:{WARN:#} {reason}"),
        None => format!(
            "{WARN}Isso waits for an admin password.{WARN:#} Set one from another terminal:\n  \
             {BOLD}{}{BOLD:#}",
            data.spell("issoctl action run set-admin-password")
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::oneshot;
    use tokio::task::LocalSet;

    use super::*;

    #[tokio::test]
    async fn work_that_panics_begins_again() {
        let (done, is_done) = oneshot::channel();
        let (done, is_first) = (Cell::new(Some(done)), Cell::new(true));
        let work = move || {
            let done = (!is_first.replace(false)).then(|| done.take().unwrap());
            async move { done.expect("panics at first").send(()).unwrap() }
        };
        let local = LocalSet::new();
        local.run_until(async { keep_going("a test", work) }).await;
        local.run_until(is_done).await.unwrap();
    }
}
