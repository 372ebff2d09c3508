//! A data folder, and the commands on it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::disks::through;
use crate::{ANY_PORT, IMAGE_ARGUMENTS, Up, issoctl, quick_folder, runtime, wait_for};

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
        assert_eq!(output.status.code(), Some(code), "issoctl {args:?}: {output:#?}");
        String::from_utf8(output.stderr).expect("issoctl prints UTF-8")
    }

    /// Fills in an action's form from stdin.
    pub fn fill_in(&self, action: &str, input: &Value) -> Output {
        self.pipe(&["action", "run", action, "--input", "-"], &input.to_string())
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
        stdin.write_all(text.as_bytes()).expect("issoctl reads its stdin");
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
        self.ok(&["action", "run", "set-admin-password"]).trim().to_owned()
    }

    /// Lets pages of this website, and of no other, embed comments.
    pub fn set_website(&self, origin: &str) {
        let website = format!("websites={origin}");
        self.ok(&["action", "run", "set-websites", &website]);
    }

    /// Where Isso answers, once a host listens there.
    pub fn address(&self) -> SocketAddr {
        let address = |status: &Value| status["url"].as_str()?.strip_prefix("http://")?.parse().ok();
        let status = self.wait_for_status(|status| address(status).is_some());
        address(&status).expect("it was waited for")
    }

    /// Starts `up` on a port that the kernel chooses.
    pub fn up(&self, args: &[&str]) -> Up<'_> {
        self.up_on(ANY_PORT, args)
    }

    /// Starts `up` on an address that is spelled like this.
    pub fn up_on(&self, listen: &str, args: &[&str]) -> Up<'_> {
        self.spawn(&[&["up", "--listen", listen], args].concat())
    }

    /// Starts `supervise` around the official image's command line, and waits until Isso serves.
    pub fn supervised(&self) -> Up<'_> {
        let mut up = self.supervise(ANY_PORT, &[]);
        up.wait_for_line("Isso serves");
        up
    }

    /// Starts `supervise` around the official image's command line, which these words come before.
    pub fn supervise(&self, bind: &str, before: &[&str]) -> Up<'_> {
        let config = self.cfg_path();
        let gunicorn = runtime().join("bin/gunicorn");
        let path = |path: &'_ PathBuf| path.to_str().expect("the path is text").to_owned();
        let (config, gunicorn) = (path(&config), path(&gunicorn));
        let ours = ["supervise", "--config", &config, "--"];
        let bound = [&gunicorn[..], "-b", bind];
        let all = [&ours[..], before, &bound, &IMAGE_ARGUMENTS].concat();
        self.spawn(&all)
    }

    /// Starts `up` with this as its stderr, and waits until Isso serves.
    pub fn serving_onto(&self, stderr: impl Into<Stdio>) -> Up<'_> {
        let up = self.spawn_onto(stderr, &["up", "--listen", ANY_PORT]);
        up.wait_for_status(|status| status["serving"] == true);
        up
    }

    /// Starts `up` or `supervise`.
    pub fn spawn(&self, args: &[&str]) -> Up<'_> {
        self.spawn_onto(Stdio::piped(), args)
    }

    fn spawn_onto(&self, stderr: impl Into<Stdio>, args: &[&str]) -> Up<'_> {
        let mut command = self.command(args);
        if !self.through.is_empty() {
            command = through(&self.through, &command);
        }
        let child = command
            .envs(self.variables.iter().cloned())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("issoctl runs");
        Up::new(self, child)
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
