//! A supervisor on a site.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use isso_daemon::{Listener, LogRing, Monitor, Owner, Program, SettingsSource, Snapshot, Supervisor, SupervisorConfig};
use isso_database::KeyState;
use isso_lifecycle::{Daemon, DaemonEvent, PortError};
use tokio::sync::mpsc;

use super::{PATIENCE, Site};

/// A supervisor, and the state machine's side of it.
pub struct Rig {
    pub supervisor: Supervisor,
    pub monitor: Monitor,
    pub events: mpsc::Receiver<DaemonEvent>,
    pub address: SocketAddr,
    pub log: LogRing,
    pub settings: Arc<File>,
}

/// Settings as they stand in a file, and what the supervisor reported of them.
pub struct File {
    path: PathBuf,
    ready_within: Duration,
    reports: Mutex<Vec<String>>,
    panics: AtomicBool,
}

impl File {
    /// Lets the next look at the settings panic.
    pub fn panic_once(&self) {
        self.panics.store(true, Ordering::SeqCst);
    }

    /// `in force`, or the reason of a refusal, one for each time.
    pub fn reports(&self) -> Vec<String> {
        self.reports.lock().unwrap().clone()
    }
}

impl SettingsSource for File {
    fn next(&self) -> Result<Arc<Snapshot>, PortError> {
        assert!(!self.panics.swap(false, Ordering::SeqCst), "on purpose");
        Ok(Arc::new(Snapshot {
            text: fs::read_to_string(&self.path)?,
            variables: BTreeMap::from([("NAMED".to_owned(), "by the settings".to_owned())]),
            session_key: KeyState::default(),
            ready_within: self.ready_within,
        }))
    }

    fn in_force(&self, _: &Snapshot) {
        self.reports.lock().unwrap().push("in force".to_owned());
    }

    fn refused(&self, _: &Snapshot, reason: &str) {
        self.reports.lock().unwrap().push(reason.to_owned());
    }
}

impl Rig {
    pub async fn new(site: &Site, program: Program) -> Rig {
        Rig::with(site, program, PATIENCE, SupervisorConfig::STOP_WITHIN).await
    }

    /// Runs Isso under gunicorn, which has started.
    pub async fn serving(site: &Site) -> Rig {
        let mut rig = Rig::new(site, site.gunicorn()).await;
        rig.start().await;
        rig
    }

    pub async fn with(site: &Site, program: Program, ready: Duration, stop: Duration) -> Rig {
        let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.address();
        let (sender, events) = mpsc::channel(1);
        let log = LogRing::new(500);
        let settings = Arc::new(File {
            path: site.path("isso.cfg"),
            ready_within: ready,
            reports: Mutex::default(),
            panics: AtomicBool::new(false),
        });
        let config = SupervisorConfig {
            program,
            database: site.database(),
            settings: settings.clone(),
            owner: Owner::of_folder(&site.path("")).unwrap(),
            stop_within: stop,
        };
        let supervisor = Supervisor::new(config, listener, log.clone(), sender).unwrap();
        Rig {
            monitor: supervisor.monitor(),
            supervisor,
            settings,
            events,
            address,
            log,
        }
    }

    pub async fn event(&mut self) -> DaemonEvent {
        let event = tokio::time::timeout(PATIENCE, self.events.recv()).await;
        event.expect("an event arrives").expect("the supervisor is there")
    }

    /// Starts and waits until Isso answers.
    pub async fn start(&mut self) {
        self.supervisor.start().await.unwrap();
        assert_eq!(self.event().await, DaemonEvent::Ready, "{:#?}", self.log.tail(50));
    }

    /// Starts what does not start, and returns the reason.
    pub async fn fail(&mut self) -> String {
        self.supervisor.start().await.unwrap();
        self.exited().await
    }

    pub async fn exited(&mut self) -> String {
        match self.event().await {
            DaemonEvent::Exited(reason) => reason,
            other => panic!("{other:?}: {:#?}", self.log.tail(50)),
        }
    }

    /// Does what the state machine does when the back-off is over.
    pub async fn restart(&mut self) {
        assert_eq!(self.event().await, DaemonEvent::RestartDue);
        self.start().await;
    }

    pub fn pid(&self) -> i32 {
        let pid = self.monitor.status().pid.expect("Isso is running");
        i32::try_from(pid).unwrap()
    }
}
