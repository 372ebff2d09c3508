//! The long-running host behind `up` and `supervise`: state machine, supervisor, API, main loop.

mod error;

use std::io;
use std::os::unix::net::UnixListener;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use isso_cfg::Volume;
use isso_daemon::{Listener, LogRing, Program, Supervisor, SupervisorConfig, raise_descriptor_limit};
use isso_lifecycle::{Event, Ports, Refusal, State};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::action_service::ActionService;
use crate::api::{self, ApiState, BackupSlot, SocketPath};
use crate::blocking::on_thread;
use crate::checks::Checks;
use crate::commands::Commands;
use crate::events::{HostEvent, report_states};
use crate::examiner::Examiner;
use crate::folder_watch;
use crate::host_info::HostInfoSource;
use crate::host_lock::HostLock;
use crate::isso_python::IssoPython;
use crate::machine;
use crate::ports::TaskFlag;
use crate::restart_on_panic::restart_on_panic;
use crate::restore::RestorePort;
use crate::settings::{ActiveSettings, SettingsPort};
use crate::watcher::watch_file;

pub use error::HostError;

/// How long the state machine waits for another process that holds the volume's lock. Meanwhile it cannot replace an
/// Isso that has died, so actions wait for the lock before they reach it.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How many lines of Isso's output are kept for `issoctl logs`.
const LOG_LINES: usize = 2000;

/// What a host runs, and with which files and programs.
pub struct HostOptions {
    /// The files of Isso.
    pub volume: Volume,
    /// The command line of gunicorn.
    pub program: Program,
    /// The socket on which Isso serves visitors.
    pub listener: Listener,
    /// The programs that the host starts beside Isso.
    pub commands: Commands,
    /// How many lines the program that runs the host could not print, for the status.
    pub dropped_lines: Arc<AtomicU64>,
}

/// A host that was initialised and has not started Isso yet.
pub struct Host {
    lock: HostLock,
    api: ApiState,
    checks: Checks,
}

impl HostLock {
    /// Makes the supervisor and the state machine, and has the machine prepare the files.
    pub async fn init(self, options: HostOptions) -> Result<Host, HostError> {
        let HostOptions {
            volume,
            program,
            listener,
            commands,
            dropped_lines,
        } = options;
        let listen = listener.local_address();
        let python = IssoPython::beside(program.executable());
        let inherited: Vec<_> = volume
            .environment()
            .inherited()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let volume = volume.with_lock_timeout(LOCK_WAIT);
        let settings = Arc::new(ActiveSettings::new(volume.clone()));
        let logs = LogRing::new(LOG_LINES);
        let (events, daemon_events) = mpsc::channel(16);
        let config = SupervisorConfig {
            program: program.variables(inherited),
            database: volume.db_path(),
            settings: Arc::clone(&settings) as _,
            owner: self.owner.clone(),
            stop_within: SupervisorConfig::STOP_WITHIN,
        };
        let supervisor = Supervisor::new(config, listener, logs.clone(), events).map_err(HostError::Supervisor)?;
        let monitor = supervisor.monitor();
        let task = watch::Sender::new(false);
        let password_needed = task.subscribe();
        let (restorer, restore_ends) = RestorePort::new(&volume);
        let ports = Ports {
            settings: Box::new(SettingsPort(Arc::clone(&settings))),
            tasks: Box::new(TaskFlag(task)),
            daemon: Box::new(supervisor),
            restorer: Box::new(restorer),
        };
        let host = machine::spawn(ports, daemon_events, restore_ends);
        host.send(Event::Init).await.map_err(HostError::Settings)?;
        let (checks, database) = Checks::new(volume.db_path(), commands.check_database);
        let api = ApiState {
            database,
            backup: BackupSlot::default(),
            service: ActionService {
                volume,
                info_source: HostInfoSource::Local(Some(listen)),
                python,
                host,
                examiner: Examiner::new(commands, self.data.path().to_owned()),
            },
            settings,
            supervisor: monitor,
            listen,
            logs,
            password_needed,
            descriptors: raise_descriptor_limit(),
            dropped_lines,
            stop: CancellationToken::new(),
        };
        Ok(Host {
            lock: self,
            api,
            checks,
        })
    }
}

impl Host {
    /// Returns the service that runs actions. It leads to the state machine, too.
    pub fn service(&self) -> &ActionService {
        &self.api.service
    }

    /// Returns a token that ends the host when it is cancelled.
    pub fn stop_token(&self) -> CancellationToken {
        self.api.stop.clone()
    }

    /// Starts Isso and runs it until the stop token is cancelled, `issoctl stop`, or the loss of the data folder.
    pub async fn run(self, tell: impl Fn(HostEvent) + 'static) -> Result<(), HostError> {
        let Host { lock, api, checks } = self;
        let HostLock {
            data, _lock, socket, ..
        } = lock;
        let ApiState {
            service,
            stop,
            settings,
            ..
        } = api.clone();
        let host = service.host;
        let tell = Rc::new(tell);
        let published = on_thread(move || socket.publish()).await.map_err(io::Error::other);
        let (listener, published) = published.and_then(|published| published).map_err(HostError::Api)?;
        let folder = published.folder();
        let serving = tokio::task::spawn_local(serve(api.clone(), listener, published));
        let reporting = Rc::clone(&tell);
        restart_on_panic("telling the state", move || {
            let tell = Rc::clone(&reporting);
            report_states(api.clone(), move |event| tell(event))
        });

        match host.send(Event::Start).await {
            // Files that could not be prepared count as files without a password, and the reason is reported.
            Err(Refusal::NoPassword | Refusal::Failed(_)) if host.state() == State::AwaitingPassword => {
                tell(HostEvent::NotStarted {
                    reason: settings.reason(),
                });
            }
            // Other reasons why Isso does not serve are reported with its state.
            Ok(_) | Err(Refusal::NoPassword | Refusal::Failed(_)) => {}
            Err(refusal) => return Err(HostError::Start(refusal)),
        }
        let (config, watching) = (service.volume.config_path(), host.clone());
        restart_on_panic("watching isso.cfg", move || {
            watch_file(config.clone(), watching.clone(), Arc::clone(&settings))
        });
        let (checks, checking) = (Rc::new(checks), host.clone());
        restart_on_panic("checking the database", move || {
            Rc::clone(&checks).run(checking.clone())
        });
        // The files of `supervise` lie elsewhere, and outlive a folder that holds but locks.
        let is_data_folder = service.volume.root() == data.path();
        let gone = is_data_folder.then(|| folder_watch::moved_or_deleted(data.path(), folder?));
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
        tell(HostEvent::Stopping);
        host.send(Event::Stop).await.map_err(HostError::Stop)?;
        serving.await.map_err(HostError::ApiTask)?.map_err(HostError::Api)?;
        gone.map_or(Ok(()), |gone| Err(gone.into()))
    }
}

async fn serve(api: ApiState, listener: UnixListener, socket: SocketPath) -> io::Result<()> {
    let served = api::serve(api, listener, socket).await;
    if let Err(error) = &served {
        tracing::error!("no command reaches this Isso, for the API is not served: {error}");
    }
    served
}
