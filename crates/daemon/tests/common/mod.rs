//! A volume with settings, a supervisor on it, and a client.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a failure here fails the test")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use isso_daemon::{Listener, LogRing, Monitor, Owner, Program, SettingsSource, Snapshot, Supervisor, SupervisorConfig};
use isso_lifecycle::{Daemon, DaemonEvent, PortError};
use tempfile::TempDir;
use tokio::sync::mpsc;

/// The limit of every wait for a condition. Only a real hang reaches it, however busy the machine is.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// A file of the Python environment that the tests run real Isso from.
pub fn runtime(file: &str) -> PathBuf {
    let runtime = std::env::var_os("ISSO_TEST_RUNTIME").expect(
        "ISSO_TEST_RUNTIME names no Python environment; `make test` makes one, and so does \
         `cargo run -p isso-daemon --example runtime -- FOLDER`",
    );
    PathBuf::from(runtime).join(file)
}

/// A folder with an `isso.cfg` and room for a database.
pub struct Site {
    folder: TempDir,
}

impl Site {
    pub fn new() -> Site {
        let site = Site {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(site.path("db")).unwrap();
        site.settings("[moderation]\nenabled = true");
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.path("db/comments.db")
    }

    /// Writes settings that Isso takes, followed by `more`.
    pub fn settings(&self, more: &str) {
        let database = self.database();
        let settings = format!(
            "[general]\ndbpath = {}\nhost = http://127.0.0.1:1/\n[admin]\nenabled = true\npassword = hunter2\n{more}\n",
            database.display()
        );
        self.raw_settings(&settings);
    }

    #[expect(clippy::disallowed_methods, reason = "no process reads it while it is written")]
    pub fn raw_settings(&self, settings: &str) {
        fs::write(self.path("isso.cfg"), settings).unwrap();
    }

    pub fn gunicorn(&self) -> Program {
        Program::gunicorn(runtime("bin/gunicorn"))
    }

    /// A Python script in gunicorn's place; `serve()` in it does what gunicorn does.
    pub fn stand_in(&self, script: &str) -> Program {
        let path = self.path("stand-in");
        let python = runtime("bin/python");
        let library = include_str!("stand_in.py");
        executable(&path, &format!("#!{}\n{library}\n{script}\n", python.display()));
        Program::new(path, ["an", "argument"])
    }
}

/// Writes a script that can be run at once.
///
/// Another process writes it: a descriptor open for writing in this one would be inherited by
/// whatever the other tests spawn at this moment, and the system runs no file that is being written.
pub fn executable(path: &Path, text: &str) {
    let mut writer = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod +x \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    writer.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    assert!(writer.wait().unwrap().success());
}

/// A supervisor, and the state machine's side of it.
pub struct Rig {
    pub supervisor: Supervisor,
    pub monitor: Monitor,
    pub events: mpsc::Receiver<DaemonEvent>,
    pub address: SocketAddr,
    pub log: LogRing,
    pub settings: Arc<File>,
}

/// Settings as they stand in a file, and what the supervisor told of them.
pub struct File {
    path: PathBuf,
    ready_within: Duration,
    told: Mutex<Vec<String>>,
    panics: AtomicBool,
}

impl File {
    /// Lets the next look at the settings panic.
    pub fn panic_once(&self) {
        self.panics.store(true, Ordering::SeqCst);
    }

    /// `taken`, or the reason of a refusal, one for each time.
    pub fn told(&self) -> Vec<String> {
        self.told.lock().unwrap().clone()
    }
}

impl SettingsSource for File {
    fn next(&self) -> Result<Arc<Snapshot>, PortError> {
        assert!(!self.panics.swap(false, Ordering::SeqCst), "on purpose");
        Ok(Arc::new(Snapshot {
            text: fs::read_to_string(&self.path)?,
            variables: BTreeMap::from([("NAMED".to_owned(), "by the settings".to_owned())]),
            ready_within: self.ready_within,
        }))
    }

    fn in_force(&self, _: &Snapshot) {
        self.told.lock().unwrap().push("taken".to_owned());
    }

    fn refused(&self, _: &Snapshot, reason: &str) {
        self.told.lock().unwrap().push(reason.to_owned());
    }
}

impl Rig {
    pub async fn new(site: &Site, program: Program) -> Rig {
        Rig::with(site, program, Duration::from_secs(60), SupervisorConfig::STOP_WITHIN).await
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
            told: Mutex::default(),
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

/// Asks for a page and returns the whole answer.
pub fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    ask(address, &format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))
}

/// Asks for a page until the answer has this status, and returns it. No connection may be reset meanwhile.
pub async fn answered_with(address: SocketAddr, status: &str) -> String {
    let status = format!(" {status} ");
    let asks = tokio::task::spawn_blocking(move || {
        let give_up = Instant::now() + PATIENCE;
        loop {
            match get(address, "/info") {
                Ok(answer) if answer.contains(&status) => return answer,
                Ok(_) => {}
                // The socket opens with the first start, or with the first answer.
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused),
            }
            assert!(Instant::now() < give_up, "no answer is{status}");
        }
    });
    asks.await.unwrap()
}

/// Nothing but a program that took over answers: each of some requests gets this status.
pub async fn all_answered_with(address: SocketAddr, status: &str) {
    let status = format!(" {status} ");
    let asks = move || {
        for _ in 0..30 {
            let answer = get(address, "/info").unwrap();
            assert!(answer.contains(&status), "{answer}");
        }
    };
    tokio::task::spawn_blocking(asks).await.unwrap();
}

/// Sends a request and returns the whole answer.
pub fn ask(address: SocketAddr, request: &str) -> io::Result<String> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.write_all(request.as_bytes())?;
    let mut answer = String::new();
    connection.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Waits until the condition holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let give_up = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < give_up, "{what} does not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The processes, zombies included, of a process group.
pub fn group(leader: i32) -> Vec<i32> {
    let pids = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid| process_group(*pid) == Some(leader)).collect()
}

/// Counts the workers of a gunicorn that have set up their own signal handlers: they handle SIGABRT,
/// and no longer SIGCHLD as the master does.
pub fn booted(master: i32) -> usize {
    const CHILD: u64 = 1 << (17 - 1);
    const ABORT: u64 = 1 << (6 - 1);
    let is_booted = |pid: &i32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let mut lines = status.lines();
        let caught = lines.find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.map_or(0, |mask| u64::from_str_radix(mask.trim(), 16).unwrap());
        caught & ABORT != 0 && caught & CHILD == 0
    };
    group(master).into_iter().filter(is_booted).count()
}

fn process_group(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
    // The name, in brackets, may hold anything; then follow state, parent and group.
    let (_, fields) = stat.rsplit_once(") ")?;
    fields.split(' ').nth(2)?.parse().ok()
}
