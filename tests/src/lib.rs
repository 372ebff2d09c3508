//! End-to-end tests: a real `issoctl`, a real Isso, a data folder of their own each.
//!
//! `make test` names the Python environment with Isso in `ISSO_TEST_RUNTIME`, so that not every
//! test installs one; that `up` installs one by itself is a test of its own.

mod smtp;
mod terminal;
pub mod torture;
mod visitor;

use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::statvfs::statvfs;
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

pub use smtp::{SmtpServer, mail};
pub use terminal::Terminal;
pub use visitor::{Admin, Visitor};

/// The limit of every wait for a condition. Only a real hang reaches it, however busy the machine is: installing
/// Isso beside several other builds takes two minutes.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// What the official image gives gunicorn, after the address.
pub const IMAGE_ARGUMENTS: [&str; 6] = [
    "-w",
    "4",
    "--preload",
    "--worker-tmp-dir",
    "/dev/shm",
    "isso.run",
];

/// The binary under test: the one that `ISSO_TEST_PROGRAM` names, or that of these sources, built once.
pub fn issoctl() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(program) = std::env::var_os("ISSO_TEST_PROGRAM") {
            return program.into();
        }
        let build = escargot::CargoBuild::new()
            .package("issoctl")
            .bin("issoctl");
        let build = if cfg!(debug_assertions) {
            build
        } else {
            build.release()
        };
        build.run().expect("issoctl builds").path().to_owned()
    })
}

/// The binary as it is packed, which `make torture` names in `ISSO_TEST_PACKED`; elsewhere the same as [`issoctl`].
pub fn packed() -> PathBuf {
    let packed = std::env::var_os("ISSO_TEST_PACKED");
    packed.map_or_else(|| issoctl().to_owned(), PathBuf::from)
}

/// The environment variable that `make test` sets.
pub fn runtime() -> PathBuf {
    std::env::var_os("ISSO_TEST_RUNTIME")
        .expect("ISSO_TEST_RUNTIME names a Python environment with Isso; `make test` makes one")
        .into()
}

/// A folder whose files are in memory, where there is enough of it: nothing in it has to survive, and Isso and issoctl
/// would wait for the disk at each change. Programs may not run from there. A release build measures, so there it is on
/// the disk.
pub fn quick_folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let free = statvfs(memory).map_or(0, |disk| disk.blocks_available() * disk.fragment_size());
    let folder = match cfg!(debug_assertions) && free > 1024 * 1024 * 1024 {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    folder.expect("a temporary folder can be made")
}

/// A data folder and the commands on it.
pub struct Site {
    data: TempDir,
    /// What `up` and `supervise` have in their environment, and other commands have not.
    pub variables: Vec<(String, String)>,
    /// The command that `up` and `supervise` are started through, as another user or with disks of their own.
    pub through: Vec<String>,
}

impl Site {
    /// An empty data folder.
    pub fn new() -> Self {
        Self {
            data: quick_folder(),
            variables: Vec::new(),
            through: Vec::new(),
        }
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The text of `isso.cfg`.
    pub fn cfg(&self) -> String {
        std::fs::read_to_string(self.cfg_path()).expect("isso.cfg is there")
    }

    /// Where `isso.cfg` is.
    pub fn cfg_path(&self) -> PathBuf {
        self.data().join("config/isso.cfg")
    }

    /// Edits `isso.cfg` by hand, as a person would.
    pub fn edit_cfg(&self, from: &str, to: &str) {
        let text = self.cfg();
        assert!(text.contains(from), "isso.cfg has no {from:?}:\n{text}");
        self.save_cfg(&text.replacen(from, to, 1));
    }

    /// Saves `isso.cfg` as many editors do.
    pub fn save_cfg(&self, text: &str) {
        #[expect(clippy::disallowed_methods, reason = "an editor is not atomic either")]
        std::fs::write(self.cfg_path(), text).expect("isso.cfg is writable");
    }

    /// A command on this folder.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(issoctl());
        command.arg("--data").arg(self.data()).args(args);
        command
            .env("ISSOCTL_RUNTIME", runtime())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("issoctl runs")
    }

    /// Runs a command that must do its work, and returns its stdout.
    pub fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "issoctl {args:?}: {output:#?}");
        String::from_utf8(output.stdout).expect("issoctl prints UTF-8")
    }

    /// Runs a command that must do its work with `--json`.
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(&[args, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Runs a command that must fail with this exit code, and returns what it said.
    pub fn refused(&self, args: &[&str], code: i32) -> String {
        let output = self.run(args);
        assert_eq!(
            output.status.code(),
            Some(code),
            "issoctl {args:?}: {output:#?}"
        );
        String::from_utf8(output.stderr).expect("issoctl prints UTF-8")
    }

    /// Fills in an action's form from stdin.
    pub fn fill_in(&self, action: &str, input: &Value) -> Output {
        self.pipe(
            &["action", "run", action, "--input", "-"],
            &input.to_string(),
        )
    }

    /// Has StartOS's package call a hook, and returns the answer.
    pub fn hook(&self, words: &[&str], request: &Value) -> Value {
        let output = self.pipe(&[&["startos"], words].concat(), &request.to_string());
        assert!(output.status.success(), "{words:?}: {output:#?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:#?}"))
    }

    /// Runs a command with a text on its stdin.
    pub fn pipe(&self, args: &[&str], text: &str) -> Output {
        use std::io::Write;
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("issoctl runs");
        let mut stdin = child.stdin.take().expect("stdin is a pipe");
        stdin
            .write_all(text.as_bytes())
            .expect("issoctl reads its stdin");
        drop(stdin);
        child.wait_with_output().expect("issoctl ends")
    }

    /// The status, as a program reads it.
    pub fn status(&self) -> Value {
        let output = self.run(&["status", "--json"]);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:#?}"))
    }

    /// Waits until the status is as wanted.
    pub fn wait_for_status(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_for(
            || Some(self.status()).filter(&wanted),
            || format!("status is {}", self.status()),
        )
    }

    /// Sets a password and returns it.
    pub fn set_password(&self) -> String {
        self.ok(&["action", "run", "set-admin-password"])
            .trim()
            .to_owned()
    }

    /// Lets pages of this website, and of no other, embed comments.
    pub fn set_website(&self, origin: &str) {
        let website = format!("websites={origin}");
        self.ok(&["action", "run", "set-websites", &website]);
    }

    /// Starts `up` on a free port.
    pub fn up(&self, args: &[&str]) -> Up<'_> {
        let address = free_address();
        self.up_on(address, &address.to_string(), args)
    }

    /// Starts `up` on an address that is spelled like this.
    pub fn up_on(&self, address: SocketAddr, listen: &str, args: &[&str]) -> Up<'_> {
        self.spawn(address, &[&["up", "--listen", listen], args].concat())
    }

    /// Starts `supervise` around the official image's command line, and waits until Isso serves.
    pub fn supervised(&self) -> Up<'_> {
        let mut up = self.supervise(free_address(), &[]);
        up.wait_for_line("Isso serves");
        up
    }

    /// Starts `supervise` around the official image's command line, which these words come before.
    pub fn supervise(&self, address: SocketAddr, before: &[&str]) -> Up<'_> {
        let (bind, config) = (address.to_string(), self.cfg_path());
        let gunicorn = runtime().join("bin/gunicorn");
        let path = |path: &'_ PathBuf| path.to_str().expect("the path is text").to_owned();
        let (config, gunicorn) = (path(&config), path(&gunicorn));
        let ours = ["supervise", "--config", &config, "--"];
        let bound = [&gunicorn[..], "-b", &bind];
        let all = [&ours[..], before, &bound, &IMAGE_ARGUMENTS].concat();
        self.spawn(address, &all)
    }

    /// Starts `up` on a free port, with this as its stderr, and waits until Isso serves.
    pub fn serving_onto(&self, stderr: impl Into<Stdio>) -> Up<'_> {
        let address = free_address();
        let args = ["up", "--listen", &address.to_string()];
        let up = self.spawn_onto(stderr, address, &args);
        up.wait_for_status(|status| status["serving"] == true);
        up
    }

    fn through(&self, command: Command) -> Command {
        let [program, arguments @ ..] = &self.through[..] else {
            return command;
        };
        let mut outer = Command::new(program);
        outer.args(arguments).arg(command.get_program());
        outer.args(command.get_args()).stdin(Stdio::null());
        let set = command.get_envs();
        outer.envs(set.filter_map(|(name, value)| Some((name, value?))));
        outer
    }

    /// Starts `up` or `supervise`.
    pub fn spawn(&self, address: SocketAddr, args: &[&str]) -> Up<'_> {
        self.spawn_onto(Stdio::piped(), address, args)
    }

    fn spawn_onto(&self, stderr: impl Into<Stdio>, address: SocketAddr, args: &[&str]) -> Up<'_> {
        let mut child = self
            .through(self.command(args))
            .envs(self.variables.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("issoctl runs");
        let lines = follow(&mut child);
        Up {
            site: self,
            child,
            address,
            lines,
            seen: String::new(),
        }
    }

    /// Sets a password, starts `up`, and waits until Isso serves.
    pub fn serving(&self) -> Up<'_> {
        self.set_password();
        self.serving_again()
    }

    /// Starts `up` on a folder with a password, and waits until Isso serves.
    pub fn serving_again(&self) -> Up<'_> {
        let mut up = self.up(&[]);
        up.wait_for_line("Isso serves");
        up
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

/// A running `issoctl up` or `supervise`; killed with everything of it when the test ends.
pub struct Up<'a> {
    site: &'a Site,
    child: Child,
    address: SocketAddr,
    lines: Receiver<String>,
    seen: String,
}

impl Up<'_> {
    /// Where Isso answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address alone.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The process id of `up`.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().try_into().expect("process ids are small"))
    }

    /// Waits for a line with this text on stdout or stderr.
    pub fn wait_for_line(&mut self, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.seen += &format!("{line}\n");
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => panic!("`up` did not say {text:?}; it said:\n{}", self.seen),
            }
        }
    }

    /// Everything that `up` has printed up to here.
    pub fn printed(&mut self) -> &str {
        for line in self.lines.try_iter() {
            self.seen += &format!("{line}\n");
        }
        &self.seen
    }

    /// The status, as a program reads it.
    pub fn status(&self) -> Value {
        self.site.status()
    }

    /// Waits until the status is as wanted.
    pub fn wait_for_status(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.site.wait_for_status(wanted)
    }

    /// The gunicorn master that serves, once no other one is taking over from it.
    pub fn master(&self) -> Pid {
        let status = self.wait_for_status(|status| status["supervisor"]["phase"] == "serving");
        let pid = status["supervisor"]["pid"]
            .as_i64()
            .expect("a process id is a number");
        Pid::from_raw(pid.try_into().expect("process ids are small"))
    }

    /// Sends a signal to `up`.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("`up` is there");
    }

    /// Ends `up` as a service manager would.
    pub fn terminate(mut self) -> ExitStatus {
        self.signal(Signal::SIGTERM);
        self.child.wait().expect("`up` is our child")
    }

    /// Waits until `up` has ended by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("`up` is our child")
    }
}

impl Drop for Up<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a condition, and says what was there instead if it does not come.
pub fn wait_for<T>(mut condition: impl FnMut() -> Option<T>, instead: impl Fn() -> String) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < end, "{}", instead());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An address that nobody listens on, nor is given to a client: the kernel takes those ports from 32768 on, and a server
/// that is started again on its port would find it taken.
pub fn free_address() -> SocketAddr {
    let chance = || RandomState::new().hash_one(());
    let ports = std::iter::repeat_with(|| 10_000 + chance() % 20_000);
    let mut listeners = ports.filter_map(|port| {
        let port = u16::try_from(port).expect("it is below 30000");
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()
    });
    let listener = listeners.next().expect("loopback has a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
}

fn follow(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    let stdout = child.stdout.take().expect("stdout is a pipe");
    let mut streams: Vec<Box<dyn std::io::Read + Send>> = vec![Box::new(stdout)];
    if let Some(stderr) = child.stderr.take() {
        streams.push(Box::new(stderr));
    }
    for stream in streams {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).lines().map_while(Result::ok) {
                // The test may have ended.
                let _ = sender.send(line);
            }
        });
    }
    lines
}
