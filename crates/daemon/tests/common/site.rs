//! A volume with settings, and what Isso is run with.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use isso_daemon::Program;
use tempfile::TempDir;

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
