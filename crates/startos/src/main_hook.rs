//! The hook `main`: it says what runs in the subcontainer once there is an admin password.

use std::collections::BTreeMap;
use std::path::Path;

use isso_host::Commands;
use isso_host::actions::{HealthText, health_text};
use isso_host::daemon::SupervisorConfig;
use isso_host::lifecycle::Event;

use crate::error::HookError;
use crate::hook::HookRun;
use crate::protocol::{Daemon, Image, Main, Mounts, Request};

/// The supervisor's data folder in the subcontainer, with its socket.
const SUPERVISOR_FOLDER: &str = "/run/issoctl";
const MOUNTS: Mounts = Mounts {
    program: "/opt/issoctl",
    db: "/db",
    config: "/config",
    volume: "/volume",
};
/// How much longer than Isso the supervisor may take to stop, in milliseconds.
const STOP_MARGIN: u32 = 5000;

/// Returns the daemon to run, or why Isso must not start.
pub async fn run(data: &Path, commands: Commands, request: &Request) -> Result<Main, HookError> {
    let Image { entrypoint, cmd } = request.image.clone();
    let entrypoint = [entrypoint, cmd].into_iter().flatten().flatten().collect::<Vec<_>>();
    if entrypoint.is_empty() {
        return Err(HookError::Image);
    }
    let mut hook = HookRun::start(data, request, commands).await;
    hook.refuse_if_unprepared();
    hook.send(Event::Start).await;
    let display = health_text(HealthText::Name, hook.language);
    let daemon = hook.wants_start().then(|| daemon(entrypoint, display));
    Ok(Main {
        daemon,
        orders: hook.into_orders(),
    })
}

fn daemon(entrypoint: Vec<String>, display: String) -> Daemon {
    let issoctl = |words: &[&str]| {
        let program = [&format!("{}/issoctl", MOUNTS.program), "--data", SUPERVISOR_FOLDER];
        program.iter().chain(words).map(ToString::to_string).collect::<Vec<_>>()
    };
    let mut command = issoctl(&["supervise", "--volume", MOUNTS.volume, "--"]);
    command.extend(entrypoint);
    let stop_within = u32::try_from(SupervisorConfig::STOP_WITHIN.as_millis()).unwrap_or(u32::MAX);
    Daemon {
        display,
        mounts: MOUNTS,
        command,
        env: BTreeMap::from([("ISSO_SETTINGS", format!("{}/isso.cfg", MOUNTS.config))]),
        health: issoctl(&["startos", "health", "--volume", MOUNTS.volume]),
        stop_within: stop_within.saturating_add(STOP_MARGIN),
    }
}
