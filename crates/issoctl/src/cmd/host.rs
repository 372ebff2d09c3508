//! Runs a host in this process, for `up` and `supervise`: printer, log, lock and signals.

use std::process::{Command, ExitCode};
use std::sync::Arc;

use isso_host::cfg::Volume;
use isso_host::daemon::{Listener, Program, raise_descriptor_limit};
use isso_host::{Commands, Host, HostLock, HostOptions};
use tracing_subscriber::filter::LevelFilter;

use crate::announce::announce;
use crate::failure::Failure;
use crate::locate::DataFolder;
use crate::log::log;
use crate::output::Output;
use crate::printer::{self, Printer};
use crate::signals::{self, HostSignals};

/// The commands that a host runs in other processes: they are commands of this program.
pub const COMMANDS: Commands = Commands {
    check_database: |database| {
        let mut command = this_program();
        command.arg("check-database").arg(database);
        command
    },
    // A person would type the same command.
    back_up: |data, to, keep| {
        let mut command = this_program();
        command.arg("--data").arg(data);
        command.args(["backup", "create", "--to"]).arg(to);
        if let Some(keep) = keep {
            command.arg("--keep").arg(keep);
        }
        command
    },
    doctor: |examination| {
        let mut command = this_program();
        let many = |option: &'static str, values: &[String]| {
            let values = values.iter().map(|value| format!("{option}={value}"));
            values.collect::<Vec<_>>()
        };
        command.arg("--data").arg(&examination.data).arg("doctor");
        command.args(["--lines", examination.language.tag()]);
        command.args(examination.startos.then_some("--startos"));
        command.args(examination.address.iter().map(|address| format!("--address={address}")));
        command.args(many("--site", &examination.sites));
        command.args(many("--page", &examination.pages));
        command.args(many("--only", &examination.only));
        command
    },
};

/// A data folder that this process has locked in order to run a host in it.
pub struct LockedFolder<'a> {
    data: &'a DataFolder,
    lock: HostLock,
    signals: HostSignals,
    printer: &'static Printer,
}

impl<'a> LockedFolder<'a> {
    /// Creates and locks the folder. Before that, starts the printer and the log, so that no failure to print ends this
    /// process.
    pub async fn take(data: &'a DataFolder) -> Result<LockedFolder<'a>, Failure> {
        signals::ignore_output_signals();
        raise_descriptor_limit();
        let printer =
            printer::install().map_err(|source| Failure::new("cannot start the thread that prints", source))?;
        log(LevelFilter::INFO);
        std::panic::set_hook(Box::new(|panic| {
            printer.print(&format!("issoctl {panic}\n"));
        }));
        data.create()?;
        let lock = HostLock::take(data).await?;
        let signals = HostSignals::new()?;
        Ok(LockedFolder {
            data,
            lock,
            signals,
            printer,
        })
    }

    /// Prepares the volume, and repairs its settings.
    pub async fn init(self, volume: Volume, program: Program, listener: Listener) -> Result<ReadyHost<'a>, Failure> {
        let options = HostOptions {
            volume,
            program,
            listener,
            commands: COMMANDS,
            dropped_lines: Arc::clone(self.printer.dropped()),
        };
        Ok(ReadyHost {
            data: self.data,
            signals: self.signals,
            host: self.lock.init(options).await?,
        })
    }
}

/// A host on a prepared volume, which has not started Isso yet.
pub struct ReadyHost<'a> {
    data: &'a DataFolder,
    signals: HostSignals,
    /// The host.
    pub host: Host,
}

impl ReadyHost<'_> {
    /// Starts Isso and keeps it running until a signal, `issoctl stop`, or the loss of the data folder.
    pub async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let ReadyHost { data, signals, host } = self;
        signals.handle(host.stop_token(), host.service().host.clone())?;
        let data = data.clone();
        host.run(move |event| announce(event, &data, output)).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Runs this program again. The kernel finds it by this name even after an upgrade has replaced the file.
fn this_program() -> Command {
    Command::new("/proc/self/exe")
}
