//! nginx and Caddy on ports that need no rights, with certificates of an authority of the tests.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use isso_tests::wait_for;
use tempfile::TempDir;

/// The program of Debian that `make test-tools` has unpacked.
pub fn debian(name: &str) -> Option<PathBuf> {
    let unpacked = PathBuf::from(std::env::var_os("ISSO_TEST_DEBIAN")?);
    Some(unpacked.join("usr").join(name)).filter(|path| path.exists())
}

/// Certificates, as `tests/authority.sh` makes them.
pub struct Certificates(TempDir);

impl Certificates {
    /// Makes certificates for all names below `example.test`.
    pub fn make() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("authority.sh");
        let made = Command::new(script).arg(folder.path()).arg("*.example.test").status();
        assert!(made.expect("bash runs").success(), "openssl makes certificates");
        Self(folder)
    }

    /// The path of a file of them.
    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("the path is text").to_owned()
    }
}

/// A running proxy, which ends with the test.
pub struct Proxy {
    child: Child,
    _folder: TempDir,
}

impl Proxy {
    /// Starts nginx with what stands in its `http` section.
    pub fn nginx(http: &str, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let at = folder.path().display();
        let user = if nix::unistd::geteuid().is_root() {
            "user root;"
        } else {
            ""
        };
        let bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let bodies: String = bodies.map(|kind| format!("{kind}_temp_path {at}/{kind};\n")).concat();
        let text = format!(
            "daemon off; {user} worker_processes 1; pid {at}/pid; error_log {at}/error.log;\nevents {{}}\nhttp {{\n\
             {bodies}access_log off; proxy_cache_path {at}/cache keys_zone=cache:1m;\n{http}\n}}\n"
        );
        let mut command = Command::new(debian("sbin/nginx").expect("it was looked for"));
        command
            .args(["-e", &format!("{at}/error.log"), "-c"])
            .arg(write(&folder, &text));
        Self::start(command, folder, port)
    }

    /// Starts Caddy with a Caddyfile.
    pub fn caddy(text: &str, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let text = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}");
        let mut command = Command::new(debian("bin/caddy").expect("it was looked for"));
        command
            .args(["run", "--adapter", "caddyfile", "--config"])
            .arg(write(&folder, &text));
        for home in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env(home, folder.path());
        }
        Self::start(command, folder, port)
    }

    fn start(mut command: Command, folder: TempDir, port: u16) -> Self {
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the proxy runs");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let log = folder.path().join("error.log");
        let read = || std::fs::read_to_string(&log).unwrap_or_default();
        wait_for(
            || {
                let ended = child.try_wait().expect("it can be waited for");
                assert!(ended.is_none(), "{command:?} has ended: {}", read());
                TcpStream::connect(address).ok()
            },
            || format!("{command:?} does not listen on {address}: {}", read()),
        );
        Self { child, _folder: folder }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = nix::sys::signal::kill(
            nix::unistd::Pid::from_raw(self.child.id().try_into().expect("process ids are small")),
            nix::sys::signal::Signal::SIGTERM,
        );
        let _ = self.child.wait();
    }
}

fn write(folder: &TempDir, text: &str) -> PathBuf {
    let path = folder.path().join("proxy.conf");
    #[expect(clippy::disallowed_methods, reason = "a test file need not be written atomically")]
    std::fs::write(&path, text).expect("the folder is writable");
    path
}
