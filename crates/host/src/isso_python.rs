//! The Python in which Isso is installed.

use std::path::{Path, PathBuf};
use std::process::{self, Stdio};
use std::time::Duration;

use isso_actions::{Preview, Rendered};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::commands::beside_us;

/// Importing Isso takes a second; a machine that has no time for it gets no preview.
const LIMIT: Duration = Duration::from_secs(20);
/// The exit code by which `render.py` says that Isso does not take the settings.
const REFUSED: i32 = 3;

/// The Python in which Isso is installed, if it is known.
#[derive(Debug, Clone)]
pub struct IssoPython {
    /// The root folder to which `python` belongs, if that is not the root folder of this process.
    root: Option<PathBuf>,
    python: PathBuf,
}

impl IssoPython {
    /// The Python beside this gunicorn, as a virtual environment has it.
    pub fn beside(gunicorn: &Path) -> Self {
        Self {
            root: None,
            python: gunicorn.with_file_name("python3"),
        }
    }

    /// The Python at this path in a container's image, which is unpacked at `root`.
    pub fn in_image(root: impl Into<PathBuf>, python: impl Into<PathBuf>) -> Self {
        Self {
            root: Some(root.into()),
            python: python.into(),
        }
    }

    /// Has Isso render a comment, in a process of its own, whose memory is gone afterwards.
    pub async fn render(&self, preview: &Preview) -> Rendered {
        if !self.is_there() {
            return Rendered::NotInstalled;
        }
        match timeout(LIMIT, ask(self.command(), preview)).await {
            Ok(Ok(rendered)) => rendered,
            Ok(Err(error)) => Rendered::Failed(error.to_string()),
            Err(_) => Rendered::Failed(format!("it took longer than {LIMIT:?}")),
        }
    }

    fn is_there(&self) -> bool {
        let path = match &self.root {
            Some(root) => root.join(self.python.strip_prefix("/").unwrap_or(&self.python)),
            None => self.python.clone(),
        };
        // In an image it may be a link that leads somewhere from inside alone.
        path.symlink_metadata().is_ok()
    }

    fn command(&self) -> process::Command {
        match &self.root {
            Some(root) => {
                let mut command = process::Command::new("/usr/sbin/chroot");
                command.arg(root).arg(&self.python);
                command
            }
            None => process::Command::new(&self.python),
        }
    }
}

async fn ask(mut command: process::Command, preview: &Preview) -> std::io::Result<Rendered> {
    // Nothing of the environment or the working directory decides what is imported.
    command.args(["-I", "-X", "utf8", "-c", include_str!("render.py")]);
    command.env_clear().current_dir("/");
    let mut command = beside_us(command);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        let given = json!({ "settings": preview.settings, "comment": preview.comment });
        // A Python that ends before it has read everything says why.
        let _ = stdin.write_all(given.to_string().as_bytes()).await;
    }
    let done = child.wait_with_output().await?;
    let said = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    Ok(match done.status.code() {
        Some(0) => Rendered::Html(said),
        Some(REFUSED) => Rendered::Refused(said),
        _ => {
            let error = String::from_utf8_lossy(&done.stderr);
            let last = error.trim().lines().last().unwrap_or_default();
            Rendered::Failed(format!("{}: {last}", done.status))
        }
    })
}
