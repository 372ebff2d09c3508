//! supervisord, s6 and runit: where their programs are, and what they read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::cfg;
use crate::torture::Save;

pub(super) fn supervisord(folder: &Path, gunicorn: &[String]) -> Option<Command> {
    let binary = Some(crate::runtime().join("bin/supervisord")).filter(|path| path.exists())?;
    let state = folder.join("state");
    let (state, cfg, line) = (state.display(), cfg(folder), gunicorn.join(" "));
    let text = format!(
        "[supervisord]\nnodaemon=true\nlogfile={state}/supervisord.log\npidfile={state}/pid\n\
         [unix_http_server]\nfile={state}/sock\n\
         [rpcinterface:supervisor]\n\
         supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n\
         [supervisorctl]\nserverurl=unix://{state}/sock\n\
         [program:isso]\ncommand={line}\nautorestart=true\nenvironment=ISSO_SETTINGS=\"{}\"\n",
        cfg.display()
    );
    let conf = folder.join("state/supervisord.conf");
    Save::InPlace.save(&conf, text);
    let mut command = Command::new(binary);
    command.arg("-c").arg(conf);
    Some(command)
}

/// A folder of services, as runit and s6 read it.
pub(super) fn service(folder: &Path, gunicorn: &[String]) -> PathBuf {
    let services = folder.join("state/services");
    let run = services.join("isso/run");
    fs::create_dir_all(services.join("isso")).expect("the folder can be written");
    let (cfg, line) = (cfg(folder), gunicorn.join(" "));
    let text = format!("#!/bin/sh\nexec env -i ISSO_SETTINGS={} {line}\n", cfg.display());
    Save::InPlace.save(&run, text);
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(run, mode).expect("the file is ours");
    services
}

/// A program that is installed, or that `make torture` took from Debian's package.
pub(super) fn debian(name: &str) -> Option<Command> {
    let unpacked = unpacked();
    let found = [unpacked.join("usr/bin"), "/usr/bin".into()]
        .map(|folder| folder.join(name))
        .into_iter()
        .find(|path| path.exists())?;
    let mut command = Command::new(found);
    let (path, libraries) = surroundings(&unpacked);
    command.env("PATH", path).env("LD_LIBRARY_PATH", libraries);
    Some(command)
}

/// Like [`debian`], for a program that starts others by paths below `/usr/bin`: it runs in a namespace where these are
/// there.
pub(super) fn as_installed(name: &str) -> Option<Command> {
    let installed = Path::new("/usr/bin").join(name);
    if installed.exists() {
        return Some(Command::new(installed));
    }
    debian(name)?;
    let unpacked = unpacked();
    let namespace = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-euc"]);
        command.arg("mount -t overlay overlay -o \"lowerdir=$1:/usr/bin\" /usr/bin; shift; exec \"$@\"");
        command.arg("sh").arg(unpacked.join("usr/bin"));
        let (path, libraries) = surroundings(&unpacked);
        command.env("PATH", path).env("LD_LIBRARY_PATH", libraries);
        command
    };
    let possible = namespace()
        .arg("true")
        .output()
        .is_ok_and(|output| output.status.success());
    possible.then(|| {
        let mut command = namespace();
        command.arg(installed);
        command
    })
}

fn surroundings(unpacked: &Path) -> (String, String) {
    let path = std::env::var("PATH").unwrap_or_default();
    let unpacked = unpacked.display();
    let machine = std::env::consts::ARCH;
    (
        format!("{unpacked}/usr/bin:{path}"),
        format!("{unpacked}/usr/lib/{machine}-linux-gnu"),
    )
}

fn unpacked() -> PathBuf {
    std::env::var_os("ISSO_TEST_DEBIAN").unwrap_or_default().into()
}
