//! `issoctl up`: runs Isso without a container or another supervisor.

use std::io::{IsTerminal, stderr, stdin};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use isso_host::cfg::{Environment, Volume, keys};
use isso_host::daemon::{Program, Runtime};
use isso_host::lifecycle::State;
use isso_host::{ActionService, DataDir, RunRequest, Schedule, on_thread, restart_on_panic};
use nix::unistd::{getpgrp, tcgetpgrp};
use serde_json::Value;

use crate::cli::UpArgs;
use crate::cmd::host::{COMMANDS, LockedFolder};
use crate::failure::Failure;
use crate::install;
use crate::language;
use crate::locate::DataFolder;
use crate::output::{BOLD, Output};
use crate::printer::{self, FLUSH_WITHIN};
use crate::terminal::is_person;

/// Runs Isso until a signal or `issoctl stop`.
pub async fn run(data: &DataFolder, output: Output, args: UpArgs) -> Result<ExitCode, Failure> {
    let folder = LockedFolder::take(data).await?;
    // A port in use is reported at once, because it is bound before the work that takes time.
    let listener = args.listen.bind().await?;
    let runtime = Runtime::new(args.runtime.unwrap_or_else(|| data.runtime())).environment(std::env::vars_os());
    let program = Program::gunicorn(runtime.gunicorn());
    let environment = Environment::of_up(std::env::vars_os());
    let volume = DataDir::volume(data, environment);
    let ready = folder.init(volume, program, listener).await?;
    let service = ready.host.service();
    let locked = service.host.state() == State::AwaitingPassword;
    if locked && (args.create_password || wants_password()) {
        create_password(service, data, output).await?;
    }
    let volume = service.volume.clone();
    let install = move || install::ensure(&runtime.misaka(renders_with_misaka(&volume)), output);
    let installed = on_thread(install).await;
    installed.map_err(|error| Failure::new("Isso could not be installed", error))??;
    if let Some(every) = args.backup_every {
        let schedule = Rc::new(Schedule {
            every: Duration::from_secs(every.seconds()),
            to: args.backup_to.unwrap_or_else(|| data.backups()),
            keep: args.backup_keep,
            commands: COMMANDS,
        });
        let data: DataDir = (**data).clone();
        restart_on_panic("the scheduled backups", move || Rc::clone(&schedule).run(data.clone()));
    }
    ready.run(output).await
}

/// Asks a person at the terminal whether to set a password. Without a terminal, the answer is no.
fn wants_password() -> bool {
    printer::flush(FLUSH_WITHIN);
    // The system would stop a process in the background that reads from the terminal.
    is_person()
        && tcgetpgrp(stdin()).is_ok_and(|group| group == getpgrp())
        && dialoguer::Confirm::new()
            .with_prompt("Isso has no admin password yet. Set one now and show it?")
            .default(true)
            .interact()
            .unwrap_or(false)
}

async fn create_password(service: &ActionService, data: &DataFolder, output: Output) -> Result<(), Failure> {
    let language = language::of_environment().tag().to_owned();
    let request = RunRequest {
        input: Value::Null,
        language,
    };
    let ran = service.run("set-admin-password", request).await?;
    // Stderr may be a log, and the password must not get into it.
    if stderr().is_terminal() {
        let password = ran.result.value().unwrap_or_default();
        output.note(&format!(
            "The admin password is {BOLD}{password}{BOLD:#}\nKeep it: it is shown just once."
        ));
    } else {
        output.note(&data.with_folder("An admin password was set. See it with `issoctl config show --reveal`."));
    }
    Ok(())
}

fn renders_with_misaka(volume: &Volume) -> bool {
    volume
        .read()
        .is_ok_and(|contents| contents.cfg.read_text(&keys::RENDERER) == "misaka")
}
