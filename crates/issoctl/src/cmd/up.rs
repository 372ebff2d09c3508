//! `issoctl up`: the standalone host.

use std::io::{IsTerminal, stdin, stdout};
use std::process::ExitCode;
use std::time::Duration;

use isso_cfg::{Timedelta, Volume, keys};
use isso_daemon::{Config, Listener, LogRing, Program, Runtime, Supervisor};
use isso_lifecycle::{Event, Ports, Refusal, State};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::announce;
use crate::api::{self, App, SocketPath};
use crate::cli::UpArgs;
use crate::data::DataDir;
use crate::error::Failure;
use crate::host::{self, ActionsPort, ConfigPort, Handle, NoArchive, TaskFlag};
use crate::install;
use crate::language;
use crate::output::{BOLD, Output, WARN};
use crate::service::{RunRequest, Service};

/// How many lines of Isso's output are kept for `issoctl logs`.
const LOG_LINES: usize = 2000;

/// Runs Isso until it is told to stop.
pub async fn run(data: &DataDir, output: Output, args: UpArgs) -> Result<ExitCode, Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        // Isso's own lines bear their time, and a service manager adds one to the others.
        .without_time()
        .compact()
        .init();
    data.create()?;
    let _lock = data.lock()?;
    // The port is taken before anything that takes time, so that one in use is told at once.
    let listener = Listener::bind(args.listen)
        .await
        .map_err(|source| Failure::new(format!("cannot listen on {}", args.listen), source))?;
    let listen = listener.local_address();
    let volume = data.volume();
    let runtime = Runtime::new(args.runtime.unwrap_or_else(|| data.runtime()));
    let logs = LogRing::new(LOG_LINES);
    let (events, daemon_events) = mpsc::channel(16);
    let variables = std::env::vars_os();
    let program = Program::gunicorn(runtime.gunicorn(), volume.config_path());
    let patience = volume.clone();
    let config = Config {
        program: program.variables(variables),
        database: volume.db_path(),
        ready_within: Box::new(move || ready_within(&patience)),
        stop_within: Config::STOP_WITHIN,
    };
    let supervisor = Supervisor::new(config, listener, logs.clone(), events)
        .map_err(|source| Failure::new("cannot supervise Isso", source))?;
    let monitor = supervisor.monitor();
    let task = watch::Sender::new(false);
    let password_needed = task.subscribe();
    let ports = Ports {
        config: Box::new(ConfigPort(volume.clone())),
        tasks: Box::new(TaskFlag(task)),
        actions: Box::new(ActionsPort {
            volume: volume.clone(),
            listen: Some(listen),
        }),
        daemon: Box::new(supervisor),
        archive: Box::new(NoArchive),
    };
    let host = host::spawn(ports, daemon_events);
    host.send(Event::Init)
        .await
        .map_err(|refusal| Failure::new("the data folder cannot be used", refusal))?;

    let service = Service {
        volume,
        listen: Some(listen),
        host: host.clone(),
    };
    if host.state() == State::AwaitingPassword && (args.create_password || wants_password()) {
        create_password(&service, output).await?;
    }
    let with_misaka = renders_with_misaka(&service.volume);
    install::ensure(&runtime.misaka(with_misaka), output)?;

    let stop = CancellationToken::new();
    let socket = SocketPath::new(data.path())
        .map_err(|source| Failure::new("the data folder cannot be used", source))?;
    let app = App {
        service,
        supervisor: monitor,
        listen,
        logs,
        password_needed,
        stop: stop.clone(),
    };
    let api = tokio::task::spawn_local(api::serve(app.clone(), socket));
    tokio::task::spawn_local(announce::follow(app, output));
    stop_on_signals(&stop)?;

    start(&host, output).await?;
    stop.cancelled().await;
    announce::stopping();
    host.send(Event::Stop)
        .await
        .map_err(|refusal| Failure::new("Isso could not be stopped", refusal))?;
    api.await
        .expect("the API does not panic")
        .map_err(|source| Failure::new("the API could not be served", source))?;
    Ok(ExitCode::SUCCESS)
}

async fn start(host: &Handle, output: Output) -> Result<(), Failure> {
    match host.send(Event::Start).await {
        Err(Refusal::NoPassword) => {
            output.note(&format!(
                "{WARN}Isso waits for an admin password.{WARN:#} Set one from another terminal:\n  \
                 {BOLD}issoctl action run set-admin-password{BOLD:#}"
            ));
            Ok(())
        }
        // Whatever else is wrong with Isso is told as its state, and tried again.
        Ok(_) | Err(Refusal::Failed(_)) => Ok(()),
        Err(refusal) => Err(Failure::new("Isso could not be started", refusal)),
    }
}

/// Asks, where somebody is there to answer.
fn wants_password() -> bool {
    stdin().is_terminal()
        && dialoguer::Confirm::new()
            .with_prompt("Isso has no admin password yet. Set one now and show it?")
            .default(true)
            .interact()
            .unwrap_or(false)
}

async fn create_password(service: &Service, output: Output) -> Result<(), Failure> {
    let language = language::of_environment().tag().to_owned();
    let request = RunRequest {
        input: Value::Null,
        language,
    };
    let ran = service.run("set-admin-password", request).await?;
    if stdout().is_terminal() {
        let password = ran.result["result"]["value"].as_str().unwrap_or_default();
        output.note(&format!(
            "The admin password is {BOLD}{password}{BOLD:#}\nKeep it: it is shown just once."
        ));
    } else {
        // Stdout may be a log.
        output.note("An admin password was set. See it with `issoctl config show --reveal`.");
    }
    Ok(())
}

/// The first signal asks for a graceful stop; the second one does not wait for it, and Isso's
/// processes go with this one.
fn stop_on_signals(stop: &CancellationToken) -> Result<(), Failure> {
    for kind in [SignalKind::terminate(), SignalKind::interrupt()] {
        let mut signals =
            signal(kind).map_err(|source| Failure::new("cannot listen for signals", source))?;
        let stop = stop.clone();
        tokio::task::spawn_local(async move {
            signals.recv().await;
            stop.cancel();
            signals.recv().await;
            std::process::exit(i32::from(Failure::FAILED));
        });
    }
    Ok(())
}

/// Isso tries the mail server and every website before it answers, one after the other.
fn ready_within(volume: &Volume) -> Duration {
    let Ok(contents) = volume.read() else {
        return Duration::from_secs(30);
    };
    let websites = contents.cfg.read_lines(&keys::HOST).len();
    let smtp = contents
        .cfg
        .read_timedelta(&keys::SMTP_TIMEOUT)
        .map_or(10, Timedelta::seconds);
    let checks = smtp.saturating_add(5 * u64::try_from(websites).unwrap_or(u64::MAX / 5));
    Duration::from_secs(checks.saturating_add(30).min(3600))
}

fn renders_with_misaka(volume: &Volume) -> bool {
    volume
        .read()
        .is_ok_and(|contents| contents.cfg.read_text(&keys::RENDERER) == "misaka")
}
