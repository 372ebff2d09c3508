//! What `up` and `supervise` share: the process around a host.

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

/// The programs beside a host are commands of this one.
pub const COMMANDS: Commands = Commands {
    check_database: |database| {
        let mut command = this_program();
        command.arg("check-database").arg(database);
        command
    },
    // The same command that a person would type.
    back_up: |data, to, keep| {
        let mut command = this_program();
        command.arg("--data").arg(data);
        command.args(["backup", "create", "--to"]).arg(to);
        if let Some(keep) = keep {
            command.arg("--keep").arg(keep);
        }
        command
    },
};

/// A data folder that is taken, by a process that is ready to run a host in it.
pub struct LockedFolder<'a> {
    data: &'a DataFolder,
    lock: HostLock,
    signals: HostSignals,
    printer: &'static Printer,
}

impl<'a> LockedFolder<'a> {
    /// Makes the folder and takes it. From here on there is a log, and nothing that is printed ends this process.
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

    /// Looks at the volume and puts it right.
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

/// A host that has not started Isso yet.
pub struct ReadyHost<'a> {
    data: &'a DataFolder,
    signals: HostSignals,
    /// The host itself.
    pub host: Host,
}

impl ReadyHost<'_> {
    /// Starts Isso and runs it until a signal, `issoctl stop`, or the loss of the data folder.
    pub async fn run(self, output: Output) -> Result<ExitCode, Failure> {
        let ReadyHost { data, signals, host } = self;
        signals.handle(host.stop_token(), host.service().host.clone())?;
        let data = data.clone();
        host.run(move |event| announce(event, &data, output)).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// By this name it is found even after another version was put in its place.
fn this_program() -> Command {
    Command::new("/proc/self/exe")
}
